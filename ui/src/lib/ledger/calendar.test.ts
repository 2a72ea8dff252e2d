import { expect, test } from "vitest";
import type { LedgerSums } from "$lib/host/bindings";
import { later, months, squares, step, toneOf } from "./calendar";

const sums = (part: Partial<LedgerSums>): LedgerSums => ({ calls: 1, expected: 5, held: 5, excused: 0, open: 0, things: {}, holes: {}, ...part });

test("days stand in weeks that begin on Monday", () => {
  // 2026-03-01 is a Sunday.
  const all = squares("2026-03-01", "2026-03-09", []);
  expect(all.map(({ week, weekday }) => [week, weekday])).toEqual([[0, 6], [1, 0], [1, 1], [1, 2], [1, 3], [1, 4], [1, 5], [1, 6], [2, 0]]);
  expect(all.at(-1)?.day).toBe("2026-03-09");
});

test("a day without calls is empty, and one with an open hole stands out before one that is explained", () => {
  expect(toneOf(null)).toBe("none");
  expect(toneOf(sums({ expected: 0, held: 0 }))).toBe("none");
  expect(toneOf(sums({}))).toBe("whole");
  expect(toneOf(sums({ held: 4, excused: 1 }))).toBe("excused");
  expect(toneOf(sums({ held: 3, excused: 1, open: 1 }))).toBe("open");
  const [first] = squares("2026-03-01", "2026-03-01", [{ day: "2026-03-01", sums: sums({}) }]);
  expect(first?.tone).toBe("whole");
});

test("arrows go through days and weeks and stop at the ends", () => {
  expect(step("ArrowDown", 3, 20)).toBe(4);
  expect(step("ArrowLeft", 10, 20)).toBe(3);
  expect(step("ArrowLeft", 3, 20)).toBe(3);
  expect(step("ArrowRight", 15, 20)).toBe(15);
  expect(step("Home", 9, 20)).toBe(0);
  expect(step("End", 9, 20)).toBe(19);
  expect(step("Enter", 9, 20)).toBeNull();
});

test("days are counted over the ends of months and years", () => {
  expect(later("2026-02-28", 1)).toBe("2026-03-01");
  expect(later("2026-01-01", -1)).toBe("2025-12-31");
});

test("a month is named where it begins, unless the next name would run into it", () => {
  const named = months(squares("2026-02-25", "2026-05-02", [])).map(({ day }) => day);
  expect(named).toEqual(["2026-03-01", "2026-04-01", "2026-05-01"]);
});
