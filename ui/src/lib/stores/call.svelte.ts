// One call in full. Asked for when its page opens and again whenever news of it arrive; a late
// answer for another call is recognised by its number and dropped.

import type { CallDetail, CallRow } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";

/** The call of the page that is open. */
export class CallStore {
  id: string | null = $state(null);
  detail = $state.raw<CallDetail | null>(null);
  phase: "loading" | "ready" | "not_found" | "failed" = $state("loading");
  error: HostError | null = $state(null);
  #asked = 0;
  #rev = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Opens a call; the same one again changes nothing. */
  open(id: string): void {
    if (this.id === id && this.phase !== "failed") return;
    this.id = id;
    this.detail = null;
    this.phase = "loading";
    this.error = null;
    this.#rev = -1;
    void this.load();
  }

  /** Asks for the call again; what is shown stays until the answer is there. */
  async load(): Promise<void> {
    const id = this.id;
    if (id === null) return;
    const number = (this.#asked += 1);
    try {
      const detail = await this.#host.rpc("calls.get", { id });
      if (number !== this.#asked) return;
      this.detail = detail;
      this.phase = "ready";
    } catch (thrown) {
      if (number !== this.#asked) return;
      this.error = HostError.from(thrown);
      if (this.error.code === "not_found") this.phase = "not_found";
      else if (this.detail === null) this.phase = "failed";
    }
  }

  /** Takes in news of calls: if this one is among them, it is read again in a moment. */
  fold(rows: readonly CallRow[]): void {
    const mine = rows.find((row) => row.id === this.detail?.call.id || row.id === this.id);
    if (mine === undefined || mine.rev <= this.#rev) return;
    this.#rev = mine.rev;
    this.refresh();
  }

  /** Reads the call again soon; several wishes at once become one question. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), 150);
  }
}
