// The calls that are going on now, of all accounts, and the ones that have just ended.

import type { CallRow } from "$lib/host/bindings";
import type { Host } from "$lib/host/host";
import { foldBoard, foldLines, isLive, newer, newestFirst, shown } from "./fold";

/** How many ended calls stay in the strip below the board. */
const RECENT = 12;

/** The live board. */
export class Board {
  /** False until the first answer. */
  loaded: boolean = $state(false);
  #live = $state.raw<Map<string, CallRow>>(new Map());
  #recent = $state.raw<CallRow[]>([]);
  #lines = $state.raw<ReadonlyMap<string, readonly string[]>>(new Map());
  /** The calls that came while the window was open, to greet them once. */
  readonly arrived = new Set<string>();
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Ringing and ongoing calls, newest first. */
  live: CallRow[] = $derived(shown(this.#live).sort(newestFirst));

  /** The last lines that were said in a running call, the newest last. */
  lines(id: string): readonly string[] {
    return this.#lines.get(id) ?? [];
  }

  /** Calls that ended a moment ago, the last one first. */
  get recent(): CallRow[] {
    return this.#recent;
  }

  /** Reads the board anew. */
  async load(): Promise<void> {
    const [live, ended] = await Promise.all([
      this.#host.rpc("live.list", {}),
      this.#host.rpc("calls.page", {
        query: { status: ["ended", "not_connected", "failed"] },
        offset: 0,
        limit: RECENT,
      }),
    ]);
    // Start from nothing: a call that is not in the answer is over. Rows that are newer than the
    // answer win, because events may have overtaken it.
    const known = this.#live;
    this.#live = foldBoard(new Map(), live.map((row) => newer(known.get(row.id), row)));
    this.#lines = foldLines(this.#lines, this.#live.values());
    this.#recent = mergeRecent(ended.rows, this.#recent);
    this.loaded = true;
  }

  /** Takes in news. */
  fold(rows: readonly CallRow[]): void {
    const before = this.#live;
    this.#live = foldBoard(before, rows);
    this.#lines = foldLines(this.#lines, this.#live.values());
    for (const id of this.#live.keys()) if (!before.has(id)) this.arrived.add(id);
    const over = rows.filter((row) => !isLive(row) && row.status !== "scheduled");
    const known = new Set(this.#recent.map((row) => row.id));
    const concerning = over.filter((row) => before.has(row.id) || known.has(row.id));
    if (concerning.length > 0) this.#recent = mergeRecent(concerning, this.#recent);
  }
}

function mergeRecent(news: readonly CallRow[], known: readonly CallRow[]): CallRow[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  for (const row of news) byId.set(row.id, newer(byId.get(row.id), row));
  return [...byId.values()].filter((row) => row.part_of === null).sort((a, b) => ended(b) - ended(a)).slice(0, RECENT);
}

function ended(row: CallRow): number {
  return Date.parse(row.ended_at ?? row.started_at ?? "") || 0;
}
