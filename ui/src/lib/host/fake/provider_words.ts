// The words of the providers themselves: kinds of events, reasons for ending, known and unknown.

import { isLive } from "../../stores/fold";
import type { CallDetail, CallRow, EndedReasonJson } from "../bindings";
import { chance, pick } from "./chance";
import { STRANGE_END } from "./scenes";

/** What a provider sends before, at the end of and after a call, and what of it nobody uses. */
interface Kinds {
  begin: string[];
  end: string;
  after: string;
  unused: [kind: string, reason: string];
}

const KINDS: Readonly<Record<string, Kinds>> = {
  retell: { begin: ["call_started"], end: "call_ended", after: "call_analyzed", unused: ["call_analyzed", "the same again"] },
  vapi: { begin: ["status-update"], end: "status-update", after: "end-of-call-report", unused: ["model-output", "events of this kind tell nothing about calls"] },
  twilio: { begin: ["initiated", "in-progress"], end: "completed", after: "recording-completed", unused: ["conference-start", "events of this kind tell nothing about calls"] },
  telnyx: { begin: ["call.initiated", "call.answered"], end: "call.hangup", after: "call.recording.saved", unused: ["call.machine.premium.detection.ended", "events of this kind tell nothing about calls"] },
  recall: { begin: ["bot.joining_call", "bot.in_call_recording"], end: "bot.call_ended", after: "recording.done", unused: ["bot.breakout_room_entered", "a kind of event that is not known"] },
  custom: { begin: ["call.updated"], end: "call.updated", after: "recording.available", unused: ["agent.heartbeat", "a kind of event that is not known"] },
};

const ENDINGS: Readonly<Record<string, [person: string, agent: string]>> = {
  retell: ["user_hangup", "agent_hangup"],
  vapi: ["customer-ended-call", "assistant-ended-call"],
  twilio: ["completed", "completed"],
  telnyx: ["normal_clearing", "normal_clearing"],
  recall: ["call_ended_by_host", "timeout_exceeded_everyone_left"],
  custom: ["caller_hangup", "agent_hangup"],
};

/** Why a call ended. */
export function endingOf(row: CallRow, seed: number): EndedReasonJson {
  if (row.id === STRANGE_END) return { code: "unknown", raw: "call.in-progress.error-vapifault-worker-died" };
  if (row.status === "not_connected") return chance(seed, 41) > 0.5 ? { code: "no_answer", raw: "no-answer" } : { code: "busy", raw: "busy" };
  if (row.status === "failed") return { code: "error", raw: "error_telephony" };
  const [person = "", agent = ""] = ENDINGS[row.provider] ?? [];
  return chance(seed, 42) > 0.4 ? { code: "caller_hangup", raw: person } : { code: "agent_hangup", raw: agent };
}

/** What arrived of a call. */
export function eventsOf(row: CallRow, seed: number): CallDetail["timeline"] {
  const kinds = KINDS[row.provider];
  if (kinds === undefined) return [];
  const started = Date.parse(row.started_at ?? "") || Date.now();
  const entry = (offset: number, kind: string, source = "webhook", state = "applied", reason: string | null = null) => ({
    event: `${row.id}-${offset}`,
    at: new Date(started + offset).toISOString(),
    source,
    kind,
    state,
    reason,
  });
  const length = row.duration_ms ?? 22_000;
  const all = kinds.begin.map((kind, index) => entry(300 + index * 2900, kind));
  if (isLive(row)) return all;
  all.push(entry(length + 600, kinds.end));
  if (row.status !== "ended") return all;
  if (row.id === STRANGE_END || pick([true, false, false], seed, 46)) all.push(entry(length + 900, kinds.unused[0], "webhook", "ignored", kinds.unused[1]));
  all.push(entry(length + 4200, kinds.after));
  all.push(entry(length + 300_000, "call", "snapshot"));
  return all;
}
