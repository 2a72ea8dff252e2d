// Which lines of a long list are near what is seen. Words of lines far away need no element each: a
// talk of three hours has tens of thousands of them.

/** How far beyond the visible part a line counts as near. */
const MARGIN = "600px 0px";

type Told = (near: boolean) => void;

/** Watches lines within a box that scrolls. */
export class Sight {
  #observer: IntersectionObserver | null = null;
  readonly #lines = new Map<Element, Told>();

  /** Watches from now on what is seen of this box. Gives back how to end it. */
  readonly over = (box: Element): (() => void) => {
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) this.#lines.get(entry.target)?.(entry.isIntersecting);
      },
      { root: box, rootMargin: MARGIN },
    );
    this.#observer = observer;
    for (const line of this.#lines.keys()) observer.observe(line);
    return () => {
      observer.disconnect();
      this.#observer = null;
    };
  };

  /** Tells a line whenever it comes near or goes away. Gives back how to end it. */
  line(element: Element, told: Told): () => void {
    this.#lines.set(element, told);
    this.#observer?.observe(element);
    return () => {
      this.#lines.delete(element);
      this.#observer?.unobserve(element);
    };
  }
}
