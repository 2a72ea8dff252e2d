// Listens to the keyboard for the whole window and gives wishes to whoever wants them: the view on
// the screen first, then the window itself.

import { beginsGo, readGo, readKey, type Place, type Wish } from "./keys";

/** Takes a wish; false if it has no use for it. */
export type Taker = (wish: Wish) => boolean;

/** How long `g` waits for its second key. */
const GO_MS = 1200;

/** The keyboard of the window. */
export class Keyboard {
  /** What a key means here; set by the view on the screen. */
  place: Place = "list";
  #takers: Taker[] = [];
  /** What has the focus was taken with the pointer, and not come to with Tab. */
  #pointed = false;
  #goUntil = 0;

  /** Registers a taker before all others; the returned function takes it out again. */
  take(taker: Taker): () => void {
    this.#takers = [taker, ...this.#takers];
    return () => (this.#takers = this.#takers.filter((one) => one !== taker));
  }

  /** A pointer is pressed somewhere in the window. */
  point(): void {
    this.#pointed = true;
  }

  /** Handles a key press of the window. */
  press(event: KeyboardEvent): void {
    if (event.key === "Tab") this.#pointed = false;
    if (event.defaultPrevented || event.isComposing) return;
    const wish = this.#read(event);
    if (wish === null || !this.#allowed(event, wish)) return;
    if (this.#takers.some((taker) => taker(wish))) event.preventDefault();
  }

  #read(event: KeyboardEvent): Wish | null {
    if (isTyping(event.target)) {
      return (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f" ? { to: "search" } : null;
    }
    const going = event.timeStamp < this.#goUntil;
    this.#goUntil = 0;
    if (going) return readGo(event);
    if (beginsGo(event)) {
      this.#goUntil = event.timeStamp + GO_MS;
      return null;
    }
    return readKey(event, this.place);
  }

  /**
   * A control that has the focus keeps the keys that it needs itself. Space is the control's only where
   * somebody came to it with Tab: after a click it would do the same once more, and nobody could pause.
   */
  #allowed(event: KeyboardEvent, wish: Wish): boolean {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("dialog[open], [data-menu]")) return false;
    if (wish.to === "play" && event.key === " ") return this.#pointed || target?.closest("button, summary, [role=switch], [role=tab], [role=radio]") === null;
    if (wish.to === "open") return target?.closest("button, a, summary") === null;
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") {
      return target?.closest("[role=slider], [role=tab], [role=radio]") === null;
    }
    return true;
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** The one keyboard. */
export const keyboard = new Keyboard();
