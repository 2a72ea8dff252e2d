import { expect, test } from "vitest";
import { spansOf, speakersOfBars } from "./spans";
import { turnsOf } from "./turns";

const said = (speaker: string, start_ms: number | null, end_ms: number | null) => ({ speaker, start_ms, end_ms, text: "yes", words: [] });

test("a bar has the colour of who speaks in it, and none in a pause", () => {
  const spans = spansOf(turnsOf([said("Ada", 0, 2000), said("tool", 2000, 4000), said("Ben", 6000, 8000)]), 0);
  expect(speakersOfBars(5, 10_000, spans)).toEqual(["Ada", null, null, "Ben", null]);
});

test("of two who overlap, the one who began last is seen", () => {
  const spans = spansOf(turnsOf([said("Ada", 0, 6000), said("Ben", 4000, 5000)]), 0);
  expect(speakersOfBars(3, 6000, spans)).toEqual(["Ada", "Ada", "Ben"]);
});

test("a recording that begins later than the transcript is coloured in its own time", () => {
  expect(spansOf(turnsOf([said("Ada", 30_000, 31_000)]), 30_000)).toEqual([{ start_ms: 0, end_ms: 1000, speaker: "Ada" }]);
});

test("a turn without an end lasts until the next one, and never long", () => {
  const spans = spansOf(turnsOf([said("Ada", 0, null), said("Ben", 900, null)]), 0);
  expect(spans.map((span) => span.end_ms)).toEqual([900, 2900]);
});

test("turns without times colour nothing", () => {
  expect(speakersOfBars(3, 3000, spansOf(turnsOf([said("Ada", null, null)]), 0))).toEqual([null, null, null]);
  expect(speakersOfBars(2, 0, [])).toEqual([null, null]);
});
