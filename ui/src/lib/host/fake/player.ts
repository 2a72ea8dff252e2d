// A player without sound: it moves by the clock alone.

import { positionAt } from "../../player/position";
import type { PlayerSettings, PlayerState } from "../bindings";

/** Plays nothing, at the right speed. */
export class FakePlayer {
  state: PlayerState = {
    load: 0,
    recording: null,
    call: null,
    phase: "idle",
    wants_play: false,
    error: null,
    position_ms: 0,
    at: 0,
    rate: 0,
    duration_ms: null,
    volume: 0.8,
    speed: 1,
    skip_silence: false,
    caller_only: false,
    device: true,
  };
  #end: ReturnType<typeof setTimeout> | undefined;
  readonly #tell: (state: PlayerState) => void;
  readonly #now: () => number;

  constructor(now: () => number, tell: (state: PlayerState) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  load(recording: string, call: string, duration_ms: number, at_ms: number, play: boolean): PlayerState {
    this.#become({ load: this.state.load + 1, recording, call, duration_ms, position_ms: at_ms, phase: play ? "playing" : "paused", error: null });
    return this.state;
  }

  play(): void {
    if (this.state.recording === null) return;
    const over = this.state.phase === "ended";
    this.#become({ phase: "playing", position_ms: over ? 0 : this.#position() });
  }

  pause(): void {
    if (this.state.phase === "playing") this.#become({ phase: "paused", position_ms: this.#position() });
  }

  seek(ms: number): void {
    this.#become({ position_ms: ms, phase: this.state.phase === "ended" ? "paused" : this.state.phase });
  }

  set(settings: PlayerSettings): void {
    this.#become({ ...settings, position_ms: this.#position() });
  }

  #position(): number {
    return positionAt(this.state, this.#now());
  }

  #become(part: Partial<PlayerState>): void {
    const next = { ...this.state, ...part, at: this.#now() };
    next.rate = next.phase === "playing" ? next.speed * (next.skip_silence ? 1.2 : 1) : 0;
    next.wants_play = next.phase === "playing";
    this.state = next;
    clearTimeout(this.#end);
    if (next.rate > 0 && next.duration_ms !== null) {
      const rest = (next.duration_ms - next.position_ms) / next.rate;
      this.#end = setTimeout(() => this.#become({ phase: "ended", position_ms: next.duration_ms ?? 0 }), rest);
    }
    this.#tell(next);
  }
}
