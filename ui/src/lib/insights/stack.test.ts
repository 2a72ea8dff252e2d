import { expect, test } from "vitest";
import { layerOf, LAYERS, named, scaleLines } from "./stack";

const day = { day: "2026-03-01", calls: 10, ended: 6, not_connected: 2, failed: 1, duration_ms: 0, with_recording: 5 };

test("the layers of a bar add up to the calls of the day", () => {
  expect(LAYERS.reduce((sum, layer) => sum + layerOf(day, layer), 0)).toBe(10);
});

test("figures that overlap never give a negative layer", () => {
  expect(layerOf({ ...day, calls: 3 }, "other")).toBe(0);
});

test("the scale reaches the most with a few whole numbers", () => {
  for (const most of [1, 3, 7, 45, 240, 9999]) {
    const lines = scaleLines(most);
    expect(lines.at(-1), `scale for ${most}`).toBeGreaterThanOrEqual(most);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines.every(Number.isInteger)).toBe(true);
  }
});

test("the last day is always named, and names keep their distance", () => {
  const isNamed = named(30, 10);
  expect(isNamed(29)).toBe(true);
  expect([...Array(30).keys()].filter(isNamed)).toHaveLength(10);
});
