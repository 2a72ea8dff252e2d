import { expect, test } from "vitest";
import { paintOf, voicesOf } from "./lanes";

test("lanes are named by who is on which channel", () => {
  expect(voicesOf(2, { caller: 1, agent: 0 })).toEqual(["agent", "caller"]);
});

test("where nobody knows who is who, lanes are numbered instead of guessed", () => {
  expect(voicesOf(2, {})).toEqual(["left", "right"]);
});

test("one channel is both sides", () => {
  expect(voicesOf(1, { caller: 0 })).toEqual(["both"]);
});

test("the two lanes never have the same colour", () => {
  const known: Record<string, number>[] = [{ caller: 1, agent: 0 }, {}];
  for (const channels of known) {
    const paints = voicesOf(2, channels).map(paintOf);
    expect(new Set(paints).size).toBe(2);
  }
});
