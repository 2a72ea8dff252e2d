// The resync of picked calls. The other side knows resyncs of one call, so each call has a run of
// its own; here they are one piece of work with one progress and one result.

import type { ErrorJson, ResyncItem, ResyncProgress, ResyncReport } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";

/** How many calls are asked for at once. The other side keeps the results of its last 20 runs only. */
const SIDE_BY_SIDE = 4;

/** What a batch needs of the runs that the window knows. */
export interface Runs {
  /** The last word on a run. */
  known(run: number): ResyncProgress | undefined;
  /** Takes in the first word on a run. */
  fold(run: ResyncProgress): void;
}

/** One resync of several calls. Its number is negative, because it is none of the other side's. */
export class Batch {
  progress = $state.raw<ResyncProgress>(nothing(0, 0));
  readonly #host: Host;
  readonly #runs: Runs;
  readonly #waiting: string[];
  readonly #open = new Set<number>();
  #asking = 0;

  constructor(host: Host, runs: Runs, number: number, calls: readonly string[]) {
    this.#host = host;
    this.#runs = runs;
    this.#waiting = [...calls];
    this.progress = nothing(-number, calls.length);
  }

  /** Asks for the next calls. */
  go(): void {
    while (this.#open.size + this.#asking < SIDE_BY_SIDE) {
      const id = this.#waiting.shift();
      if (id === undefined) break;
      this.#asking += 1;
      void this.#ask(id);
    }
    if (!this.progress.done && this.#waiting.length === 0 && this.#open.size + this.#asking === 0) {
      this.progress = { ...this.progress, done: true };
    }
  }

  /** Takes in news of a run. */
  fold(news: ResyncProgress): void {
    if (!news.done || !this.#open.delete(news.run)) return;
    this.#add(news.report.items);
    this.go();
  }

  /** Asks for no further calls; those that are being asked for are waited for. */
  stop(): void {
    if (this.progress.done) return;
    this.#waiting.length = 0;
    this.progress = { ...this.progress, cancelled: true };
    this.go();
  }

  async #ask(id: string): Promise<void> {
    try {
      const run = await this.#host.rpc("resync.start", { scope: { scope: "call", id }, dry_run: false });
      this.#open.add(run.run);
      this.#runs.fold(run);
      // Its end may have overtaken the answer.
      const known = this.#runs.known(run.run);
      if (known?.done) this.fold(known);
    } catch (thrown) {
      this.#add([failed(id, HostError.from(thrown))]);
    } finally {
      this.#asking -= 1;
      this.go();
    }
  }

  #add(items: readonly ResyncItem[]): void {
    const { report } = this.progress;
    const count = (outcome: string) => items.filter((item) => item.outcome === outcome).length;
    const sum: ResyncReport = {
      ...report,
      checked: report.checked + items.length,
      updated: report.updated + count("updated"),
      unchanged: report.unchanged + count("unchanged"),
      failed: report.failed + count("failed"),
      items: [...report.items, ...items],
    };
    this.progress = { ...this.progress, report: sum };
  }
}

function nothing(run: number, total: number): ResyncProgress {
  const report: ResyncReport = { dry_run: false, checked: 0, updated: 0, unchanged: 0, failed: 0, items: [] };
  return { run, call: null, total, done: false, cancelled: false, report };
}

function failed(call: string, { code, message, hint }: ErrorJson): ResyncItem {
  return { call, provider_call_id: call, outcome: "failed", before: {}, after: {}, changed: [], error: { code, message, hint } };
}
