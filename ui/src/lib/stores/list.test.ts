import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CallRow, PageArgs } from "$lib/host/bindings";
import { HostError } from "$lib/host/host";
import { settled, SlowHost } from "../testing/host";
import { row } from "../testing/rows";
import { AGAIN_MS, CallList } from "./list.svelte";
import { BLOCK } from "./places";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const NOON = Date.parse("2026-03-01T12:00:00Z");

/** The call at a position of a list of one call per minute. */
function at(index: number): CallRow {
  return row({ id: `call-${index}`, started_at: new Date(NOON - index * 60_000).toISOString() });
}

function page(offset: number, total: number, limit: number = BLOCK) {
  const end = Math.min(total, offset + limit);
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

/** A call that began after all others. */
const fresh = (id = "new") => row({ id, started_at: new Date(NOON + 60_000).toISOString() });

/** Answers the last question out of a list that begins with these calls and goes on with those of `at`. */
async function answer(host: SlowHost, before: CallRow[], total: number): Promise<void> {
  const { answer, args } = host.last("calls.page");
  const { offset, limit } = args as PageArgs;
  const rows = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, step) => before[offset + step] ?? at(offset + step - before.length));
  await answer({ total, exact: true, rows });
}

/** Scrolls there: twelve rows are seen, six more are drawn on both sides. */
function scroll(list: CallList, row: number): void {
  list.atTop = row < 1;
  list.left = row;
  list.show(row - 6, row + 17);
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

test("the focus goes with its call when a new one comes in above it", async () => {
  const [list, host] = await opened(50);
  list.active = 3;
  list.fold([fresh()]);
  vi.advanceTimersByTime(200);
  expect(list.at(list.active)?.id, "until the answer is there nothing moves").toBe("call-3");
  await answer(host, [fresh()], 51);
  expect(list.at(0)?.id).toBe("new");
  expect(list.active).toBe(4);
  expect(list.at(list.active)?.id).toBe("call-3");
});

test("a focus that nobody has set stays at the top", async () => {
  const [list, host] = await opened(50);
  list.fold([fresh()]);
  vi.advanceTimersByTime(200);
  await answer(host, [fresh()], 51);
  expect(list.active).toBe(0);
});

test("the focus finds its call again in a block that is read later", async () => {
  const [list, host] = await opened(300);
  list.active = 99;
  list.fold([fresh()]);
  vi.advanceTimersByTime(200);
  await answer(host, [fresh()], 301);
  expect(list.active, "it has moved with the others").toBe(100);
  await answer(host, [fresh()], 301);
  expect(list.at(list.active)?.id).toBe("call-99");
});

test("if the call with the focus is gone, the focus stays where it was", async () => {
  const [list, host] = await opened(50);
  list.active = 3;
  void list.reload();
  await host.last("calls.page").answer({ ...page(0, 50), total: 49, rows: page(0, 50).rows.filter(({ id }) => id !== "call-3") });
  expect(list.active).toBe(3);
  expect(list.at(3)?.id).toBe("call-4");
});

test("what is read stays in sight when the list is read anew further down", async () => {
  const [list, host] = await opened(1000);
  scroll(list, 240);
  await answer(host, [], 1000);
  list.active = 245;
  list.fold([fresh()]);
  expect(list.waiting).toBe(1);

  // A call of yesterday came in late, above what is read.
  void list.reload();
  expect(host.last("calls.page").args, "the new call is left out").toMatchObject({ offset: 201 });
  const { offset, limit } = host.last("calls.page").args as PageArgs;
  const late = [fresh(), ...page(0, 30).rows, row({ id: "late" }), ...page(30, 1000, 970).rows];
  await host.last("calls.page").answer({ total: 1002, exact: true, rows: late.slice(offset, offset + limit) });

  expect(list.waiting, "the pill stays").toBe(1);
  expect(list.total).toBe(1001);
  expect(list.left, "one row further down").toBe(241);
  expect(list.place).toEqual({ row: 241 });
  expect(list.at(241)?.id).toBe("call-240");
  expect(list.active).toBe(246);
  expect(list.at(246)?.id).toBe("call-245");
});

test("rows that go above what is read move nothing", async () => {
  const [list, host] = await opened(1000);
  scroll(list, 240);
  await answer(host, [], 1000);
  void list.reload();
  const { offset, limit } = host.last("calls.page").args as PageArgs;
  const left = page(0, 1000, 1000).rows.filter(({ id }) => id !== "call-7");
  await host.last("calls.page").answer({ total: 999, exact: true, rows: left.slice(offset, offset + limit) });
  expect(list.left).toBe(239);
  expect(list.at(239)?.id).toBe("call-240");
});

test("after hundreds of calls that nobody told of, what was read is found again", async () => {
  const [list, host] = await opened(1000);
  scroll(list, 240);
  await answer(host, [], 1000);
  const asleep = Array.from({ length: 530 }, (_, index) => row({ id: `asleep-${index}` }));
  void list.reload();
  await answer(host, asleep, 1530);
  await answer(host, asleep, 1530);
  expect(list.total).toBe(1530);
  expect(list.left).toBe(770);
  expect(list.at(770)?.id).toBe("call-240");
});

test("a new call that is taken back is not counted any more", async () => {
  const [list] = await opened(1000);
  scroll(list, 240);
  list.fold([fresh(), fresh("leg")]);
  expect(list.waiting).toBe(2);
  list.fold([{ ...fresh("leg"), rev: 2, part_of: "new" }]);
  expect(list.waiting).toBe(1);
});

test("new calls count as new also while the first rows are not held", async () => {
  const [list, host] = await opened(1000);
  scroll(list, 500);
  await answer(host, [], 1000);
  void list.reload();
  await answer(host, [], 1000);
  expect(list.at(0), "the first block was let go").toBeUndefined();
  list.fold([fresh()]);
  expect(list.waiting).toBe(1);
  list.fold([at(700)]);
  expect(list.waiting, "an old one that is told again is not new").toBe(1);
});

test("the neighbours of a call at a block's edge are asked for without a grid", async () => {
  const [list, host] = await opened(250);
  list.active = 99;
  list.show(98, 100);
  expect(host.last("calls.page").args).toMatchObject({ offset: 100 });
  await answer(host, [], 250);
  expect(list.at(100)?.id).toBe("call-100");
});

test("a list that was not counted to its end can be scrolled to it", async () => {
  const host = new SlowHost();
  const list = new CallList(host);
  list.open({ account: "clinic" });
  const capped = (offset: number) => ({ ...page(offset, 10_250), total: 10_000, exact: false });
  await host.last("calls.page").answer(capped(0));
  expect([list.total, list.counted, list.exact]).toEqual([10_000, 10_000, false]);
  for (const row of [9_990, 10_090, 10_190]) {
    list.show(row - 6, row + 6);
    await host.last("calls.page").answer(capped((host.last("calls.page").args as PageArgs).offset));
  }
  expect(list.total, "full blocks lead on").toBe(10_300);
  list.show(10_244, 10_256);
  await host.last("calls.page").answer(capped(10_200));
  expect(list.at(10_249)?.id).toBe("call-10249");
  expect([list.total, list.exact]).toEqual([10_250, true]);
  list.show(5_000, 5_010);
  await host.last("calls.page").answer(capped(5_000));
  expect([list.total, list.exact], "the end stays known").toEqual([10_250, true]);
});

test("a block that could not be loaded is asked for again by itself, and until then the list says why", async () => {
  const [list, host] = await opened(1000);
  scroll(list, 300);
  const [offset, asked] = [(host.last("calls.page").args as PageArgs).offset, host.asked.length];
  await host.last("calls.page").refuse(new HostError({ code: "internal", message: "Not now.", hint: null }));
  expect(list.phase, "what is here stays").toBe("ready");
  expect(list.error?.message).toBe("Not now.");
  vi.advanceTimersByTime(AGAIN_MS);
  expect(host.asked.slice(asked).map(({ args }) => (args as PageArgs).offset)).toContain(offset);
  for (const { args, answer } of host.asked.slice(asked)) await answer(page((args as PageArgs).offset, 1000));
  expect(list.at(offset)?.id).toBe(`call-${offset}`);
  expect(list.error).toBeNull();
});

test("rows that could not be read anew are read again by themselves", async () => {
  const [list, host] = await opened(10);
  void list.reload();
  await host.last("calls.page").refuse(new HostError({ code: "internal", message: "Not now.", hint: null }));
  expect(list.at(3)?.id, "what is here stays").toBe("call-3");
  expect(list.error).not.toBeNull();
  vi.advanceTimersByTime(AGAIN_MS);
  await answer(host, [fresh()], 11);
  expect(list.at(0)?.id).toBe("new");
  expect(list.error).toBeNull();
});

test("the same filters are the same list, whatever moment they count from", async () => {
  const [list, host] = await opened(1000);
  expect(list.open({ since: "2026-03-01T00:00:00.000Z" }, "7d")).toBe(true);
  await answer(host, [], 1000);
  scroll(list, 40);
  list.active = 45;
  const asked = host.asked.length;
  expect(list.open({ since: "2026-03-01T00:01:00.000Z" }, "7d")).toBe(false);
  expect([list.active, list.left, host.asked.length]).toEqual([45, 40, asked]);
  expect(list.query.since, "the question is that of the choice").toBe("2026-03-01T00:00:00.000Z");
  expect(list.open({ since: "2026-03-02T00:00:00.000Z" }, "7d of another day")).toBe(true);
  expect([list.active, list.left]).toEqual([0, 0]);
});
