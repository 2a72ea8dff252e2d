// Where one recording is being listened to, whether it is loaded or not. Before it is loaded the
// needle can already be set; the first play begins there.

import type { RecordingJson } from "$lib/host/bindings";
import type { App } from "$lib/stores/app.svelte";

/** A listener's seat in front of one recording. */
export class Seat {
  readonly #app: App;
  readonly #recording: () => RecordingJson | null;
  #cue = $state(0);

  constructor(app: App, recording: () => RecordingJson | null) {
    this.#app = app;
    this.#recording = recording;
  }

  /** Whether the player holds this recording. */
  get loaded(): boolean {
    return this.#app.player.holds(this.#recording()?.id);
  }

  get playing(): boolean {
    return this.loaded && this.#app.player.playing;
  }

  /** Position in the recording, in ms. */
  get position(): number {
    return this.loaded ? this.#app.player.position : Math.min(this.#cue, this.duration || this.#cue);
  }

  /** Length of the recording, in ms; 0 while it is not known. */
  get duration(): number {
    const told = this.loaded ? this.#app.player.state.duration_ms : null;
    return told ?? this.#recording()?.duration_ms ?? 0;
  }

  /** Sets the needle without playing. */
  cue(ms: number): void {
    this.#cue = ms;
  }

  /** Plays or pauses; the first play loads. */
  toggle(): void {
    if (this.loaded) void this.#app.player.toggle();
    else this.#open(this.#cue, true);
  }

  /** Goes to a position, and plays from there if wished. */
  seek(ms: number, play = false): void {
    const goal = Math.max(0, Math.min(ms, this.duration || ms));
    this.#cue = goal;
    if (!this.loaded) {
      if (play) this.#open(goal, true);
      return;
    }
    void this.#app.player.seek(goal).then(() => {
      if (play && !this.#app.player.playing) return this.#app.player.play();
    });
  }

  /** Goes back or forward. */
  skip(ms: number): void {
    this.seek(this.position + ms);
  }

  #open(at_ms: number, play: boolean): void {
    const recording = this.#recording();
    if (recording !== null) void this.#app.player.open(recording.id, at_ms, play);
  }
}
