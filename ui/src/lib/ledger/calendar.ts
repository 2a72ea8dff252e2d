// The days of a ledger as a calendar: weeks as columns, Monday on top. Pure.

import type { LedgerDayJson, LedgerSums } from "$lib/host/bindings";

const DAY_MS = 86_400_000;

/** How a day stands, from nothing to do to something to do. */
export type Tone = "none" | "whole" | "excused" | "open";

/** A day of the calendar. */
export interface Square {
  /** `2026-03-01`, UTC. */
  day: string;
  /** Column and row. */
  week: number;
  weekday: number;
  tone: Tone;
  /** `null` on days without calls. */
  sums: LedgerSums | null;
}

/** A day of UTC as its date. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The same day so many days later. */
export function later(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** The squares from `since` to `until`, both included. */
export function squares(since: string, until: string, days: readonly LedgerDayJson[]): Square[] {
  const known = new Map(days.map((one) => [one.day, one.sums]));
  const first = weekdayOf(since);
  const count = Math.round((Date.parse(until) - Date.parse(since)) / DAY_MS) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, step) => {
    const day = later(since, step);
    const sums = known.get(day) ?? null;
    return { day, week: Math.floor((first + step) / 7), weekday: (first + step) % 7, tone: toneOf(sums), sums };
  });
}

/** How sums stand. */
export function toneOf(sums: LedgerSums | null): Tone {
  if (sums === null || sums.expected === 0) return "none";
  if (sums.open > 0) return "open";
  return sums.excused > 0 ? "excused" : "whole";
}

/** Where an arrow leads from the square at `index`: days go down, weeks go right. */
export function step(key: string, index: number, length: number): number | null {
  const by: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 7, ArrowLeft: -7 };
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  const move = by[key];
  if (move === undefined) return null;
  const next = index + move;
  return next >= 0 && next < length ? next : index;
}

/** The first square of each month that has room for its name: its column and date. */
export function months(all: readonly Square[]): { week: number; day: string }[] {
  const named: { week: number; day: string }[] = [];
  for (const square of all) {
    const isFirst = square.day.endsWith("-01") || named.length === 0;
    const last = named.at(-1);
    if (!isFirst) continue;
    // A name that the next one would run into gives way.
    if (last !== undefined && square.week - last.week < 3) named.pop();
    named.push({ week: square.week, day: square.day });
  }
  return named;
}

/** Monday is 0. */
function weekdayOf(day: string): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}
