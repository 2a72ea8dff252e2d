import { expect, test } from "vitest";
import type { ResyncProgress } from "$lib/host/bindings";
import { SlowHost } from "../testing/host";
import { Resyncs } from "./resync.svelte";

function run(part: Partial<ResyncProgress>): ResyncProgress {
  const report = { dry_run: false, checked: 0, updated: 0, unchanged: 0, failed: 0, items: [] };
  return { run: 1, call: null, total: 3, done: false, cancelled: false, report, ...part };
}

test("a resync that is over stays over, whatever arrives late", () => {
  const resyncs = new Resyncs(new SlowHost());
  resyncs.fold(run({ done: true }));
  resyncs.fold(run({ done: false }));
  expect(resyncs.bulk?.done).toBe(true);
});

test("the page of a call shows its own last resync, the list that of many calls", () => {
  const resyncs = new Resyncs(new SlowHost());
  resyncs.fold(run({ run: 1, call: "a", done: true }));
  resyncs.fold(run({ run: 2 }));
  resyncs.fold(run({ run: 3, call: "a" }));
  expect(resyncs.ofCall("a")?.run).toBe(3);
  expect(resyncs.ofCall("b")).toBeNull();
  expect(resyncs.bulk?.run).toBe(2);
});

test("a result that was put away does not come back; a new resync does", () => {
  const resyncs = new Resyncs(new SlowHost());
  resyncs.fold(run({ run: 1, done: true }));
  resyncs.dismiss(1);
  expect(resyncs.bulk).toBeNull();
  resyncs.fold(run({ run: 2 }));
  expect(resyncs.bulk?.run).toBe(2);
});

test("what was over before the window opened is no news", async () => {
  const host = new SlowHost();
  const resyncs = new Resyncs(host);
  const loading = resyncs.load();
  await host.last("resync.list").answer([run({ run: 1, done: true }), run({ run: 2, call: "a" })]);
  await loading;
  expect(resyncs.bulk).toBeNull();
  expect(resyncs.ofCall("a")?.run).toBe(2);
});
