// The time, once a second, for everything on the screen that counts: running calls, countdowns,
// "3 min ago". One timer for the whole window.

/** Reads and waits for the time; the real one is [`systemTime`]. */
export interface TimeSource {
  /** Unix time in ms. */
  now(): number;
  /** Calls back about once a second until the returned function is called. */
  everySecond(callback: () => void): () => void;
}

/** The computer's own clock. */
export const systemTime: TimeSource = {
  now: () => Date.now(),
  everySecond(callback) {
    const timer = setInterval(callback, 1000);
    return () => clearInterval(timer);
  },
};

/** The ticking time. */
export class Clock {
  /** Unix time in ms, renewed every second. */
  now: number = $state(0);
  readonly #source: TimeSource;

  constructor(source: TimeSource = systemTime) {
    this.#source = source;
    this.now = source.now();
  }

  /** Starts ticking; the returned function stops it. */
  start(): () => void {
    return this.#source.everySecond(() => (this.now = this.#source.now()));
  }

  /** The time at this very moment. */
  exact(): number {
    return this.#source.now();
  }
}
