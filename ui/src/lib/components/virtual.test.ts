import { expect, test } from "vitest";
import { clampTop, elementHeight, isScaled, lastTop, rowPlace, rowsInSight, SAFE_HEIGHT, scrollOfTop, topForRow, topOfScroll, type Extent } from "./virtual";

const short: Extent = { rows: 500, rowHeight: 56, viewport: 700 };
const long: Extent = { rows: 1_000_000, rowHeight: 56, viewport: 700 };

test("a list that fits is scrolled pixel by pixel", () => {
  expect(isScaled(short)).toBe(false);
  expect(elementHeight(short)).toBe(28_000);
  expect(topOfScroll(short, 1234)).toBe(1234);
  expect(scrollOfTop(short, 1234)).toBe(1234);
});

test("a million rows stay below the height at which browsers clamp elements", () => {
  expect(isScaled(long)).toBe(true);
  expect(elementHeight(long)).toBe(SAFE_HEIGHT);
  expect(elementHeight(long)).toBeLessThan(33_554_428);
});

test("the ends of the scrollbar are the ends of a list of a million rows", () => {
  expect(topOfScroll(long, 0)).toBe(0);
  const bottom = topOfScroll(long, elementHeight(long) - long.viewport);
  expect(bottom).toBeCloseTo(lastTop(long), 3);
  expect(rowsInSight(long, bottom, 0)[1]).toBe(999_999);
});

test("every row of a million can be brought into sight and is drawn inside the viewport", () => {
  for (const row of [0, 1, 12, 499_999, 700_001, 999_998, 999_999]) {
    const top = topForRow(long, row, 20_000_000);
    const scroll = scrollOfTop(long, top);
    const [first, last] = rowsInSight(long, top, 0);
    expect(row, `row ${row} is drawn`).toBeGreaterThanOrEqual(first);
    expect(row).toBeLessThanOrEqual(last);
    const place = rowPlace(long, row, top, scroll) - scroll;
    expect(place, `row ${row} begins in sight`).toBeGreaterThanOrEqual(0);
    expect(place + long.rowHeight, `row ${row} ends in sight`).toBeLessThanOrEqual(long.viewport);
  }
});

test("rows are drawn within the scrolled element, so that nothing is clamped", () => {
  const top = lastTop(long);
  const place = rowPlace(long, 999_999, top, scrollOfTop(long, top));
  expect(place + long.rowHeight).toBeLessThanOrEqual(elementHeight(long) + 1);
});

test("position and scrollbar agree wherever one is", () => {
  for (const top of [0, 1, 333, 9_999_999, 41_000_000, lastTop(long)]) {
    expect(topOfScroll(long, scrollOfTop(long, top))).toBeCloseTo(top, 3);
  }
});

test("a row in sight does not move the list", () => {
  expect(topForRow(short, 3, 100)).toBe(100);
  expect(topForRow(short, 0, 100)).toBe(0);
  expect(topForRow(short, 20, 100)).toBe(21 * 56 - 700);
});

test("an empty list has no rows and no travel", () => {
  const empty: Extent = { rows: 0, rowHeight: 56, viewport: 700 };
  expect(rowsInSight(empty, 0, 6)).toEqual([0, -1]);
  expect(clampTop(empty, 500)).toBe(0);
});

test("a list that became shorter keeps a valid place", () => {
  expect(clampTop({ ...short, rows: 10 }, 20_000)).toBe(0);
  expect(clampTop(short, 99_999_999)).toBe(28_000 - 700);
});
