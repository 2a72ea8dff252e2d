// Filters of the address turned into the question that the other side understands.

import type { CallQuery } from "$lib/host/bindings";
import type { Filters } from "./route";

const DAY = 86_400_000;

/** The query for these filters. `now` is Unix time in ms; relative times are cut to the minute. */
export function toQuery(filters: Filters, now: number): CallQuery {
  const query: CallQuery = { ...timeRange(filters.time, now) };
  const search = filters.search.trim();
  if (search !== "") query.search = search;
  if (filters.account !== null) query.account = filters.account;
  if (filters.status.length > 0) query.status = filters.status;
  if (filters.recording.length > 0) query.recording = filters.recording;
  if (filters.direction !== null) query.direction = filters.direction;
  if (filters.missing) query.missing = true;
  return query;
}

/**
 * What makes two lists the same to a person: equal filters, whenever they were chosen. Only the day
 * counts: after midnight "today" is another list, and the other relative times begin anew with it.
 */
export function queryKey(filters: Filters, now: number): string {
  const relative = filters.time !== null && days(filters.time) === null;
  const day = new Date(now);
  return JSON.stringify([{ ...filters, search: filters.search.trim() }, relative ? [day.getFullYear(), day.getMonth(), day.getDate()] : null]);
}

/** How many filters are in use, search not counted. */
export function filterCount(filters: Filters): number {
  const used = [
    filters.account !== null,
    filters.status.length > 0,
    filters.recording.length > 0,
    filters.direction !== null,
    filters.missing,
    filters.time !== null,
  ];
  return used.filter(Boolean).length;
}

/** The first and last day of a range of days; `null` for the other times. */
export function days(time: string | null): [string, string] | null {
  const found = /^(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?$/.exec(time ?? "");
  if (found?.[1] === undefined) return null;
  const range: [string, string] = [found[1], found[2] ?? found[1]];
  return range.some((day) => Number.isNaN(Date.parse(day))) ? null : range;
}

function timeRange(time: string | null, now: number): Pick<CallQuery, "since" | "until"> {
  const range = days(time);
  if (range !== null) return { since: iso(Date.parse(range[0])), until: iso(Date.parse(range[1]) + DAY) };
  const minute = Math.floor(now / 60_000) * 60_000;
  switch (time) {
    case "today":
      return { since: iso(new Date(now).setHours(0, 0, 0, 0)) };
    case "24h":
      return { since: iso(minute - DAY) };
    case "7d":
      return { since: iso(minute - 7 * DAY) };
    case "30d":
      return { since: iso(minute - 30 * DAY) };
    default:
      return {};
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
