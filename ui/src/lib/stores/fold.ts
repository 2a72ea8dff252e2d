// How rows of calls are folded: a row is never replaced by one with an older `rev`, and news about
// a call finds every place that shows it. Pure, so that every rule here has a test.

import type { CallQuery, CallRow } from "$lib/host/bindings";

/** The newer of two rows of one call; the known one if they are of the same age. */
export function newer(known: CallRow | undefined, news: CallRow): CallRow {
  if (known === undefined) return news;
  if (news.rev <= known.rev) return known;
  // What was searched for is told in answers to a search only; news from events has no snippet.
  return news.snippet === null && known.snippet !== null ? { ...news, snippet: known.snippet } : news;
}

/** Whether a call belongs on the board. */
export function isLive(row: Pick<CallRow, "status">): boolean {
  return row.status === "ringing" || row.status === "ongoing";
}

/** The board after news, newest call first. Keyed by id. */
export function foldBoard(board: ReadonlyMap<string, CallRow>, news: readonly CallRow[]): Map<string, CallRow> {
  const next = new Map(board);
  for (const row of news) {
    const kept = newer(next.get(row.id), row);
    if (isLive(kept)) next.set(row.id, kept);
    else next.delete(row.id);
  }
  return next;
}

/** What a person sees of the board: a carrier's call is shown under the one above it, as long as that goes on, too. */
export function shown(board: ReadonlyMap<string, CallRow>): CallRow[] {
  return [...board.values()].filter((row) => row.part_of === null || !board.has(row.part_of));
}

/** How many lines of a running call are kept for its card. */
const LINES = 2;

/**
 * The last lines that were said in each running call, as far as this window heard them: rows tell
 * only the newest. A line that is still being said grows; it does not push out the one before.
 */
export function foldLines(known: ReadonlyMap<string, readonly string[]>, board: Iterable<CallRow>): Map<string, readonly string[]> {
  const next = new Map<string, readonly string[]>();
  for (const { id, line } of board) {
    const lines = known.get(id) ?? [];
    const last = lines.at(-1);
    if (line === null || line === last) next.set(id, lines);
    else if (last !== undefined && grows(last, line)) next.set(id, [...lines.slice(0, -1), line]);
    else next.set(id, [...lines, line].slice(-LINES));
  }
  return next;
}

/** Whether a line is the beginning of another; its last sign may have been a mark. */
function grows(before: string, now: string): boolean {
  return now.startsWith(before.replace(/[\s.,;:!?…-]+$/u, "")) && now.length > before.length;
}

/** When the call began, for ordering; calls without a time stand first because they are the newest. */
export function begins(row: CallRow): number {
  return row.started_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.started_at);
}

/** Newest first, as the list is. */
export function newestFirst(a: CallRow, b: CallRow): number {
  const order = begins(b) - begins(a);
  return Number.isNaN(order) || order === 0 ? (a.id < b.id ? 1 : a.id > b.id ? -1 : 0) : order;
}

/**
 * Whether a call belongs into the list of a query, as far as that can be told from its row. A
 * search can not: words are looked up on the other side, so the answer is `null`.
 */
export function matches(query: CallQuery, row: CallRow): boolean | null {
  if (query.account !== undefined && query.account !== row.account) return false;
  // A carrier's call stands under the one that went over it, except in its own account's list.
  if (row.part_of !== null && query.account === undefined) {
    const now = query.status?.length ? query.status.every((status) => isLive({ status })) : false;
    return query.search || now ? null : false;
  }
  if (query.direction !== undefined && query.direction !== row.direction) return false;
  if (query.status?.length && !query.status.includes(row.status)) return false;
  if (query.recording?.length && !query.recording.includes(row.recording?.state ?? "none")) return false;
  if (query.missing !== undefined && query.missing !== row.missing.length > 0) return false;
  const at = row.started_at === null ? null : Date.parse(row.started_at);
  if (query.since !== undefined && (at === null || at < Date.parse(query.since))) return false;
  if (query.until !== undefined && (at === null || at >= Date.parse(query.until))) return false;
  return query.search ? null : true;
}
