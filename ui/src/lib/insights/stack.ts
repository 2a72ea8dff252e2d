// Days turned into stacked bars. Pure.

import type { DayFigures } from "$lib/host/bindings";

/** The layers of a bar, from the bottom up. */
export const LAYERS = ["ended", "not_connected", "failed", "other"] as const;
export type Layer = (typeof LAYERS)[number];

/** How many calls of a day are in a layer. */
export function layerOf(day: DayFigures, layer: Layer): number {
  if (layer !== "other") return day[layer];
  return Math.max(0, day.calls - day.ended - day.not_connected - day.failed);
}

/** The lines of the scale: a few round numbers from 0 to at least the most. */
export function scaleLines(most: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough && Number.isInteger(one)) ?? Math.ceil(rough));
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, line) => line * step);
}

/** Which days are named below the bars, so that names do not touch. */
export function named(days: number, room: number): (index: number) => boolean {
  const every = Math.max(1, Math.ceil(days / Math.max(1, room)));
  return (index) => (days - 1 - index) % every === 0;
}
