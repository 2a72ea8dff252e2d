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

test("a call with news every few milliseconds is still read again, one question at a time", async () => {
  const host = new SlowHost();
  const call = new CallStore(host);
  call.open("a");
  await host.last("calls.get").answer(detail("a", "old"));
  for (let rev = 2; rev < 30; rev += 1) {
    call.fold([row({ id: "a", rev })]);
    vi.advanceTimersByTime(20);
  }
  expect(host.asked, "the second question is open, so there is no third").toHaveLength(2);
  await host.last("calls.get").answer(detail("a", "halfway"));
  expect(call.detail?.call.summary).toBe("halfway");
  vi.advanceTimersByTime(150);
  await host.last("calls.get").answer(detail("a", "the newest"));
  expect(call.detail?.call.summary, "what came meanwhile was asked for afterwards").toBe("the newest");
});

test("lines that were there stay the same lines when the call is read again", async () => {
  const line = (text: string) => ({ speaker: "Ada", start_ms: 0, end_ms: 900, text, words: [] });
  const said = (...texts: string[]) => ({ ...detail("a", ""), call: { id: "a", transcript: texts.map(line) } });
  const host = new SlowHost();
  const call = new CallStore(host);
  call.open("a");
  await host.last("calls.get").answer(said("Good morning."));
  const first = call.detail?.call.transcript?.[0];
  void call.load();
  await host.last("calls.get").answer(said("Good morning.", "Shall we begin?"));
  expect(call.detail?.call.transcript).toHaveLength(2);
  expect(call.detail?.call.transcript?.[0]).toBe(first);
});
