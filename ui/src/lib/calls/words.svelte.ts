// The words that calls are spoken of with, in the language in use.

import type { CallJson, CallRow, RecordingJson, RecordingMark } from "$lib/host/bindings";
import { say, t, tWord } from "$lib/i18n/words.svelte";
import { isTranscriptOnly } from "./recording";
import { grouped, masked, otherSide } from "./who";

/** The other side of a call, as much of it as may be seen. */
export function whoWords(call: Pick<CallRow | CallJson, "direction" | "from" | "to">, showNumbers: boolean): string {
  const who = otherSide(call);
  if (who.kind === "number") return showNumbers ? grouped(who.number) : masked(who.number);
  return t(`who.${who.kind}`);
}

/** A number on its own. */
export function numberWords(number: string | null, showNumbers: boolean): string | null {
  if (number === null) return null;
  return showNumbers ? grouped(number) : masked(number);
}

/** The state of a recording in a word or two. */
export function recordingWord(row: Pick<CallRow, "has_transcript" | "recording" | "status">): string {
  if (isTranscriptOnly(row) && row.recording?.state === "absent") return t("recording.transcript_only");
  return stateWord(row.recording?.state ?? null);
}

/** A state in a word. */
export function stateWord(state: string | null): string {
  return tWord("recording", state ?? "none", "recording.none");
}

/** Why a recording is not there. */
export function reasonWords(recording: Pick<RecordingMark | RecordingJson, "reason"> | null | undefined): string {
  return tWord("reason", recording?.reason ?? "unknown", "reason.unknown");
}

/** A reason within a sentence: without its capital letter where the language allows it. */
export function reasonInside(recording: Pick<RecordingMark | RecordingJson, "reason">): string {
  const words = reasonWords(recording);
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** Status of a call. */
export function statusWord(status: string): string {
  return tWord("status", status, "status.ended");
}

/** The recording's state with its reason, for a tooltip. */
export function recordingTip(row: CallRow, now: number): string {
  const mark = row.recording;
  if (mark === null) return row.status === "ended" ? t("recording.none_text") : "";
  const parts = mark.state === "ready" ? [] : mark.reason === null ? [t("recording.downloading_text")] : [`${reasonWords(mark)}.`];
  if (mark.link_expires_at !== null && mark.state !== "ready") parts.push(countdown(mark.link_expires_at, now));
  if (mark.count > 1) parts.push(t("recording.count", { count: mark.count }));
  return parts.join(" ");
}

/** How long a provider's link still lives. */
export function countdown(expires: string, now: number): string {
  const rest = Date.parse(expires) - now;
  return rest > 0 ? t("recording.countdown", { time: say.span(Math.max(1000, rest)) }) : t("recording.countdown_over");
}
