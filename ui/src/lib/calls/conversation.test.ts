import { expect, test } from "vitest";
import type { SecondsJson } from "$lib/host/bindings";
import { lengths } from "./conversation";

const seconds = (billed_ms: number | null, carrier_ms: number | null, audible_ms: number | null): SecondsJson => ({
  billed_ms,
  carrier_ms,
  audible_ms,
  billed_minus_carrier_ms: null,
  billed_minus_audible_ms: null,
  carrier_minus_audible_ms: null,
});

test("each length is compared with the first that is known", () => {
  expect(lengths(seconds(60_000, 62_000, 41_000))).toEqual([
    { name: "billed", ms: 60_000, apart: null },
    { name: "carrier_long", ms: 62_000, apart: 2_000 },
    { name: "audible", ms: 41_000, apart: -19_000 },
  ]);
  expect(lengths(seconds(null, 62_000, 62_300))).toEqual([
    { name: "carrier_long", ms: 62_000, apart: null },
    { name: "audible", ms: 62_300, apart: null },
  ]);
  expect(lengths(seconds(null, null, null))).toEqual([]);
});
