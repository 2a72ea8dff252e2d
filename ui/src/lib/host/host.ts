// What the window asks of the outside. `tauri.ts` is the real one, `fake.ts` the one for browsers
// and tests; `open.ts` picks. Nothing else in the window reaches out.

import type { Commands, ErrorJson, Event, PeaksArgs } from "./bindings";

/** The other side: commands with answers, the bytes of a waveform, and a stream of events. */
export interface Host {
  /** Carries out a command. Rejects with an [`HostError`]. */
  rpc<K extends keyof Commands>(name: K, args: Commands[K]["args"]): Promise<Commands[K]["result"]>;
  /** The waveform of a recording as bytes; `player/peaks.ts` reads them. */
  peaks(args: PeaksArgs): Promise<ArrayBuffer>;
  /** Calls back for every event until the returned function is called. */
  onEvent(callback: (event: Event) => void): () => void;
}

/** An error of the other side. Branch on `code`; `message` and `hint` are for people. */
export class HostError extends Error implements ErrorJson {
  readonly code: ErrorJson["code"];
  readonly hint: string | null;

  constructor(error: ErrorJson) {
    super(error.message);
    this.name = "HostError";
    this.code = error.code;
    this.hint = error.hint;
  }

  /** Makes one from whatever was thrown. */
  static from(thrown: unknown): HostError {
    if (thrown instanceof HostError) return thrown;
    if (isErrorJson(thrown)) return new HostError(thrown);
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new HostError({ code: "internal", message, hint: null });
  }
}

function isErrorJson(value: unknown): value is ErrorJson {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
