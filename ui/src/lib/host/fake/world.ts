// The calls of a scene: some that were written down one by one, and before them as many as wished
// that are made when they are asked for.

import { matches } from "../../stores/fold";
import type { CallPage, CallQuery, CallRow } from "../bindings";
import { carrierOf, wholeOf } from "./conversations";
import { conversationOf, rowAt } from "./rows";
import { conversations, spoken } from "./speech";

/** Time between two calls of the made ones. */
const STEP_MS = 6.4 * 60_000;

/** How far back a narrowed list is counted. */
const FAR = 120_000;

/** All calls of a scene. */
export class World {
  /** Written ones, newest first. */
  readonly head: CallRow[] = [];
  readonly #changed = new Map<string, CallRow>();
  readonly #tail: number;
  readonly #start: number;
  #found: { key: string; rows: CallRow[] } | null = null;

  constructor(tail: number, start: number) {
    this.#tail = tail;
    this.#start = start;
  }

  /** How many there are. */
  get size(): number {
    return this.head.length + this.#tail;
  }

  /** The call at a position of the whole list. */
  at(index: number): CallRow {
    const written = this.head[index];
    if (written !== undefined) return written;
    const seed = index - this.head.length;
    const row = rowAt(seed, this.#start - (seed + 1) * STEP_MS);
    return this.#changed.get(row.id) ?? row;
  }

  /** A call by its id. */
  find(id: string): CallRow | null {
    const whole = wholeOf(id);
    if (whole !== null) {
      const row = this.find(whole);
      return row === null ? null : carrierOf(row);
    }
    const written = this.head.find((row) => row.id === id || row.provider_call_id === id);
    if (written !== undefined) return written;
    const seed = seedOf(id);
    if (seed === null || seed < 0 || seed >= this.#tail) return null;
    const row = this.at(seed + this.head.length);
    return row.id === id ? row : null;
  }

  /** Puts a new call on top. */
  add(row: CallRow): void {
    this.head.unshift(row);
    this.#found = null;
  }

  /** Changes a call; the changed row has a higher `rev`. */
  change(id: string, part: Partial<CallRow>): CallRow | null {
    const row = this.find(id);
    if (row === null) return null;
    const next = { ...row, ...part, rev: row.rev + 1 };
    const written = this.head.indexOf(row);
    if (written >= 0) this.head[written] = next;
    else this.#changed.set(id, next);
    this.#found = null;
    return next;
  }

  /** A part of the list. */
  page(query: CallQuery, offset: number, limit: number): CallPage {
    if (Object.values(query).every((value) => value === undefined || (Array.isArray(value) && value.length === 0))) {
      const end = Math.min(this.size, offset + limit);
      return { total: this.size, exact: true, rows: Array.from({ length: Math.max(0, end - offset) }, (_, step) => this.at(offset + step)) };
    }
    const key = JSON.stringify(query);
    if (this.#found?.key !== key) this.#found = { key, rows: this.#search(query) };
    return { total: this.#found.rows.length, exact: this.size <= FAR, rows: this.#found.rows.slice(offset, offset + limit) };
  }

  #search(query: CallQuery): CallRow[] {
    const { search, ...rest } = query;
    const words = (search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const heard = spoken.map((text) => words.every((word) => text.toLowerCase().includes(word)));
    const rows: CallRow[] = [];
    for (let index = 0; index < Math.min(this.size, FAR); index += 1) {
      const row = this.at(index);
      if (matches(rest, row) !== true) continue;
      if (words.length === 0) rows.push(row);
      else if (row.has_transcript && heard[this.conversation(row)]) rows.push({ ...row, snippet: snippet(spoken[this.conversation(row)] ?? "", words) });
      else if (words.every((word) => `${row.from} ${row.to} ${row.agent} ${row.account} ${row.provider_call_id} ${row.id}`.toLowerCase().includes(word))) rows.push(row);
    }
    return rows;
  }

  /** Which conversation a call had, by its place among all of them. */
  conversation(row: CallRow): number {
    const named = conversations.findIndex((one) => one.summary === row.line);
    return named >= 0 ? named : conversations.indexOf(conversationOf(row.account, seedOf(row.id) ?? 0));
  }
}

function seedOf(id: string): number | null {
  const seed = Number.parseInt(id.slice(3), 36);
  return id.startsWith("01K") && Number.isFinite(seed) ? seed : null;
}

function snippet(text: string, words: string[]): string {
  const at = Math.min(...words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0));
  const from = text.lastIndexOf(" ", Math.max(0, at - 26)) + 1;
  const cut = text.slice(from, at + 90);
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
  return `${from > 0 ? "…" : ""}${cut.replace(pattern, "\u0001$1\u0002")}…`;
}
