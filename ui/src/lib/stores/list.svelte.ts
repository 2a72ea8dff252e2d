// A window onto the list of calls, however long it is: rows are asked for in blocks as they come
// into sight, and far ones are let go. New calls at the top do not push what is being read; they
// are counted, and the offsets of later questions are shifted by that count. A person has a call in
// mind and not a place: whatever is read anew, the row with the focus and what is in sight stay
// with their calls.

import type { CallPage, CallQuery, CallRow } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";
import { isLive, matches, newer } from "./fold";
import { BLOCK, blockOf, blocksAround, inBlocks, lengthAfter, movedBy, nearest, placeOf, range, type Blocks } from "./places";

/** How many blocks are kept at most. */
const KEEP = 40;
/** Rows around those in sight that are read anew with them. */
const NEAR = 20;
/** How long to wait before asking again when there was no answer. */
export const AGAIN_MS = 2000;

/** What is in sight, read anew. */
interface Reading extends CallPage {
  start: number;
  limit: number;
  /** How far the rows in sight have moved; `null` if none of them is there. */
  moved: number | null;
}

/** The list of calls of one query at a time. */
export class CallList {
  /** How many rows there are to scroll through. */
  total: number = $state(0);
  /** False if there are more than `counted`. */
  exact: boolean = $state(true);
  /** How many were counted; beyond that the list is followed, but not counted. */
  counted: number = $state(0);
  /** `fresh` after a new query until its first rows are there. */
  phase: "fresh" | "ready" | "failed" = $state("fresh");
  /** Why the last question had no answer; it is asked again by itself. */
  error: HostError | null = $state(null);
  /** New calls that are not shown yet. */
  waiting: number = $state(0);

  /** Where the list is to be shown from, in rows; a new object moves it. */
  place = $state.raw<{ row: number }>({ row: 0 });
  /** Where a person has scrolled to, in rows, for coming back to it. */
  left = 0;
  /** True while the first row is in sight: then news are shown at once. */
  atTop = true;

  #active: number = $state(0);
  /** Whether a person put the focus where it is, and on which call. */
  #chosen = false;
  #meant: string | null = null;

  #blocks = $state.raw<Blocks>(new Map());
  #query: CallQuery = {};
  #key: string | null = null;
  /** Counts arrangements of the rows; an answer to an older one has its rows at other places. */
  #generation = 0;
  #reading = 0;
  #asked = new Map<number, number>();
  #newIds = new Set<string>();
  /** The first row, also while its block is not held. */
  #top: CallRow | undefined;
  #seen: [number, number] = [0, 0];
  #soon: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** What is in sight could not be read anew. */
  #stale = false;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The query in use. */
  get query(): CallQuery {
    return this.#query;
  }

  /** The row that has the focus, by position. It goes with its call. */
  get active(): number {
    return this.#active;
  }

  set active(index: number) {
    this.#active = index;
    this.#chosen = true;
    this.#meant = this.at(index)?.id ?? null;
  }

  /** Whether a person put the focus on a row. */
  get chosen(): boolean {
    return this.#chosen;
  }

  /** The row at a position; `undefined` while it is not here. */
  at(index: number): CallRow | undefined {
    return index < 0 ? undefined : this.#blocks.get(blockOf(index))?.[index % BLOCK];
  }

  /** The position of a call among the rows that are here. */
  indexOf(id: string): number | null {
    return placeOf(this.#blocks, id);
  }

  /**
   * Takes another query and tells whether it was another one. What makes it another is its key: a
   * time that is counted from now on is another moment each time, and still the same wish.
   */
  open(query: CallQuery, key: string = JSON.stringify(query)): boolean {
    if (this.phase !== "fresh" && key === this.#key) return false;
    this.#query = query;
    this.#key = key;
    this.phase = "fresh";
    this.error = null;
    this.total = 0;
    this.exact = true;
    this.#top = undefined;
    this.#seen = [0, 0];
    this.#arrange(new Map());
    this.#reading += 1;
    this.#stop();
    this.#toTop();
    void this.#ask(0);
    return true;
  }

  /** Comes back to where the list was left. */
  resume(): void {
    this.place = { row: this.left };
  }

  /** Asks for what is in sight and not here. */
  show(first: number, last: number): void {
    this.#seen = [Math.max(0, first), Math.max(0, last)];
    if (this.phase === "failed") return;
    for (const block of this.#lacking()) void this.#ask(block);
  }

  /** The calls of a stretch of rows; those that are not here are asked for. */
  async stretch(first: number, last: number): Promise<CallRow[]> {
    const blocks = range(blockOf(first), blockOf(last));
    await Promise.all(blocks.filter((block) => !this.#blocks.has(block)).map((block) => this.#ask(block)));
    return range(first, last).map((index) => this.at(index)).filter((row) => row !== undefined);
  }

  /** Reads what is in sight anew, keeping the old rows until the new ones are there. */
  async reload(): Promise<void> {
    if (this.#key === null) return;
    const reading = (this.#reading += 1);
    this.#stop();
    // Who looks at the top sees new calls come; to everybody else they are only counted.
    const all = this.atTop || this.phase !== "ready";
    const hidden = all ? 0 : this.#newIds.size;
    const known = all ? [...this.#newIds] : [];
    try {
      let found = await this.#read(0, hidden);
      if (reading !== this.#reading) return;
      const grown = found.total - hidden - this.total;
      if (!all && found.moved === null && found.exact && this.exact && grown !== 0) {
        // So much came or went that nothing in sight is near its place: it has most likely moved by just that.
        found = await this.#read(grown, hidden);
        if (reading !== this.#reading) return;
      }
      if (all) for (const id of [...known, ...found.rows.map((row) => row.id)]) this.#newIds.delete(id);
      this.#takeAnew(found);
    } catch (thrown) {
      if (reading !== this.#reading) return;
      this.#stale = true;
      this.#failed(thrown);
    }
  }

  /** Shows the new calls. */
  async takeNew(): Promise<void> {
    this.#toTop();
    this.#seen = [0, Math.min(this.#seen[1] - this.#seen[0], BLOCK - 1)];
    await this.reload();
  }

  /** Takes in news of calls. */
  fold(rows: readonly CallRow[]): void {
    const unknown = this.#foldKnown(rows);
    // A carrier's call was joined with the one above it: its row is no longer of its own.
    if (rows.some((row) => row.part_of !== null && this.indexOf(row.id) !== null && matches(this.#query, row) !== true)) this.#soonReload(120);
    for (const row of rows) if (matches(this.#query, row) === false) this.#newIds.delete(row.id);
    const arrived = unknown.filter((row) => this.#isNewAtTop(row));
    if (arrived.length > 0) {
      if (this.atTop) this.#soonReload(120);
      else for (const row of arrived) this.#newIds.add(row.id);
    } else if (unknown.some((row) => matches(this.#query, row) === null)) {
      // A search: only the other side knows whether the call belongs here.
      this.#soonReload(1500);
    }
    this.waiting = this.#newIds.size;
  }

  #foldKnown(rows: readonly CallRow[]): CallRow[] {
    const places = new Map<string, [number, number]>();
    for (const [number, block] of this.#blocks) {
      block.forEach((row, within) => places.set(row.id, [number, within]));
    }
    const unknown: CallRow[] = [];
    const changed = new Map<number, CallRow[]>();
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
    const top = this.at(0) ?? this.#top;
    if (top === undefined) return this.total === 0 || isLive(row);
    if (row.started_at === null || top.started_at === null) return isLive(row);
    return Date.parse(row.started_at) >= Date.parse(top.started_at);
  }

  #soonReload(ms: number): void {
    this.#soon ??= setTimeout(() => void this.reload(), ms);
  }

  /** Nothing is asked later that is asked now. */
  #stop(): void {
    clearTimeout(this.#soon);
    clearTimeout(this.#again);
    this.#soon = undefined;
    this.#again = undefined;
    this.#stale = false;
  }

  /** The list from its beginning, with nothing left out and the focus on nothing. */
  #toTop(): void {
    this.atTop = true;
    this.left = 0;
    this.resume();
    this.#active = 0;
    this.#chosen = false;
    this.#meant = null;
    this.#newIds.clear();
    this.waiting = 0;
  }

  /** Other rows, or the same at other places. Answers that are under way are for the places of before. */
  #arrange(blocks: Blocks): void {
    this.#generation += 1;
    this.#asked.clear();
    this.#hold(blocks);
  }

  #hold(blocks: Blocks): void {
    this.#blocks = nearest(blocks, blockOf(this.#seen[0]), KEEP);
    this.#top = this.at(0) ?? this.#top;
  }

  /** The blocks in sight that are not here. */
  #lacking(): number[] {
    const [first, last] = this.#seen;
    return range(blockOf(first), blockOf(last)).filter((block) => block * BLOCK < Math.max(this.total, 1) && !this.#blocks.has(block));
  }

  async #ask(block: number): Promise<void> {
    const generation = this.#generation;
    if (this.#asked.get(block) === generation) return;
    this.#asked.set(block, generation);
    const start = block * BLOCK;
    try {
      const page = await this.#page(start, this.#newIds.size, BLOCK);
      if (generation !== this.#generation) return;
      this.#hold(new Map([...this.#blocks, ...inBlocks(start, this.#newest(page.rows))]));
      this.#answered(page, this.total, start, BLOCK);
    } catch (thrown) {
      if (generation === this.#generation) this.#failed(thrown);
    } finally {
      if (this.#asked.get(block) === generation) this.#asked.delete(block);
    }
  }

  #page(start: number, hidden: number, limit: number): Promise<CallPage> {
    return this.#host.rpc("calls.page", { query: this.#query, offset: start + hidden, limit });
  }

  /** Reads the rows around those in sight, as if all of them had moved so far. */
  async #read(moved: number, hidden: number): Promise<Reading> {
    const [first, last] = this.#seen;
    const { start, limit } = blocksAround(first + moved - NEAR, last + moved + NEAR);
    const page = await this.#page(start, hidden, limit);
    return { ...page, start, limit, moved: movedBy(this.#blocks, this.#fromTheEye(), start, page.rows) };
  }

  /** The places in sight: down from the first row that is seen, then what is drawn above it. */
  #fromTheEye(): number[] {
    const [first, last] = this.#seen;
    const eye = Math.max(first, Math.min(Math.floor(this.left), last + 1));
    return [...range(eye, last), ...range(first, eye - 1).reverse()];
  }

  /** Takes rows that were read anew. What is out of sight may have moved; it is asked for again when it comes into sight. */
  #takeAnew(found: Reading): void {
    const held = [...this.#blocks.keys()].flatMap((block) => range(block * BLOCK, block * BLOCK + BLOCK - 1));
    const moved = found.moved ?? movedBy(this.#blocks, held, found.start, found.rows) ?? 0;
    this.#arrange(inBlocks(found.start, this.#newest(found.rows)));
    if (this.#chosen) this.#active = Math.max(0, this.#active + moved);
    if (!this.atTop && moved !== 0) {
      this.#seen = [this.#seen[0] + moved, this.#seen[1] + moved];
      this.left = Math.max(0, this.left + moved);
      this.resume();
    }
    this.waiting = this.#newIds.size;
    this.#answered(found, this.total + moved, found.start, found.limit);
    this.show(...this.#seen);
    if (this.#chosen && this.at(this.#active) === undefined && this.#active < this.total) void this.#ask(blockOf(this.#active));
  }

  /** What every answer tells beside its rows. `known` is the length that was known, at today's places. */
  #answered(page: CallPage, known: number, start: number, limit: number): void {
    this.counted = Math.max(0, page.total - this.#newIds.size);
    const length = lengthAfter({ rows: known, exact: this.exact }, { total: this.counted, exact: page.exact }, start, page.rows.length, limit);
    this.total = length.rows;
    this.exact = length.exact;
    this.phase = "ready";
    this.error = null;
    this.#follow();
  }

  /** The focus goes with its call; if that is gone, it stays at its place. */
  #follow(): void {
    if (!this.#chosen) return;
    const now = this.#meant === null ? null : this.indexOf(this.#meant);
    this.#active = now ?? Math.max(0, Math.min(this.#active, this.total - 1));
    if (now === null) this.#meant = this.at(this.#active)?.id ?? this.#meant;
  }

  #failed(thrown: unknown): void {
    this.error = HostError.from(thrown);
    if (this.phase === "fresh") this.phase = "failed";
    if (this.phase === "ready") this.#again ??= setTimeout(() => this.#askAgain(), AGAIN_MS);
  }

  #askAgain(): void {
    this.#again = undefined;
    if (this.#stale) void this.reload();
    else if (this.#lacking().length > 0) this.show(...this.#seen);
    else this.error = null;
  }

  /** Rows of an answer, or what is known of the same calls if it is newer. */
  #newest(rows: readonly CallRow[]): CallRow[] {
    const known = new Map([...this.#blocks.values()].flat().map((row) => [row.id, row]));
    return rows.map((row) => newer(known.get(row.id), row));
  }
}
