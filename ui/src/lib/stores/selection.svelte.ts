// The calls that a person has picked out of the list. Picked are calls and not places: what comes
// in above them moves nothing.

/** How many calls can be picked; each is asked for by itself. */
export const MOST = 500;

/** The picked calls. */
export class Selection {
  #ids = $state.raw<ReadonlySet<string>>(new Set());
  /** Where a stretch begins, and what was picked before it. */
  #anchor: string | null = null;
  #before: ReadonlySet<string> = new Set();

  /** How many. */
  get size(): number {
    return this.#ids.size;
  }

  /** All of them, in the order in which they were picked. */
  get ids(): string[] {
    return [...this.#ids];
  }

  /** The call that the next stretch begins with. */
  get anchor(): string | null {
    return this.#anchor;
  }

  has(id: string | undefined): boolean {
    return id !== undefined && this.#ids.has(id);
  }

  /** Picks one more call, or puts it back. The next stretch begins here. */
  toggle(id: string): void {
    const next = new Set(this.#ids);
    if (!next.delete(id) && next.size < MOST) next.add(id);
    this.#ids = next;
    this.begin(id);
  }

  /** The next stretch begins at this call. */
  begin(id: string): void {
    this.#anchor = id;
    this.#before = this.#ids;
  }

  /** Picks a stretch from the anchor on. Another stretch from the same anchor takes its place. */
  stretch(ids: readonly string[]): void {
    this.#ids = new Set([...this.#before, ...ids].slice(0, MOST));
  }

  clear(): void {
    this.#ids = new Set();
    this.#before = this.#ids;
    this.#anchor = null;
  }
}
