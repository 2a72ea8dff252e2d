// Who is heard when, for colouring a waveform that has one lane for everybody. Pure.

import type { Turn } from "./turns";

/** A stretch of a recording in which one speaker is heard, in the recording's own time. */
export interface Span {
  start_ms: number;
  end_ms: number;
  speaker: string;
}

/** Assumed for a turn whose end nobody told. */
const UNTOLD_MS = 2000;

/** The spans of the turns, by their beginnings. `lag` is how much later the recording begins than the transcript. */
export function spansOf(turns: readonly Turn[], lag: number): Span[] {
  const heard = turns.filter((turn) => !turn.aside && turn.start_ms !== null);
  return heard
    .map((turn, index) => {
      const start = turn.start_ms ?? 0;
      const next = heard[index + 1]?.start_ms ?? Number.POSITIVE_INFINITY;
      const end = turn.end_ms ?? Math.min(start + UNTOLD_MS, Math.max(next, start));
      return { start_ms: start - lag, end_ms: end - lag, speaker: turn.speaker };
    })
    .sort((a, b) => a.start_ms - b.start_ms);
}

/** Who is heard in each of so many bars: of two who overlap, the one who began last; `null` in a pause. */
export function speakersOfBars(bars: number, duration_ms: number, spans: readonly Span[]): (string | null)[] {
  const out: (string | null)[] = new Array<string | null>(bars).fill(null);
  if (duration_ms <= 0) return out;
  for (const span of spans) {
    const first = Math.max(0, Math.floor((span.start_ms / duration_ms) * bars));
    const last = Math.min(bars - 1, Math.ceil((span.end_ms / duration_ms) * bars) - 1);
    for (let bar = first; bar <= last; bar += 1) out[bar] = span.speaker;
  }
  return out;
}
