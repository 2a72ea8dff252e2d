// Chance that repeats itself: the same seed gives the same world.

/** A number from 0 to 1 that depends on the seeds only. */
export function chance(...seeds: number[]): number {
  let state = 0x9e3779b9;
  for (const seed of seeds) {
    state = Math.imul(state ^ seed, 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return (state >>> 0) / 2 ** 32;
}

/** One of several things. */
export function pick<T>(things: readonly T[], ...seeds: number[]): T {
  const thing = things[Math.floor(chance(...seeds) * things.length)];
  if (thing === undefined) throw new Error("nothing to pick from");
  return thing;
}

/** A whole number from `least` to `most`. */
export function between(least: number, most: number, ...seeds: number[]): number {
  return least + Math.floor(chance(...seeds) * (most - least + 1));
}
