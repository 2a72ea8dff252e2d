// What the state of a recording means to a person: how serious it is, whether it can be played,
// whether asking again helps. Pure; the words are in the message tables.

import type { CallRow, RecordingJson, RecordingMark } from "$lib/host/bindings";

/** How a state is coloured. Withheld and absent are facts, not faults. */
export type Tone = "good" | "busy" | "bad" | "plain";

const TONES: Record<string, Tone> = {
  ready: "good",
  expected: "busy",
  available: "busy",
  downloading: "busy",
  failed: "bad",
  expired: "bad",
  withheld: "plain",
  absent: "plain",
  deleted: "plain",
};

/** The tone of a state. */
export function toneOf(state: string | null): Tone {
  return TONES[state ?? ""] ?? "plain";
}

/** Whether it can be played now. */
export function isPlayable(recording: Pick<RecordingMark, "state"> | null | undefined): boolean {
  return recording?.state === "ready";
}

/** Whether a person can ask for it again. */
export function canRetry(state: string): boolean {
  return state === "failed" || state === "expired";
}

/** Whether there will be no sound, while what was said is known. */
export function isTranscriptOnly(row: Pick<CallRow, "has_transcript" | "recording" | "status">): boolean {
  const lost = row.recording === null || ["absent", "withheld", "deleted", "expired"].includes(row.recording.state);
  return row.has_transcript && lost && row.status === "ended";
}

/** The recording to show first: one that can be played, else the first. */
export function firstChoice(recordings: readonly RecordingJson[]): RecordingJson | null {
  return recordings.find(isPlayable) ?? recordings[0] ?? null;
}
