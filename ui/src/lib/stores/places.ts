// Where the rows of a long list are, and how long it is as far as is known. Pure.
//
// Rows are held in blocks by their places. Places move when calls come in above; who reads is to
// stay with the calls, so an answer is compared with what was held, call by call.

import type { CallPage, CallRow } from "$lib/host/bindings";

/** Rows per question. */
export const BLOCK = 100;
/** How many blocks one question may be about. */
const MOST_BLOCKS = 5;

/** Rows of a list by the number of their block. */
export type Blocks = ReadonlyMap<number, readonly CallRow[]>;

/** How long a list is. */
export interface Length {
  rows: number;
  /** False if there may be more than `rows`, or a few less. */
  exact: boolean;
}

/** The block of a place. */
export function blockOf(place: number): number {
  return Math.floor(Math.max(0, place) / BLOCK);
}

/** All numbers from the first to the last. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step);
}

/** The whole blocks around a stretch: where they begin, and how many rows they have. */
export function blocksAround(first: number, last: number): { start: number; limit: number } {
  const from = blockOf(first);
  const blocks = Math.min(MOST_BLOCKS, blockOf(last) - from + 1);
  return { start: from * BLOCK, limit: Math.max(1, blocks) * BLOCK };
}

/** Rows that begin where a block begins, as blocks. */
export function inBlocks(start: number, rows: readonly CallRow[]): Map<number, readonly CallRow[]> {
  const blocks = range(0, blockOf(rows.length - 1));
  return new Map(blocks.map((block) => [blockOf(start) + block, rows.slice(block * BLOCK, (block + 1) * BLOCK)]));
}

/** The blocks nearest to one, as many as may be kept. */
export function nearest(blocks: Blocks, centre: number, keep: number): Blocks {
  if (blocks.size <= keep) return blocks;
  const order = [...blocks].sort(([a], [b]) => Math.abs(a - centre) - Math.abs(b - centre));
  return new Map(order.slice(0, keep));
}

/** The place of a call among the rows that are held. */
export function placeOf(blocks: Blocks, id: string): number | null {
  for (const [number, block] of blocks) {
    const within = block.findIndex((row) => row.id === id);
    if (within >= 0) return number * BLOCK + within;
  }
  return null;
}

/**
 * How far the rows have moved: the first of these places whose call is among the new rows tells.
 * `null` if none of the calls is there any more.
 */
export function movedBy(held: Blocks, places: Iterable<number>, start: number, rows: readonly CallRow[]): number | null {
  const now = new Map(rows.map((row, index) => [row.id, start + index]));
  for (const place of places) {
    const id = held.get(blockOf(place))?.[place % BLOCK]?.id;
    const moved = id === undefined ? undefined : now.get(id);
    if (moved !== undefined) return moved - place;
  }
  return null;
}

/**
 * How long a list is after an answer about `limit` rows from `start` on. Counting stops somewhere,
 * the list does not: where it was not counted to its end, full blocks promise another one, and a
 * block that comes short is the end.
 */
export function lengthAfter(known: Length, told: Pick<CallPage, "total" | "exact">, start: number, got: number, limit: number): Length {
  if (told.exact) return { rows: told.total, exact: true };
  const end = start + got;
  if (got < limit) return { rows: end, exact: true };
  if (known.exact && known.rows >= Math.max(told.total, end)) return known;
  return { rows: Math.max(told.total, known.exact ? 0 : known.rows, end + BLOCK), exact: false };
}
