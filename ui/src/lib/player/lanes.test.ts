import { expect, test } from "vitest";
import { callerHindrance, paintOf, voicesOf } from "./lanes";

test("lanes are named by who is on which channel", () => {
  expect(voicesOf(2, { caller: 1, agent: 0 })).toEqual(["agent", "caller"]);
});

test("where nobody knows who is who, lanes are numbered instead of guessed", () => {
  expect(voicesOf(2, {})).toEqual(["left", "right"]);
});

test("one channel is both sides", () => {
  expect(voicesOf(1, { caller: 0 })).toEqual(["both"]);
});

test("the caller is heard alone only on a channel of his own that is known", () => {
  expect(callerHindrance("inbound", 2, { caller: 0, agent: 1 })).toBeNull();
  expect(callerHindrance("inbound", 1, { caller: 0 })).toBe("mono");
  expect(callerHindrance("outbound", 2, {})).toBe("unknown");
  expect(callerHindrance("meeting", 1, {}), "a meeting has nobody who called").toBe("meeting");
  expect(callerHindrance("inbound", null, { caller: 0 }), "not told is not one").toBeNull();
});

test("the two lanes never have the same colour", () => {
  const known: Record<string, number>[] = [{ caller: 1, agent: 0 }, {}];
  for (const channels of known) {
    const paints = voicesOf(2, channels).map(paintOf);
    expect(new Set(paints).size).toBe(2);
  }
});
