// One call in full. Asked for when its page opens and again whenever news of it arrive; a late
// answer for another call is recognised by its number and dropped.

import type { CallDetail, CallRow } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";
import { keepSame } from "$lib/player/turns";

/** A call that is talking changes several times a second; it is read again this often at most. */
const AGAIN_MS = 150;

/** The call of the page that is open. */
export class CallStore {
  id: string | null = $state(null);
  detail = $state.raw<CallDetail | null>(null);
  phase: "loading" | "ready" | "not_found" | "failed" = $state("loading");
  error: HostError | null = $state(null);
  #asked = 0;
  /** Questions without an answer yet. */
  #open = 0;
  /** News came while a question was open. */
  #again = false;
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
    this.#open += 1;
    try {
      const detail = await this.#host.rpc("calls.get", { id });
      if (number === this.#asked) this.#take(detail);
    } catch (thrown) {
      if (number === this.#asked) this.#fail(HostError.from(thrown));
    }
    this.#open -= 1;
    if (this.#again && this.#open === 0) {
      this.#again = false;
      this.refresh();
    }
  }

  /** Takes in news of calls: if this one is among them, it is read again in a moment. */
  fold(rows: readonly CallRow[]): void {
    const mine = rows.find((row) => row.id === this.detail?.call.id || row.id === this.id);
    if (mine === undefined || mine.rev <= this.#rev) return;
    this.#rev = mine.rev;
    this.refresh();
  }

  /**
   * Reads the call again soon. Several wishes at once become one question, and there is one at a
   * time, so that a stream of news can neither put the next answer off nor overtake it for ever.
   */
  refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#open > 0) this.#again = true;
      else void this.load();
    }, AGAIN_MS);
  }

  #take(detail: CallDetail): void {
    const { transcript } = detail.call;
    const before = this.detail?.call.id === detail.call.id ? this.detail.call.transcript : null;
    this.detail = transcript ? { ...detail, call: { ...detail.call, transcript: keepSame(before, transcript) } } : detail;
    this.phase = "ready";
  }

  #fail(error: HostError): void {
    this.error = error;
    if (error.code === "not_found") this.phase = "not_found";
    else if (this.detail === null) this.phase = "failed";
  }
}
