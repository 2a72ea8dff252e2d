import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CallRow, PageArgs } from "$lib/host/bindings";
import { HostError } from "$lib/host/host";
import { settled, SlowHost } from "../testing/host";
import { row } from "../testing/rows";
import { BLOCK, CallList } from "./list.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const NOON = Date.parse("2026-03-01T12:00:00Z");

/** The call at a position of a list of one call per minute. */
function at(index: number): CallRow {
  return row({ id: `call-${index}`, started_at: new Date(NOON - index * 60_000).toISOString() });
}

function page(offset: number, total: number) {
  const end = Math.min(total, offset + BLOCK);
  return { total, exact: true, rows: Array.from({ length: Math.max(0, end - offset) }, (_, step) => at(offset + step)) };
}

async function opened(total: number): Promise<[CallList, SlowHost]> {
  const host = new SlowHost();
  const list = new CallList(host);
  list.open({});
  await host.last("calls.page").answer(page(0, total));
  list.show(0, 20);
  return [list, host];
}

test("only the blocks in sight are asked for, each once", async () => {
  const [list, host] = await opened(100_000);
  expect(list.total).toBe(100_000);
  list.show(49_990, 50_020);
  list.show(49_991, 50_021);
  const offsets = host.asked.slice(1).map((one) => (one.args as PageArgs).offset);
  expect(offsets).toEqual([49_900, 50_000]);
  expect(list.at(50_000), "a row that is not here yet is a hole, not an error").toBeUndefined();
  await host.last("calls.page").answer(page(50_000, 100_000));
  expect(list.at(50_000)?.id).toBe("call-50000");
});

test("an answer to an older query is dropped", async () => {
  const host = new SlowHost();
  const list = new CallList(host);
  list.open({ search: "in" });
  const first = host.last("calls.page");
  list.open({ search: "invoice" });
  await host.last("calls.page").answer({ total: 1, exact: true, rows: [row({ id: "right" })] });
  await first.answer({ total: 9, exact: true, rows: [row({ id: "wrong" })] });
  expect(list.total).toBe(1);
  expect(list.at(0)?.id).toBe("right");
});

test("news of a known call change its row in place, but never to an older revision", async () => {
  const [list] = await opened(10);
  list.fold([{ ...at(3), rev: 5, heard: true }]);
  list.fold([{ ...at(3), rev: 4, heard: false }]);
  expect(list.at(3)?.heard).toBe(true);
});

test("a page that was overtaken by an event does not undo it", async () => {
  const [list, host] = await opened(10);
  list.fold([{ ...at(2), rev: 9, status: "failed" }]);
  void list.reload();
  await host.last("calls.page").answer(page(0, 10));
  expect(list.at(2)?.status).toBe("failed");
});

test("new calls are counted, not pushed in, while older ones are being read", async () => {
  const [list, host] = await opened(1000);
  list.atTop = false;
  list.fold([row({ id: "new", started_at: new Date(NOON + 60_000).toISOString() })]);
  expect(list.waiting).toBe(1);
  expect(list.at(0)?.id, "what is read stays where it is").toBe("call-0");
  list.show(500, 520);
  expect((host.last("calls.page").args as PageArgs).offset, "further questions leave the new call out").toBe(501);
  void list.takeNew();
  expect(list.waiting).toBe(0);
  expect((host.last("calls.page").args as PageArgs).offset).toBe(0);
});

test("at the top of the list new calls appear by themselves", async () => {
  const [list, host] = await opened(5);
  list.atTop = true;
  list.fold([row({ id: "new", started_at: new Date(NOON + 60_000).toISOString() })]);
  vi.advanceTimersByTime(200);
  await host.last("calls.page").answer({ total: 6, exact: true, rows: [row({ id: "new" }), ...page(0, 5).rows] });
  expect(list.total).toBe(6);
  expect(list.at(0)?.id).toBe("new");
});

test("news of calls that the filters exclude change nothing", async () => {
  const [list] = await opened(5);
  list.open({ account: "clinic" });
  list.atTop = false;
  list.fold([row({ id: "new", account: "bistro", started_at: new Date(NOON + 60_000).toISOString() })]);
  expect(list.waiting).toBe(0);
});

test("a list that cannot be loaded says why and can be tried again", async () => {
  const host = new SlowHost();
  const list = new CallList(host);
  list.open({});
  await host.last("calls.page").refuse(new HostError({ code: "locked", message: "Busy.", hint: null }));
  expect(list.phase).toBe("failed");
  expect(list.error?.code).toBe("locked");
  void list.reload();
  await host.last("calls.page").answer(page(0, 3));
  await settled();
  expect(list.phase).toBe("ready");
});
