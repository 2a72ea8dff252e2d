import { expect, test } from "vitest";
import { row } from "../testing/rows";
import { changesOf } from "./changes";
import { canRetry, firstChoice, isTranscriptOnly, toneOf } from "./recording";
import { pieces } from "./snippet";
import { useLanguage } from "$lib/i18n/words.svelte";
import { grouped, masked, otherSide } from "./who";
import { agentWords, endedWords, everybody, reasonInside, reasonWords, whoWords } from "./words.svelte";

test("the other side is who called us, or whom we called", () => {
  expect(otherSide({ direction: "inbound", from: "+1", to: "+2" })).toEqual({ kind: "number", number: "+1" });
  expect(otherSide({ direction: "outbound", from: "+1", to: "+2" })).toEqual({ kind: "number", number: "+2" });
  expect(otherSide({ direction: "web", from: null, to: null })).toEqual({ kind: "web" });
  expect(otherSide({ direction: "inbound", from: null, to: "+2" })).toEqual({ kind: "unknown" });
});

test("a meeting has people, or at least a platform", () => {
  expect(otherSide({ direction: "meeting", from: "Ada Lovelace, Ben", to: "Zoom" })).toEqual({ kind: "people", names: ["Ada Lovelace", "Ben"] });
  expect(otherSide({ direction: "meeting", from: null, to: "Zoom" })).toEqual({ kind: "meeting", platform: "Zoom" });
});

test("of many people some are named in a row, and all of them where there is room", () => {
  useLanguage("en", []);
  const meeting = { direction: "meeting", from: "Ada Lovelace, Ben Okri, Cleo Ruiz, Dan Weiss, +15550100147", to: "Zoom" };
  expect(whoWords(meeting, false)).toBe("Ada, Ben and 3 more");
  expect(everybody(meeting, false), "numbers are masked here, too").toBe("Ada Lovelace, Ben Okri, Cleo Ruiz, Dan Weiss, and ··· 0147");
  expect(whoWords({ ...meeting, from: "Ada, Ben" }, false)).toBe("Ada and Ben");
  expect(everybody({ ...meeting, from: "Ada, Ben" }, false), "nothing was left out").toBeNull();
  expect(whoWords({ ...meeting, from: null }, false)).toBe("Zoom meeting");
  useLanguage("de", []);
  expect(whoWords(meeting, false)).toBe("Ada, Ben und 3 weitere");
  useLanguage("en", []);
});

test("a meeting says where it was and who took notes, a call who answered", () => {
  expect(agentWords({ direction: "meeting", to: "Zoom", agent: "Notetaker", account: "team" })).toBe("Zoom · Notetaker");
  expect(agentWords({ direction: "inbound", to: "+1", agent: "Desk", account: "clinic" })).toBe("Desk");
  expect(agentWords({ direction: "inbound", to: "+1", agent: null, account: "clinic" })).toBe("clinic");
});

test("an ending that only the provider has a word for has none of ours", () => {
  useLanguage("en", []);
  expect(endedWords("caller_hangup")).toBe("Caller hung up");
  expect(endedWords("caller_hangup", "meeting"), "nobody hangs up in a meeting").toBe("Ended by the people in it");
  expect(endedWords("unknown")).toBeNull();
  expect(endedWords("abducted")).toBeNull();
});

test("a reason that nobody knows is named in a sentence instead of swallowed", () => {
  useLanguage("en", []);
  expect(reasonWords("own_storage")).toContain("own storage");
  expect(reasonWords("quarantined_by_dlp")).toBe("The reason given is “quarantined_by_dlp”");
  expect(reasonWords(null)).toBe("The reason is not known");
  expect(reasonInside("network")).toBe("the network failed");
});

test("a masked number shows its last four digits and nothing else of it", () => {
  expect(masked("+15550100199")).toBe("··· 0199");
  expect(masked("sip:anna@example.com"), "a name or address keeps one letter").toBe("s···");
  expect(masked("911"), "a short number is not given away whole").toBe("9···");
});

test("numbers are grouped for reading, and what is no number stays", () => {
  expect(grouped("+15550100199")).toBe("+1 555 010 0199");
  expect(grouped("anonymous")).toBe("anonymous");
});

test("a hit is cut out between its markers, and stray markers vanish", () => {
  expect(pieces("your \u0001insurance\u0002 card")).toEqual([
    { text: "your ", hit: false },
    { text: "insurance", hit: true },
    { text: " card", hit: false },
  ]);
  expect(pieces("broken \u0001mark")).toEqual([{ text: "broken mark", hit: false }]);
});

test("withheld and absent recordings are facts, failed and expired ones are faults", () => {
  expect(["withheld", "absent", "deleted"].map(toneOf)).toEqual(["plain", "plain", "plain"]);
  expect(["failed", "expired"].map(toneOf)).toEqual(["bad", "bad"]);
  expect(["failed", "expired", "withheld", "ready"].map(canRetry)).toEqual([true, true, false, false]);
});

test("a call without sound whose words are known is 'transcript only'", () => {
  const absent = { id: "r", state: "absent", reason: "not_recorded", count: 1, link_expires_at: null };
  expect(isTranscriptOnly(row({ recording: absent }))).toBe(true);
  expect(isTranscriptOnly(row({ recording: absent, has_transcript: false }))).toBe(false);
  expect(isTranscriptOnly(row({}))).toBe(false);
});

test("of several recordings one that can be played is shown first", () => {
  const recording = (id: string, state: string) => ({ id, state, provider_recording_id: null, reason: null, channels: null, duration_ms: null, format: null, size_bytes: null, sha256: null, path: null, link_expires_at: null });
  expect(firstChoice([recording("a", "failed"), recording("b", "ready")])?.id).toBe("b");
  expect(firstChoice([recording("a", "failed")])?.id).toBe("a");
  expect(firstChoice([])).toBeNull();
});

test("a resync shows the fields that differ, and only those", () => {
  const item = { call: "1", provider_call_id: "c", outcome: "updated", before: { missing: ["cost"], summary: "same" }, after: { missing: [], cost: { amount: "1", currency: "USD" }, summary: "same" }, changed: ["cost"], error: null };
  expect(changesOf(item).map((change) => change.field)).toEqual(["cost", "missing"]);
});
