// A window onto the list of calls, however long it is: rows are asked for in blocks as they come
// into sight, and far ones are let go. New calls at the top do not push what is being read; they
// are counted, and the offsets of later questions are shifted by that count.

import type { CallQuery, CallRow } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";
import { isLive, matches, newer } from "./fold";

/** Rows per question. */
export const BLOCK = 100;
/** How many blocks are kept at most. */
const KEEP = 40;

type Block = CallRow[];

/** The list of calls of one query at a time. */
export class CallList {
  /** How many rows there are. */
  total: number = $state(0);
  /** False if there are more than `total`. */
  exact: boolean = $state(true);
  /** `fresh` after a new query until its first rows are there. */
  phase: "fresh" | "ready" | "failed" = $state("fresh");
  error: HostError | null = $state(null);
  /** New calls that are not shown yet. */
  waiting: number = $state(0);
  /** Whether a question is under way although rows are shown. */
  refreshing: boolean = $state(false);

  /** Where the list is to be shown from, in pixels; a new object moves it. */
  place = $state.raw<{ top: number }>({ top: 0 });
  /** Where a person has scrolled to, for coming back to it. */
  left = 0;
  /** The row that has the focus, by position. */
  active: number = $state(0);

  #blocks = $state.raw<Map<number, Block>>(new Map());
  #query: CallQuery = {};
  #generation = 0;
  #asked = new Map<number, number>();
  #newIds = new Set<string>();
  #seen: [number, number] = [0, 0];
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  /** True while the first row is in sight: then news are shown at once. */
  atTop = true;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The query in use. */
  get query(): CallQuery {
    return this.#query;
  }

  /** The row at a position; `undefined` while it is not here. */
  at(index: number): CallRow | undefined {
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  /** The position of a call among the rows that are here. */
  indexOf(id: string): number | null {
    for (const [number, block] of this.#blocks) {
      const within = block.findIndex((row) => row.id === id);
      if (within >= 0) return number * BLOCK + within;
    }
    return null;
  }

  /** Takes another query; an equal one changes nothing. Tells whether it was another one. */
  open(query: CallQuery): boolean {
    if (this.phase !== "fresh" && sameQuery(query, this.#query)) return false;
    this.#query = query;
    this.phase = "fresh";
    this.left = 0;
    this.resume();
    this.active = 0;
    this.#restart(new Map());
    void this.#ask(0);
    return true;
  }

  /** Comes back to where the list was left. */
  resume(): void {
    this.place = { top: this.left };
  }

  /** Asks for what is in sight and not here. */
  show(first: number, last: number): void {
    this.#seen = [first, last];
    if (this.phase === "failed") return;
    for (let block = blockOf(first); block <= blockOf(last); block += 1) {
      if (block * BLOCK < Math.max(this.total, 1) && !this.#blocks.has(block)) void this.#ask(block);
    }
  }

  /** The calls of a stretch of rows; those that are not here are asked for. */
  async stretch(first: number, last: number): Promise<CallRow[]> {
    const blocks = range(blockOf(first), blockOf(last));
    await Promise.all(blocks.filter((block) => !this.#blocks.has(block)).map((block) => this.#ask(block)));
    return range(first, last).map((index) => this.at(index)).filter((row) => row !== undefined);
  }

  /** Reads what is in sight anew, keeping the old rows until the new ones are there. */
  async reload(): Promise<void> {
    const keep = new Map(this.#blocks);
    this.#restart(keep);
    const [first, last] = this.#seen;
    const inSight = range(blockOf(first), blockOf(last));
    this.refreshing = true;
    await Promise.all(inSight.map((block) => this.#ask(block)));
    this.refreshing = false;
    // What is out of sight may have moved; it is asked for again when it comes into sight.
    this.#blocks = new Map([...this.#blocks].filter(([block]) => inSight.includes(block)));
  }

  /** Shows the new calls. */
  async takeNew(): Promise<void> {
    this.atTop = true;
    this.left = 0;
    this.resume();
    this.active = 0;
    this.#seen = [0, Math.min(this.#seen[1] - this.#seen[0], BLOCK - 1)];
    await this.reload();
  }

  /** Takes in news of calls. */
  fold(rows: readonly CallRow[]): void {
    const unknown = this.#foldKnown(rows);
    // A carrier's call was joined with the one above it: its row is no longer of its own.
    if (rows.some((row) => row.part_of !== null && this.indexOf(row.id) !== null && matches(this.#query, row) !== true)) this.#soonReload(120);
    const arrived = unknown.filter((row) => this.#isNewAtTop(row));
    if (arrived.length > 0) {
      if (this.atTop) this.#soonReload(120);
      else {
        for (const row of arrived) this.#newIds.add(row.id);
        this.waiting = this.#newIds.size;
      }
    } else if (unknown.some((row) => matches(this.#query, row) === null)) {
      // A search: only the other side knows whether the call belongs here.
      this.#soonReload(1500);
    }
  }

  #foldKnown(rows: readonly CallRow[]): CallRow[] {
    const places = new Map<string, [number, number]>();
    for (const [number, block] of this.#blocks) {
      block.forEach((row, within) => places.set(row.id, [number, within]));
    }
    const unknown: CallRow[] = [];
    const changed = new Map<number, Block>();
    for (const row of rows) {
      const place = places.get(row.id);
      if (place === undefined) {
        unknown.push(row);
        continue;
      }
      const [number, within] = place;
      const block = changed.get(number) ?? [...(this.#blocks.get(number) ?? [])];
      block[within] = newer(block[within], row);
      changed.set(number, block);
    }
    if (changed.size > 0) this.#blocks = new Map([...this.#blocks, ...changed]);
    return unknown;
  }

  #isNewAtTop(row: CallRow): boolean {
    if (this.phase !== "ready" || this.#newIds.has(row.id)) return false;
    if (matches(this.#query, row) !== true) return false;
    const top = this.at(0);
    if (top === undefined) return this.total === 0 || isLive(row);
    if (row.started_at === null || top.started_at === null) return isLive(row);
    return Date.parse(row.started_at) >= Date.parse(top.started_at);
  }

  #soonReload(ms: number): void {
    if (this.#refreshTimer !== undefined) return;
    this.#refreshTimer = setTimeout(() => {
      this.#refreshTimer = undefined;
      void this.reload();
    }, ms);
  }

  #restart(blocks: Map<number, Block>): void {
    this.#generation += 1;
    this.#asked.clear();
    this.#newIds.clear();
    this.waiting = 0;
    this.#blocks = blocks;
  }

  async #ask(block: number): Promise<void> {
    const generation = this.#generation;
    if (this.#asked.get(block) === generation) return;
    this.#asked.set(block, generation);
    try {
      const page = await this.#host.rpc("calls.page", {
        query: this.#query,
        offset: block * BLOCK + this.#newIds.size,
        limit: BLOCK,
      });
      if (generation !== this.#generation) return;
      this.#take(block, page.rows);
      this.total = Math.max(0, page.total - this.#newIds.size);
      this.exact = page.exact;
      this.phase = "ready";
      this.error = null;
    } catch (thrown) {
      if (generation !== this.#generation) return;
      this.error = HostError.from(thrown);
      if (this.phase === "fresh") this.phase = "failed";
    } finally {
      if (this.#asked.get(block) === generation) this.#asked.delete(block);
    }
  }

  #take(number: number, rows: CallRow[]): void {
    const known = new Map((this.#blocks.get(number) ?? []).map((row) => [row.id, row]));
    const next = new Map(this.#blocks);
    next.set(number, rows.map((row) => newer(known.get(row.id), row)));
    this.#blocks = next.size > KEEP ? nearest(next, blockOf(this.#seen[0])) : next;
  }
}

/** The blocks nearest to the one in sight. */
function nearest(blocks: Map<number, Block>, centre: number): Map<number, Block> {
  const order = [...blocks].sort(([a], [b]) => Math.abs(a - centre) - Math.abs(b - centre));
  return new Map(order.slice(0, KEEP));
}

function blockOf(index: number): number {
  return Math.floor(Math.max(0, index) / BLOCK);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, step) => first + step);
}

function sameQuery(a: CallQuery, b: CallQuery): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
