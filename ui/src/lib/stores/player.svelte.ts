// What is being listened to. The sound itself is played on the other side; here is its last word
// and, while it plays, the position counted on for every frame.

import type { PlayerSettings, PlayerState } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";
import { nextSpeed, positionAt, replaces } from "$lib/player/position";

const NOTHING: PlayerState = {
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
  volume: 1,
  speed: 1,
  skip_silence: false,
  caller_only: false,
  device: true,
};

/** The player, as the window knows it. */
export class Player {
  state = $state.raw<PlayerState>(NOTHING);
  /** The position at the last frame, in ms. */
  position: number = $state(0);
  /** What went wrong last, and with which recording. */
  #fault = $state.raw<{ of: string | null; error: HostError } | null>(null);
  #frame = 0;
  readonly #host: Host;
  readonly #now: () => number;

  constructor(host: Host, now: () => number) {
    this.#host = host;
    this.#now = now;
  }

  /** Whether sound is coming out, or about to. */
  get playing(): boolean {
    return this.state.wants_play;
  }

  /** Whether this recording is the one that is loaded. One that failed is not: playing it loads it again. */
  holds(recording: string | null | undefined): boolean {
    return recording != null && this.state.recording === recording && this.state.phase !== "failed";
  }

  /** What went wrong last with this recording. */
  faultOf(recording: string | null): HostError | null {
    return this.#fault !== null && this.#fault.of === recording ? this.#fault.error : null;
  }

  async load(): Promise<void> {
    this.fold(await this.#host.rpc("player.state", {}));
  }

  /** Takes in news of the player. */
  fold(news: PlayerState): void {
    if (!replaces(this.state, news)) return;
    this.state = news;
    // Word of one recording says nothing of what went wrong with another.
    if (news.error !== null) this.#fault = { of: news.recording, error: new HostError(news.error) };
    else if (this.#fault?.of === news.recording) this.#fault = null;
    this.#count();
  }

  /** Opens a recording, and plays it if wished; gives what speaks against it. */
  open(recording: string, at_ms: number, play: boolean): Promise<HostError | null> {
    return this.#wish(recording, async () => {
      this.fold(await this.#host.rpc("player.load", { id: recording, at_ms: Math.round(at_ms), play }));
    });
  }

  /** Plays or pauses what is loaded; what failed is tried once more. */
  async toggle(): Promise<void> {
    const { phase, recording, position_ms } = this.state;
    if (phase === "failed" && recording !== null) await this.open(recording, position_ms, true);
    else await this.#steer(() => this.#host.rpc(this.playing ? "player.pause" : "player.play", {}));
  }

  async pause(): Promise<void> {
    await this.#steer(() => this.#host.rpc("player.pause", {}));
  }

  async play(): Promise<void> {
    await this.#steer(() => this.#host.rpc("player.play", {}));
  }

  /** Goes to a position. The needle moves at once; the player's word follows. */
  async seek(ms: number): Promise<void> {
    const end = this.state.duration_ms;
    const goal = Math.round(Math.max(0, end === null ? ms : Math.min(ms, end)));
    this.state = { ...this.state, position_ms: goal, at: this.#now() };
    this.position = goal;
    await this.#steer(() => this.#host.rpc("player.seek", { ms: goal }));
  }

  /** Goes back or forward. */
  async skip(ms: number): Promise<void> {
    await this.seek(positionAt(this.state, this.#now()) + ms);
  }

  /** Changes volume, speed or what is left out. */
  async set(settings: PlayerSettings): Promise<void> {
    await this.#steer(() => this.#host.rpc("player.set", settings));
  }

  /** One step faster or slower. */
  async faster(direction: 1 | -1): Promise<void> {
    await this.set({ speed: nextSpeed(this.state.speed, direction) });
  }

  /** A wish for what is loaded. */
  async #steer(wish: () => Promise<unknown>): Promise<void> {
    await this.#wish(this.state.recording, wish);
  }

  async #wish(of: string | null, wish: () => Promise<unknown>): Promise<HostError | null> {
    this.#fault = null;
    try {
      await wish();
      return null;
    } catch (thrown) {
      const error = HostError.from(thrown);
      this.#fault = { of, error };
      return error;
    }
  }

  #count(): void {
    cancelAnimationFrame(this.#frame);
    const step = () => {
      this.position = positionAt(this.state, this.#now());
      if (this.state.rate !== 0) this.#frame = requestAnimationFrame(step);
    };
    step();
  }
}
