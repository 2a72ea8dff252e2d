import { expect, test } from "vitest";
import { row } from "../testing/rows";
import { BLOCK, blocksAround, inBlocks, lengthAfter, movedBy, nearest, placeOf, range } from "./places";

const rows = (first: number, last: number) => range(first, last).map((number) => row({ id: `call-${number}` }));
const none = { rows: 0, exact: true };

test("one question covers the whole blocks around a stretch, up to the longest page", () => {
  expect(blocksAround(-20, 40)).toEqual({ start: 0, limit: 100 });
  expect(blocksAround(85, 115)).toEqual({ start: 0, limit: 200 });
  expect(blocksAround(250, 5000)).toEqual({ start: 200, limit: 500 });
});

test("rows are cut where blocks begin, and an empty answer is an empty block", () => {
  const blocks = inBlocks(200, rows(0, 149));
  expect([...blocks].map(([number, block]) => [number, block.length])).toEqual([[2, 100], [3, 50]]);
  expect(placeOf(blocks, "call-120")).toBe(320);
  expect(placeOf(blocks, "call-150")).toBeNull();
  expect([...inBlocks(300, [])]).toEqual([[3, []]]);
});

test("the first call in sight that is still there tells how far rows have moved", () => {
  const held = inBlocks(0, rows(0, 99));
  expect(movedBy(held, range(50, 60), 0, rows(-3, 96)), "three came in above").toBe(3);
  const joined = rows(0, 99).filter(({ id }) => id !== "call-50" && id !== "call-7");
  expect(movedBy(held, range(50, 60), 0, joined), "the first one is gone itself, and one above it").toBe(-2);
  expect(movedBy(held, range(50, 60), 0, rows(500, 599))).toBeNull();
  expect(movedBy(held, range(150, 160), 100, rows(100, 199)), "what was not here tells nothing").toBeNull();
});

test("far blocks are let go first", () => {
  const held = inBlocks(0, rows(0, 999));
  expect([...nearest(held, 4, 3).keys()].sort()).toEqual([3, 4, 5]);
  expect(nearest(held, 4, 10)).toBe(held);
});

test("a counted list is as long as it was counted", () => {
  expect(lengthAfter(none, { total: 37, exact: true }, 0, 37, BLOCK)).toEqual({ rows: 37, exact: true });
});

test("where counting stopped, full blocks lead on and a short one is the end", () => {
  const told = { total: 10_000, exact: false };
  const first = lengthAfter(none, told, 0, 100, BLOCK);
  expect(first).toEqual({ rows: 10_000, exact: false });
  const further = lengthAfter(first, told, 9_900, 100, BLOCK);
  expect(further, "another block may follow").toEqual({ rows: 10_100, exact: false });
  expect(lengthAfter(further, told, 10_000, 0, BLOCK), "or none").toEqual({ rows: 10_000, exact: true });
  const end = lengthAfter(further, told, 10_200, 50, BLOCK);
  expect(end).toEqual({ rows: 10_250, exact: true });
  expect(lengthAfter(end, told, 500, 100, BLOCK), "a block in the middle does not forget the end").toEqual(end);
  expect(lengthAfter(end, told, 10_200, 100, BLOCK), "the list went on after all").toEqual({ rows: 10_400, exact: false });
});
