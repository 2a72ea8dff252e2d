import { expect, test } from "vitest";
import { playerState } from "../testing/rows";
import { nextSpeed, positionAt, replaces } from "./position";

test("the position counts on by the rate since it was told", () => {
  expect(positionAt(playerState({ position_ms: 1000, at: 5000, rate: 1.5 }), 7000)).toBe(4000);
});

test("a paused position stays, however much time goes by", () => {
  expect(positionAt(playerState({ position_ms: 1000, at: 5000, rate: 0 }), 999_999)).toBe(1000);
});

test("the position never passes the end, nor moves back when clocks disagree", () => {
  expect(positionAt(playerState({ position_ms: 59_000, at: 0, rate: 3 }), 60_000)).toBe(60_000);
  expect(positionAt(playerState({ position_ms: 1000, at: 5000, rate: 1 }), 4000)).toBe(1000);
});

test("without a known length the position just goes on", () => {
  expect(positionAt(playerState({ position_ms: 0, at: 0, rate: 1, duration_ms: null }), 90_000)).toBe(90_000);
});

test("a newer load replaces an older one even if its moment is earlier", () => {
  expect(replaces(playerState({ load: 1, at: 900 }), playerState({ load: 2, at: 100 }))).toBe(true);
  expect(replaces(playerState({ load: 2, at: 100 }), playerState({ load: 1, at: 900 }))).toBe(false);
});

test("speed goes step by step and stops at both ends", () => {
  expect(nextSpeed(1, 1)).toBe(1.25);
  expect(nextSpeed(1.1, -1), "from between two steps to the nearer one in that direction").toBe(1);
  expect(nextSpeed(3, 1)).toBe(3);
  expect(nextSpeed(0.5, -1)).toBe(0.5);
});
