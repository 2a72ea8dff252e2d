import { expect, test } from "vitest";
import { MOST, Selection } from "./selection.svelte";

test("a call is picked, and picked again it is put back", () => {
  const selection = new Selection();
  selection.toggle("a");
  selection.toggle("b");
  selection.toggle("a");
  expect(selection.ids).toEqual(["b"]);
  expect(selection.has("a")).toBe(false);
});

test("another stretch from the same anchor takes the place of the one before, and nothing else's", () => {
  const selection = new Selection();
  selection.toggle("z");
  selection.toggle("c");
  selection.stretch(["c", "d", "e"]);
  selection.stretch(["c", "b"]);
  expect(selection.ids).toEqual(["z", "c", "b"]);
  expect(selection.anchor).toBe("c");
});

test("nothing is left of a selection that was cleared", () => {
  const selection = new Selection();
  selection.toggle("a");
  selection.clear();
  selection.begin("c");
  selection.stretch(["c", "d"]);
  expect(selection.ids).toEqual(["c", "d"]);
});

test("no more calls are picked than can sensibly be asked for", () => {
  const selection = new Selection();
  selection.begin("0");
  selection.stretch(Array.from({ length: MOST + 40 }, (_, number) => String(number)));
  selection.toggle("one more");
  expect(selection.size).toBe(MOST);
});
