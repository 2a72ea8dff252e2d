// Resyncs under way and the last ones that ended, folded by their number.

import type { ResyncProgress, ResyncScope } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";
import { Batch } from "./batch.svelte";

/** All resyncs this window knows of. */
export class Resyncs {
  #runs = $state.raw<Map<number, ResyncProgress>>(new Map());
  /** Results a person has put away. */
  #dismissed = $state.raw<Set<number>>(new Set());
  error: HostError | null = $state(null);
  /** The resync of picked calls, until it is put away. */
  #batch = $state.raw<Batch | null>(null);
  #batches = 0;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    const known = await this.#host.rpc("resync.list", {});
    // What was over before the window opened is no news.
    this.#dismissed = new Set([...this.#dismissed, ...known.filter((run) => run.done).map((run) => run.run)]);
    for (const run of known) this.fold(run);
  }

  /** Takes in news. A run that is over stays over. */
  fold(news: ResyncProgress): void {
    if (this.#runs.get(news.run)?.done && !news.done) return;
    this.#runs = new Map(this.#runs).set(news.run, news);
    this.#batch?.fold(news);
  }

  /** The last word on a run. */
  known(run: number): ResyncProgress | undefined {
    return this.#runs.get(run);
  }

  /** The last resync of one call that is not put away. */
  ofCall(id: string): ResyncProgress | null {
    return this.#latest((run) => run.call === id);
  }

  /** The last resync of many calls that is not put away. */
  get bulk(): ResyncProgress | null {
    return this.#batch?.progress ?? this.#latest((run) => run.call === null);
  }

  /** Starts a resync of these calls, as one piece of work. */
  startMany(calls: readonly string[]): void {
    this.error = null;
    const earlier = this.bulk;
    if (earlier !== null && !earlier.done) return;
    if (earlier !== null) this.dismiss(earlier.run);
    this.#batch = new Batch(this.#host, this, (this.#batches += 1), calls);
    this.#batch.go();
  }

  /** Starts one. */
  async start(scope: ResyncScope): Promise<void> {
    this.error = null;
    if (scope.scope !== "call" && this.#batch?.progress.done) this.#batch = null;
    try {
      this.fold(await this.#host.rpc("resync.start", { scope, dry_run: false }));
    } catch (thrown) {
      this.error = HostError.from(thrown);
    }
  }

  async cancel(run: number): Promise<void> {
    if (run === this.#batch?.progress.run) return this.#batch.stop();
    try {
      await this.#host.rpc("resync.cancel", { run });
    } catch (thrown) {
      this.error = HostError.from(thrown);
    }
  }

  /** Puts a result away. */
  dismiss(run: number): void {
    if (run === this.#batch?.progress.run) {
      this.#batch = null;
      return;
    }
    this.#dismissed = new Set(this.#dismissed).add(run);
  }

  #latest(wanted: (run: ResyncProgress) => boolean): ResyncProgress | null {
    let last: ResyncProgress | null = null;
    for (const run of this.#runs.values()) {
      if (wanted(run) && !this.#dismissed.has(run.run) && (last === null || run.run > last.run)) last = run;
    }
    return last;
  }
}
