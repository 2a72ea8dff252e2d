// Who speaks in a transcript. Agent and caller have the two colours of their lanes; people with
// names, as in a meeting, get one of eight, the same one whenever they are met again. Pure.

import type { SegmentJson } from "$lib/host/bindings";

/** How many colours there are for people (`--person-1` and on, in the tokens). */
export const COLOURS = 8;

/** How a speaker is drawn. */
export type Speaker = { kind: "agent" | "caller" } | { kind: "person"; colour: number };

const ROLES = ["agent", "caller", "tool", "system"];

/** Whether a speaker is a person with a name and not one of the roles. */
export function isPerson(speaker: string): boolean {
  return !ROLES.includes(speaker);
}

/** Whether people are named in this transcript. */
export function namesPeople(segments: readonly SegmentJson[]): boolean {
  return segments.some((segment) => isPerson(segment.speaker));
}

/**
 * The colours of all speakers. A name prefers a colour of its own and takes the next free one if
 * somebody who spoke before has it. A transcript that grows at its end changes nobody's colour.
 * From the ninth person on colours are shared.
 */
export function castOf(segments: readonly SegmentJson[]): Map<string, Speaker> {
  const cast = new Map<string, Speaker>();
  const taken = new Set<number>();
  for (const { speaker } of segments) {
    if (cast.has(speaker)) continue;
    if (isPerson(speaker)) cast.set(speaker, { kind: "person", colour: free(speaker, taken) });
    else cast.set(speaker, { kind: speaker === "agent" ? "agent" : "caller" });
  }
  return cast;
}

/** How long everybody spoke, in ms, in the order of their first words. Tools and systems do not speak. */
export function talkTimes(segments: readonly SegmentJson[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const segment of segments) {
    if (segment.speaker === "tool" || segment.speaker === "system") continue;
    const start = segment.start_ms ?? segment.words[0]?.start_ms ?? 0;
    const end = segment.end_ms ?? segment.words.at(-1)?.end_ms ?? start;
    times.set(segment.speaker, (times.get(segment.speaker) ?? 0) + Math.max(0, end - start));
  }
  return times;
}

function free(name: string, taken: Set<number>): number {
  const wish = hash(name) % COLOURS;
  for (let step = 0; step < COLOURS; step += 1) {
    const colour = ((wish + step) % COLOURS) + 1;
    if (taken.has(colour)) continue;
    taken.add(colour);
    return colour;
  }
  return wish + 1;
}

/** A number for a name, the same one everywhere. */
function hash(name: string): number {
  let state = 2166136261;
  for (const sign of name.normalize("NFC").toLowerCase()) state = Math.imul(state ^ (sign.codePointAt(0) ?? 0), 16777619);
  return (state ^ (state >>> 15)) >>> 0;
}
