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
  /** What went wrong with the last wish. */
  error: HostError | null = $state(null);
  #frame = 0;
  readonly #host: Host;
  readonly #now: () => number;

  constructor(host: Host, now: () => number) {
    this.#host = host;
    this.#now = now;
  }

  /** Whether sound is coming out, or about to. */
  get playing(): boolean {
    return this.state.phase === "playing";
  }

  /** Whether this recording is the one that is loaded. */
  holds(recording: string | null | undefined): boolean {
    return recording != null && this.state.recording === recording;
  }

  async load(): Promise<void> {
    this.fold(await this.#host.rpc("player.state", {}));
  }

  /** Takes in news of the player. */
  fold(news: PlayerState): void {
    if (!replaces(this.state, news)) return;
    this.state = news;
    this.error = news.error === null ? null : new HostError(news.error);
    this.#count();
  }

  /** Opens a recording, and plays it if wished. */
  async open(recording: string, at_ms: number, play: boolean): Promise<void> {
    await this.#wish(async () => {
      this.fold(await this.#host.rpc("player.load", { id: recording, at_ms: Math.round(at_ms), play }));
    });
  }

  /** Plays or pauses what is loaded. */
  async toggle(): Promise<void> {
    await this.#wish(() => this.#host.rpc(this.playing ? "player.pause" : "player.play", {}));
  }

  async pause(): Promise<void> {
    await this.#wish(() => this.#host.rpc("player.pause", {}));
  }

  async play(): Promise<void> {
    await this.#wish(() => this.#host.rpc("player.play", {}));
  }

  /** Goes to a position. The needle moves at once; the player's word follows. */
  async seek(ms: number): Promise<void> {
    const end = this.state.duration_ms;
    const goal = Math.round(Math.max(0, end === null ? ms : Math.min(ms, end)));
    this.state = { ...this.state, position_ms: goal, at: this.#now() };
    this.position = goal;
    await this.#wish(() => this.#host.rpc("player.seek", { ms: goal }));
  }

  /** Goes back or forward. */
  async skip(ms: number): Promise<void> {
    await this.seek(positionAt(this.state, this.#now()) + ms);
  }

  /** Changes volume, speed or what is left out. */
  async set(settings: PlayerSettings): Promise<void> {
    await this.#wish(() => this.#host.rpc("player.set", settings));
  }

  /** One step faster or slower. */
  async faster(direction: 1 | -1): Promise<void> {
    await this.set({ speed: nextSpeed(this.state.speed, direction) });
  }

  async #wish(wish: () => Promise<unknown>): Promise<void> {
    this.error = null;
    try {
      await wish();
    } catch (thrown) {
      this.error = HostError.from(thrown);
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
