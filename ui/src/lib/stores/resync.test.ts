import { expect, test } from "vitest";
import type { ResyncProgress } from "$lib/host/bindings";
import { SlowHost } from "../testing/host";
import { Resyncs } from "./resync.svelte";

function run(part: Partial<ResyncProgress>): ResyncProgress {
  const report = { dry_run: false, checked: 0, updated: 0, unchanged: 0, failed: 0, items: [] };
  return { run: 1, call: null, stored: true, eta_ms: null, paused: false, total: 3, done: false, cancelled: false, report, ...part };
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

test("one that is under way is shown before a newer one that is over", () => {
  const resyncs = new Resyncs(new SlowHost());
  resyncs.fold(run({ run: 1, paused: true }));
  resyncs.fold(run({ run: 2, done: true }));
  expect(resyncs.bulk?.run).toBe(1);
});

test("picked calls are one resync, which can be paused, resumed and ended", async () => {
  const host = new SlowHost();
  const resyncs = new Resyncs(host);
  const starting = resyncs.start({ scope: "calls", ids: ["a", "b"] });
  expect(host.last("resync.start").args).toEqual({ scope: { scope: "calls", ids: ["a", "b"] }, dry_run: false });
  await host.last("resync.start").answer(run({ run: 7, total: 2 }));
  await starting;
  for (const [steer, command] of [
    [() => resyncs.pause(7), "resync.pause"],
    [() => resyncs.resume(7), "resync.resume"],
    [() => resyncs.cancel(7), "resync.cancel"],
  ] as const) {
    const steering = steer();
    expect(host.last(command).args).toEqual({ run: 7 });
    await host.last(command).answer({});
    await steering;
  }
  expect(resyncs.error).toBeNull();
});
