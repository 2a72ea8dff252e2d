import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HostError } from "$lib/host/host";
import { SlowHost } from "../testing/host";
import { row } from "../testing/rows";
import { CallStore } from "./call.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const detail = (id: string, summary: string) => ({ call: { id, summary }, timeline: [], listens: [], offsets_ms: {}, channel_of: {} });

test("a late answer for a call that was left is dropped", async () => {
  const host = new SlowHost();
  const call = new CallStore(host);
  call.open("a");
  const first = host.last("calls.get");
  call.open("b");
  await host.last("calls.get").answer(detail("b", "second"));
  await first.answer(detail("a", "first"));
  expect(call.detail?.call.id).toBe("b");
});

test("news of the call on the page read it again once, however many they are", async () => {
  const host = new SlowHost();
  const call = new CallStore(host);
  call.open("a");
  await host.last("calls.get").answer(detail("a", "old"));
  call.fold([row({ id: "a", rev: 2 })]);
  call.fold([row({ id: "a", rev: 3 })]);
  call.fold([row({ id: "other", rev: 9 })]);
  vi.advanceTimersByTime(500);
  expect(host.asked).toHaveLength(2);
  await host.last("calls.get").answer(detail("a", "new"));
  expect(call.detail?.call.summary).toBe("new");
});

test("a call that is not here is another thing than a call that could not be loaded", async () => {
  const host = new SlowHost();
  const call = new CallStore(host);
  call.open("gone");
  await host.last("calls.get").refuse(new HostError({ code: "not_found", message: "", hint: null }));
  expect(call.phase).toBe("not_found");
  call.open("broken");
  await host.last("calls.get").refuse(new HostError({ code: "internal", message: "", hint: null }));
  expect(call.phase).toBe("failed");
});
