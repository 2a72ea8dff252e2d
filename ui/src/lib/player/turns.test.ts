import { expect, test } from "vitest";
import type { SegmentJson } from "$lib/host/bindings";
import { findPlaces, hitLength, keepSame, placeAt, turnsOf } from "./turns";

function said(speaker: string, start: number, ...words: [string, number][]): SegmentJson {
  return {
    speaker,
    start_ms: start,
    end_ms: null,
    text: words.map(([text]) => text).join(" "),
    words: words.map(([text, at]) => ({ text, start_ms: at, end_ms: at + 200 })),
  };
}

const turns = turnsOf([
  said("agent", 0, ["Riverside", 0], ["Clinic,", 500], ["hello.", 900]),
  { speaker: "tool", start_ms: 1500, end_ms: null, text: "find_slot → 3", words: [] },
  said("caller", 2000, ["I", 2000], ["need", 2200], ["a", 2400], ["café", 2500], ["table.", 2900]),
  { speaker: "agent", start_ms: 4000, end_ms: 5000, text: "One moment please", words: [] },
]);

test("the word that is being said is found", () => {
  expect(placeAt(turns, 600)).toEqual({ turn: 0, word: 1 });
  expect(placeAt(turns, 2450)).toEqual({ turn: 2, word: 2 });
});

test("in a pause the last said word stays", () => {
  expect(placeAt(turns, 1900)).toEqual({ turn: 0, word: 2 });
});

test("before the first word nothing is marked", () => {
  expect(placeAt(turnsOf([said("agent", 400, ["Hi", 400])]), 100)).toBeNull();
});

test("tool calls are never what is being said", () => {
  expect(placeAt(turns, 1600)?.turn).toBe(0);
});

test("a turn without times of its words is marked as a whole", () => {
  expect(placeAt(turns, 4500)).toEqual({ turn: 3, word: null });
});

test("when two speak at once, the one who began last counts", () => {
  const both = turnsOf([said("agent", 0, ["long", 0], ["sentence", 3000]), said("caller", 2000, ["wait", 2000])]);
  expect(placeAt(both, 3100)?.turn).toBe(1);
});

test("words are found without regard to case, accents and the ends of words", () => {
  expect(findPlaces(turns, "CAFE")).toEqual([{ turn: 2, word: 3 }]);
  expect(findPlaces(turns, "clin")).toEqual([{ turn: 0, word: 1 }]);
});

test("a phrase is found across words and marks all of them", () => {
  expect(findPlaces(turns, "need a")).toEqual([{ turn: 2, word: 1 }]);
  expect(hitLength("need a")).toBe(2);
});

test("an empty search finds nothing instead of everything", () => {
  expect(findPlaces(turns, "  ")).toEqual([]);
});

test("a transcript that was read again keeps the turns that did not change", () => {
  const first = [said("agent", 0, ["Hello", 0]), said("caller", 900, ["I", 900], ["need", 1100])];
  const grown = [said("agent", 0, ["Hello", 0]), said("caller", 900, ["I", 900], ["need", 1100], ["help", 1300]), said("agent", 2000, ["Sure", 2000])];
  const before = turnsOf(first);
  const after = turnsOf(keepSame(first, grown));
  expect(after[0], "nothing of it is drawn again").toBe(before[0]);
  expect(after[1]?.words.map((word) => word.text)).toEqual(["I", "need", "help"]);
  expect(after).toHaveLength(3);
});

test("a turn that moved because another came before it is another turn", () => {
  const segment = said("agent", 500, ["Hello", 500]);
  const [alone] = turnsOf([segment]);
  expect(turnsOf([said("caller", 0, ["Hm", 0]), segment])[1]?.segment).toBe(1);
  expect(alone?.segment).toBe(0);
});
