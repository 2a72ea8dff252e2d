// The words that calls are spoken of with, in the language in use.

import type { CallJson, CallRow } from "$lib/host/bindings";
import { isMessage } from "$lib/i18n/table";
import { say, t, tOr, tWord } from "$lib/i18n/words.svelte";
import { isNumber, named, peopleOf } from "./people";
import { titleOf } from "./providers";
import { knownReason } from "./reasons";
import { isTranscriptOnly } from "./recording";
import { grouped, masked, otherSide } from "./who";

type Sides = Pick<CallRow | CallJson, "direction" | "from" | "to">;

/** The other side of a call, as much of it as may be seen, short enough for a row. */
export function whoWords(call: Sides, showNumbers: boolean): string {
  const who = otherSide(call);
  switch (who.kind) {
    case "number":
      return showNumbers ? grouped(who.number) : masked(who.number);
    case "people": {
      const { shown, more } = named(who.names.map((name) => personWords(name, showNumbers)));
      return more === 0 ? say.list(shown) : t("who.more", { names: shown.join(", "), count: more });
    }
    case "meeting":
      return who.platform === null ? t("who.meeting") : t("who.meeting_on", { platform: who.platform });
    default:
      return t(`who.${who.kind}`);
  }
}

/** Everybody by full name, where the short form leaves something out; else `null`. */
export function everybody(call: Sides, showNumbers: boolean): string | null {
  const who = otherSide(call);
  if (who.kind !== "people") return null;
  const all = say.list(who.names.map((name) => personWords(name, showNumbers)));
  return all === whoWords(call, showNumbers) ? null : all;
}

/** The participants of a meeting, one by one. */
export function participants(call: Sides, showNumbers: boolean): string[] {
  return call.direction === "meeting" ? peopleOf(call.from).map((name) => personWords(name, showNumbers)) : [];
}

/** A person of a meeting. Who dialled in has a number for a name, and numbers are masked everywhere. */
export function personWords(name: string, showNumbers: boolean): string {
  if (!isNumber(name)) return name;
  const plain = name.replace(/[^\d+]/g, "");
  return showNumbers ? grouped(plain) : masked(plain);
}

/** Who was on our side, and for a meeting where it was: "Zoom · Notetaker". */
export function agentWords(row: Pick<CallRow, "direction" | "to" | "agent" | "account">): string {
  const told = [row.direction === "meeting" ? row.to : null, row.agent].filter((part) => part !== null);
  return told.join(" · ") || row.account;
}

/** A number on its own. */
export function numberWords(number: string | null, showNumbers: boolean): string | null {
  if (number === null) return null;
  return showNumbers ? grouped(number) : masked(number);
}

/** The provider's name. */
export function providerWords(provider: string): string {
  return titleOf(provider) ?? t("provider.custom");
}

/** Why a call ended, in our words; `null` where only the provider has one. Nobody hangs up in a meeting. */
export function endedWords(code: string, direction?: string): string | null {
  const met = `ended.meeting_${code}`;
  if (direction === "meeting" && isMessage(met)) return t(met);
  const key = `ended.${code}`;
  return code !== "unknown" && isMessage(key) ? t(key) : null;
}

/** The state of a recording in a word or two. */
export function recordingWord(row: Pick<CallRow, "has_transcript" | "recording" | "status">): string {
  if (isTranscriptOnly(row) && row.recording?.state === "absent") return t("recording.transcript_only");
  return stateWord(row.recording?.state ?? null);
}

/** A state in a word. */
export function stateWord(state: string | null): string {
  return tOr("recording", state ?? "none");
}

/** Why a recording is not there. A code that we have no words for is named as it is. */
export function reasonWords(code: string | null | undefined): string {
  const known = knownReason(code);
  return known === null ? t("reason.other", { code: code ?? "" }) : tWord("reason", known, "reason.unknown");
}

/** A reason within a sentence: without its capital letter, as all of ours begin with a small word. */
export function reasonInside(code: string | null | undefined): string {
  const words = reasonWords(code);
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** Status of a call. A meeting does not ring: its bot waits to be let in. */
export function statusWord(status: string, direction?: string): string {
  if (status === "ringing" && direction === "meeting") return t("status.joining");
  return tOr("status", status);
}

/** What is said of a call before anything is said in it. */
export function ringingLine(direction: string): string {
  return t(direction === "meeting" ? "live.joining_line" : "live.ringing_line");
}

/** The recording's state with its reason, for a tooltip. */
export function recordingTip(row: CallRow, now: number): string {
  const mark = row.recording;
  if (mark === null) return row.status === "ended" ? t("recording.none_text") : "";
  const parts = mark.state === "ready" ? [] : mark.reason === null ? [t("recording.downloading_text")] : [`${reasonWords(mark.reason)}.`];
  if (mark.link_expires_at !== null && mark.state !== "ready") parts.push(countdown(mark.link_expires_at, now));
  if (mark.count > 1) parts.push(t("recording.count", { count: mark.count }));
  return parts.join(" ");
}

/** How long a provider's link still lives. */
export function countdown(expires: string, now: number): string {
  const rest = Date.parse(expires) - now;
  return rest > 0 ? t("recording.countdown", { time: say.span(Math.max(1000, rest)) }) : t("recording.countdown_over");
}
