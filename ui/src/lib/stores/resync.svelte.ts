// Resyncs under way and the last ones that ended, folded by their number.

import type { RepairScopeJson, ResyncProgress, ResyncScope } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";

/** All resyncs this window knows of. */
export class Resyncs {
  #runs = $state.raw<Map<number, ResyncProgress>>(new Map());
  /** Results a person has put away. */
  #dismissed = $state.raw<Set<number>>(new Set());
  error: HostError | null = $state(null);
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
  }

  /** One by its number, also if it is put away. */
  known(run: number): ResyncProgress | undefined {
    return this.#runs.get(run);
  }

  /** The last resync of one call that is not put away. */
  ofCall(id: string): ResyncProgress | null {
    return this.#latest((run) => run.call === id);
  }

  /** The resync of many calls that is under way, else the last one that is not put away. */
  get bulk(): ResyncProgress | null {
    return this.#latest((run) => run.call === null && !run.done) ?? this.#latest((run) => run.call === null);
  }

  /** Starts one. */
  async start(scope: ResyncScope): Promise<void> {
    this.error = null;
    try {
      this.fold(await this.#host.rpc("resync.start", { scope, dry_run: false }));
    } catch (thrown) {
      this.error = HostError.from(thrown);
    }
  }

  /** Begins to fill holes of the ledger. Gives the run, which is followed like any other. */
  async repair(scope: RepairScopeJson): Promise<ResyncProgress> {
    const first = await this.#host.rpc("ledger.repair", scope);
    // Who began it shows it; it is no news for the list of calls.
    this.#dismissed = new Set(this.#dismissed).add(first.run);
    this.fold(first);
    return first;
  }

  /** Stops one for good; what it did stays. */
  async cancel(run: number): Promise<void> {
    await this.#steer("resync.cancel", run);
  }

  /** Stops one, to go on later. */
  async pause(run: number): Promise<void> {
    await this.#steer("resync.pause", run);
  }

  /** Lets one go on that was paused. */
  async resume(run: number): Promise<void> {
    await this.#steer("resync.resume", run);
  }

  async #steer(command: "resync.cancel" | "resync.pause" | "resync.resume", run: number): Promise<void> {
    this.error = null;
    try {
      await this.#host.rpc(command, { run });
    } catch (thrown) {
      this.error = HostError.from(thrown);
    }
  }

  /** Puts a result away. */
  dismiss(run: number): void {
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
