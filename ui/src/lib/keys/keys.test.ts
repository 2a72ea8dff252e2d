import { expect, test } from "vitest";
import { beginsGo, readGo, readKey, type Press } from "./keys";

function press(key: string, part: Partial<Press> = {}): Press {
  return { key, code: "", shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...part };
}

test("J and K move in lists, but seek and pause at a call", () => {
  expect(readKey(press("j"), "list")).toEqual({ to: "move", rows: 1 });
  expect(readKey(press("j"), "call")).toEqual({ to: "seek", ms: -10_000 });
  expect(readKey(press("k"), "call")).toEqual({ to: "play" });
  expect(readKey(press("l"), "call")).toEqual({ to: "seek", ms: 10_000 });
});

test("Shift with comma and period changes the speed on every keyboard layout", () => {
  expect(readKey(press(";", { code: "Comma", shiftKey: true }), "call")).toEqual({ to: "speed", direction: -1 });
  expect(readKey(press(">", { code: "Period", shiftKey: true }), "list")).toEqual({ to: "speed", direction: 1 });
});

test("E takes the recording out at a call, and nowhere else", () => {
  expect(readKey(press("e"), "call")).toEqual({ to: "export" });
  expect(readKey(press("E", { shiftKey: true }), "call")).toBeNull();
  expect(readKey(press("e"), "list")).toBeNull();
});

test("digits jump to tenths", () => {
  expect(readKey(press("0"), "call")).toEqual({ to: "tenth", tenth: 0 });
  expect(readKey(press("9"), "list")).toEqual({ to: "tenth", tenth: 9 });
});

test("G and a letter choose a view, and nothing else does", () => {
  expect(beginsGo(press("g"))).toBe(true);
  expect(beginsGo(press("g", { ctrlKey: true }))).toBe(false);
  expect(readGo(press("c"))).toEqual({ to: "go", view: "calls" });
  expect(readGo(press("x"))).toBeNull();
});

test("Shift with the keys that move picks the rows between, and X picks one", () => {
  expect(readKey(press("ArrowDown", { shiftKey: true }), "list")).toEqual({ to: "move", rows: 1, extend: true });
  expect(readKey(press("K", { shiftKey: true }), "list")).toEqual({ to: "move", rows: -1, extend: true });
  expect(readKey(press("x"), "list")).toEqual({ to: "pick" });
  expect(readKey(press("x"), "call")).toBeNull();
});

test("keys with Ctrl, Alt or Meta belong to the system, except for searching", () => {
  expect(readKey(press("f", { ctrlKey: true }), "call")).toEqual({ to: "search" });
  expect(readKey(press("j", { ctrlKey: true }), "list")).toBeNull();
  expect(readKey(press("ArrowLeft", { altKey: true }), "call")).toBeNull();
});
