// A waveform that fits the words: loud where its speaker talks, almost silent elsewhere.

import type { SegmentJson } from "../bindings";
import { chance } from "./chance";

/** The bytes of a waveform for a transcript. */
export function peakBytes(transcript: readonly SegmentJson[], duration_ms: number, columns: number, channels: number): ArrayBuffer {
  const bytes = new ArrayBuffer(12 + channels * columns * 2);
  const head = new DataView(bytes);
  head.setUint32(0, channels, true);
  head.setUint32(4, columns, true);
  head.setUint32(8, duration_ms, true);
  const out = new Int8Array(bytes, 12);
  for (let channel = 0; channel < channels; channel += 1) {
    const heard = transcript.filter((turn) => channels === 1 || turn.speaker === (channel === 0 ? "caller" : "agent"));
    for (let column = 0; column < columns; column += 1) {
      const size = loudAt(heard, (column / columns) * duration_ms, column, channel);
      out[(channel * columns + column) * 2] = -Math.round(size * 127 * (0.8 + 0.2 * chance(column, channel, 3)));
      out[(channel * columns + column) * 2 + 1] = Math.round(size * 127);
    }
  }
  return bytes;
}

function loudAt(heard: readonly SegmentJson[], ms: number, column: number, channel: number): number {
  const breath = 0.012 + 0.012 * chance(column, channel, 1);
  const turn = heard.find((one) => one.start_ms !== null && one.end_ms !== null && one.start_ms <= ms && ms < one.end_ms);
  const word = turn?.words.find((one) => one.start_ms <= ms && ms < one.end_ms);
  if (word === undefined) return breath;
  const within = (ms - word.start_ms) / Math.max(1, word.end_ms - word.start_ms);
  const swell = Math.sin(Math.PI * Math.min(1, within * 1.15)) ** 0.6;
  return breath + swell * (0.3 + 0.55 * chance(column, channel, 2)) * (channel === 0 ? 0.85 : 1);
}
