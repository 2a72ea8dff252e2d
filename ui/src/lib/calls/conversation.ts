// How long a conversation was, by three ways to say so, and how far each is from the first.

import type { SecondsJson } from "$lib/host/bindings";

/** One way to say how long it was. */
export interface Length {
  name: "billed" | "carrier_long" | "audible";
  ms: number;
  /** How much longer it is than the first; `null` for the first, and where there is no difference. */
  apart: number | null;
}

/** Differences below this are rounding. */
const ROUNDING_MS = 500;

/** The lengths that are known. */
export function lengths({ billed_ms, carrier_ms, audible_ms }: SecondsJson): Length[] {
  const all = [
    { name: "billed" as const, ms: billed_ms },
    { name: "carrier_long" as const, ms: carrier_ms },
    { name: "audible" as const, ms: audible_ms },
  ];
  const known = all.flatMap(({ name, ms }) => (ms === null ? [] : [{ name, ms }]));
  const first = known[0]?.ms ?? 0;
  return known.map(({ name, ms }, index) => ({ name, ms, apart: index === 0 || Math.abs(ms - first) < ROUNDING_MS ? null : ms - first }));
}
