import { expect, test } from "vitest";
import type { ResyncProgress } from "$lib/host/bindings";
import { HostError } from "$lib/host/host";
import { SlowHost, settled } from "../testing/host";
import { Resyncs } from "./resync.svelte";

function run(number: number, call: string, outcome: string | null): ResyncProgress {
  const item = { call, provider_call_id: `p-${call}`, outcome: outcome ?? "", before: {}, after: {}, changed: [], error: null };
  const items = outcome === null ? [] : [item];
  const report = { dry_run: false, checked: items.length, updated: outcome === "updated" ? 1 : 0, unchanged: outcome === "unchanged" ? 1 : 0, failed: 0, items };
  return { run: number, call, total: 1, done: outcome !== null, cancelled: false, report };
}

test("picked calls are asked for a few at a time, and their results are one", async () => {
  const host = new SlowHost();
  const resyncs = new Resyncs(host);
  resyncs.startMany(["a", "b", "c", "d", "e"]);
  expect(host.asked, "four at once").toHaveLength(4);
  for (const [index, call] of ["a", "b", "c", "d"].entries()) await host.asked[index]?.answer(run(index + 1, call, null));
  expect(resyncs.bulk).toMatchObject({ total: 5, done: false, report: { checked: 0 } });
  resyncs.fold(run(2, "b", "updated"));
  expect(host.asked, "the fifth takes the free place").toHaveLength(5);
  await host.asked[4]?.answer(run(5, "e", null));
  for (const [number, call] of [[1, "a"], [3, "c"], [4, "d"], [5, "e"]] as const) resyncs.fold(run(number, call, "unchanged"));
  expect(resyncs.bulk).toMatchObject({ done: true, report: { checked: 5, updated: 1, unchanged: 4 } });
  expect(resyncs.ofCall("b")?.run, "the page of a call shows its part").toBe(2);
});

test("a result that overtakes the answer to its question is not lost", async () => {
  const host = new SlowHost();
  const resyncs = new Resyncs(host);
  resyncs.startMany(["a"]);
  resyncs.fold(run(7, "a", "unchanged"));
  await host.last("resync.start").answer(run(7, "a", null));
  expect(resyncs.bulk).toMatchObject({ done: true, report: { unchanged: 1 } });
});

test("a call that cannot be asked for is a failed item, and the others go on", async () => {
  const host = new SlowHost();
  const resyncs = new Resyncs(host);
  resyncs.startMany(["gone", "a"]);
  await host.asked[0]?.refuse(new HostError({ code: "not_found", message: "there is no call with this id", hint: null }));
  await host.asked[1]?.answer(run(1, "a", null));
  resyncs.fold(run(1, "a", "unchanged"));
  await settled();
  expect(resyncs.bulk?.report).toMatchObject({ checked: 2, failed: 1, unchanged: 1 });
  expect(resyncs.bulk?.report.items[0]?.error?.code).toBe("not_found");
});

test("stopped, it waits for what is being asked and asks for no more", async () => {
  const host = new SlowHost();
  const resyncs = new Resyncs(host);
  resyncs.startMany(["a", "b", "c", "d", "e", "f"]);
  for (const [index, call] of ["a", "b", "c", "d"].entries()) await host.asked[index]?.answer(run(index + 1, call, null));
  void resyncs.cancel(resyncs.bulk?.run ?? 0);
  for (const [index, call] of ["a", "b", "c", "d"].entries()) resyncs.fold(run(index + 1, call, "unchanged"));
  expect(host.asked).toHaveLength(4);
  expect(resyncs.bulk).toMatchObject({ done: true, cancelled: true, report: { checked: 4 } });
});

test("a result of picked calls is put away, and makes room for the next one", () => {
  const host = new SlowHost();
  const resyncs = new Resyncs(host);
  resyncs.startMany(["a"]);
  const first = resyncs.bulk?.run ?? 0;
  resyncs.dismiss(first);
  expect(resyncs.bulk).toBeNull();
  resyncs.startMany(["b"]);
  expect(resyncs.bulk?.run).not.toBe(first);
});
