import { expect, test } from "vitest";
import { addDecimals, distance, isMore, share } from "./money";

test("sums are exact where floating-point numbers are not", () => {
  expect(addDecimals(["0.1", "0.2"])).toBe("0.3");
  expect(addDecimals(["12345678901234567.89", "0.01"])).toBe("12345678901234567.90");
});

test("negative amounts are amounts", () => {
  expect(addDecimals(["-0.00750", "0.0025"])).toBe("-0.00500");
});

test("text that is no decimal has no sum", () => {
  expect(addDecimals(["0.1", "free"])).toBeNull();
  expect(addDecimals([])).toBe("0");
});

test("parts that differ from the total by exactly a cent are not yet a warning", () => {
  expect(distance("0.06", "0.05")).toBe("0.01");
  expect(isMore("0.01", "0.01")).toBe(false);
  expect(isMore("0.01001", "0.01")).toBe(true);
  expect(isMore("0.00999", "0.01")).toBe(false);
});

test("a share of nothing is nothing", () => {
  expect(share("0.5", "0")).toBe(0);
  expect(share("0.5", "2")).toBe(0.25);
});
