// Whether a transcript follows what is said: the sound, or the end of a call that goes on. Scrolling
// by hand, by whatever means, is reading at one's own pace and ends it; whoever comes back to the
// end of a running call follows again.

/** How near to its end a list counts as being at its end, in pixels. */
const NEAR_END = 40;

const SCROLLING_KEYS = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];

/** What is followed. */
export interface Followed {
  /** The call goes on and its transcript grows at the end. */
  live: () => boolean;
  /** The reader looks for something and jumps about. */
  searching: () => boolean;
  /** How many lines there are. */
  lines: () => number;
}

/** A reader's attention. */
export class Following {
  on: boolean = $state(true);
  /** How many lines there were when the reader left the end. */
  #read: number = $state(0);
  readonly #followed: Followed;

  constructor(followed: Followed) {
    this.#followed = followed;
  }

  /** How many lines came at the end of a running call while the reader was elsewhere. */
  get missed(): number {
    return this.#followed.live() && !this.on ? Math.max(0, this.#followed.lines() - this.#read) : 0;
  }

  /** The reader goes elsewhere. */
  leave(): void {
    if (this.on) this.#read = this.#followed.lines();
    this.on = false;
  }

  /** The reader wants to follow. */
  resume(): void {
    this.on = true;
  }

  /** Watches how a reader scrolls, until the returned function is called. */
  watch(element: HTMLElement): () => void {
    const ending = new AbortController();
    const { signal } = ending;
    // Down is where a running call goes anyway.
    element.addEventListener("wheel", ({ deltaY }) => (!this.#followed.live() || deltaY < 0) && this.leave(), { passive: true, signal });
    element.addEventListener("touchmove", () => this.leave(), { passive: true, signal });
    // A press on the box itself and not on a word is one on its scrollbar.
    element.addEventListener("pointerdown", ({ target }) => target === element && this.leave(), { signal });
    element.addEventListener("keydown", ({ key }) => SCROLLING_KEYS.includes(key) && this.leave(), { signal });
    element.addEventListener("scroll", () => this.#arrive(element), { passive: true, signal });
    return () => ending.abort();
  }

  #arrive({ scrollHeight, clientHeight, scrollTop }: HTMLElement): void {
    const atEnd = scrollHeight - clientHeight - scrollTop < NEAR_END;
    if (atEnd && this.#followed.live() && !this.#followed.searching()) this.on = true;
  }
}
