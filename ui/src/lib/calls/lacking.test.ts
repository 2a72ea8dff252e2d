import { expect, test } from "vitest";
import { lacking } from "./lacking";

const END = Date.parse("2026-03-01T10:00:00Z");
const MINUTE = 60_000;

function after(minutes: number, missing: string[]) {
  return lacking({ missing, ended_at: new Date(END).toISOString() }, END + minutes * MINUTE);
}

test("what a call lacks right after its end is still to come, and later missing", () => {
  expect(after(1, ["summary"])).toBe("to_come");
  expect(after(14, ["summary", "cost"])).toBe("to_come");
  expect(after(15, ["summary"])).toBe("missing");
  expect(lacking({ missing: ["ended_at"], ended_at: null }, END)).toBe("missing");
});

test("a call that lacks nothing is whole from the first moment", () => {
  expect(after(0, [])).toBe("nothing");
});
