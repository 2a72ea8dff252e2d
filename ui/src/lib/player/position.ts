// Where the sound is between two messages of the player: it counts on by its rate.

import type { PlayerState } from "$lib/host/bindings";

/** The position at `now`, in ms; never before the start or beyond the end. */
export function positionAt(state: Pick<PlayerState, "position_ms" | "at" | "rate" | "duration_ms">, now: number): number {
  const moved = state.rate === 0 ? 0 : Math.max(0, now - state.at) * state.rate;
  const position = state.position_ms + moved;
  return Math.max(0, state.duration_ms === null ? position : Math.min(position, state.duration_ms));
}

/**
 * Whether news of the player replace what is known: a newer load always, an older one never, and
 * of the same load the later moment.
 */
export function replaces(known: PlayerState, news: PlayerState): boolean {
  if (news.load !== known.load) return news.load > known.load;
  return news.at >= known.at;
}

/** The speeds that can be chosen. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** The next faster or slower speed. */
export function nextSpeed(speed: number, direction: 1 | -1): number {
  const rest = direction === 1 ? SPEEDS.filter((one) => one > speed + 0.001) : SPEEDS.filter((one) => one < speed - 0.001);
  return (direction === 1 ? rest[0] : rest.at(-1)) ?? speed;
}
