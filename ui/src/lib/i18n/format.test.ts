import { expect, test } from "vitest";
import { bytes, clock, moment, money, relative, span } from "./format";

/** Intl puts narrow and non-breaking spaces between numbers and units. */
const plain = (text: string | null) => text?.replace(/[\u00a0\u202f]/g, " ");

test("positions are minutes and seconds, with hours only when there are some", () => {
  expect(clock(0)).toBe("0:00");
  expect(clock(83_999)).toBe("1:23");
  expect(clock(3_723_000)).toBe("1:02:03");
  expect(clock(-5)).toBe("0:00");
});

test("money shows every digit that was told and never rounds", () => {
  expect(money("en", "0.05218", "USD")).toBe("$0.05218");
  expect(money("en", "1", "USD")).toBe("$1.00");
  expect(money("en", "123456789012345678.123456", "USD")).toBe("$123,456,789,012,345,678.123456");
  expect(plain(money("de", "0.05218", "USD"))).toBe("0,05218 $");
  expect(money("en", "250", "JPY")).toBe("¥250");
});

test("money that is no decimal or of no known currency is shown as it was told", () => {
  expect(money("en", "free", "USD")).toBe("free USD");
  expect(money("en", "1.5", "??")).toBe("1.5 ??");
});

test("lengths have at most two units", () => {
  expect(plain(span("en", 820))).toBe("820 ms");
  expect(plain(span("en", 8400))).toBe("8.4 sec");
  expect(plain(span("en", 71_000))).toBe("1 min 11 sec");
  expect(plain(span("de", 7_500_000))).toBe("2 Std. 5 Min.");
});

test("times ago are told in the largest unit that fits", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  expect(relative("en", now - 20_000, now), "so near that words say it").toBeNull();
  expect(relative("en", now - 180_000, now)).toBe("3 min. ago");
  expect(relative("de", now - 7_200_000, now)).toBe("vor 2 Std.");
  expect(relative("en", now + 600_000, now)).toBe("in 10 min.");
});

test("a moment of today is a time, one of this year has its day too, and older ones the day alone", () => {
  const now = new Date(2026, 2, 10, 12).getTime();
  expect(moment("de", new Date(2026, 2, 10, 9, 5).getTime(), now)).toBe("09:05");
  expect(moment("de", new Date(2026, 2, 9, 9, 5).getTime(), now)).toContain("9. März");
  expect(moment("de", new Date(2025, 2, 9, 9, 5).getTime(), now)).toBe("9. März 2025");
});

test("sizes count in steps of a thousand, as file managers do", () => {
  expect(plain(bytes("en", 992_044))).toBe("992 kB");
  expect(plain(bytes("en", 11_300_000_000))).toBe("11.3 GB");
});
