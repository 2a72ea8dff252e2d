// Everything about one call of the fake.

import { isLive } from "../../stores/fold";
import type { AlertJson, CallDetail, CallJson, CallRow, CostPartJson, RecordingJson, SegmentJson } from "../bindings";
import { accountOf } from "./accounts";
import { between, chance } from "./chance";
import { conversationOf } from "./conversations";
import { endingOf, eventsOf } from "./provider_words";
import { conversations, stretched } from "./speech";
import type { World } from "./world";

/** How long after the call its recording begins. */
const OFFSET_MS = 1400;

/** The call in full. `said` is how much of a running conversation was heard so far. */
export function detailOf(world: World, row: CallRow, said: SegmentJson[] | null, alerts: AlertJson[] = []): CallDetail {
  const seed = hash(row.id);
  const conversation = conversations[world.conversation(row)] ?? conversations[0];
  const transcript = said ?? (row.has_transcript && conversation ? withTools(stretched(conversation, row.duration_ms ?? 0), row, seed) : null);
  const recordings = recordingsOf(row);
  return {
    call: { ...callOf(row, transcript, recordings, seed), conversation: conversationOf(world, row) },
    alerts: alerts.filter((alert) => alert.call === row.id),
    timeline: eventsOf(row, seed),
    listens: row.heard ? [{ who: "Amira Haddad", at: shift(row.ended_at, 34 * 60_000), from_ms: 0, to_ms: 18_400 }] : [],
    offsets_ms: Object.fromEntries(recordings.map((one, index) => [one.id, OFFSET_MS + index * 30_000])),
    second_copies: Object.fromEntries(recordings.filter((one) => one.state === "ready").map((one) => [one.id, { state: "copied", reason: null, at: shift(row.ended_at, 60_000) }])),
    deletions: row.provider === "twilio" ? Object.fromEntries(recordings.filter((one) => one.state === "ready").map((one) => [one.id, { outcome: "deleted", reason: null, who: `delete_at_provider of ${row.account}`, at: shift(row.ended_at, 120_000) }])) : {},
    channel_of: row.direction === "meeting" ? {} : { caller: 0, agent: 1 },
  };
}

/** The recordings of a call. */
export function recordingsOf(row: CallRow): RecordingJson[] {
  const mark = row.recording;
  if (mark === null) return [];
  const { mono, format } = accountOf(row.account);
  return Array.from({ length: mark.count }, (_, index) => ({
    id: index === 0 ? mark.id : `${mark.id}-${index + 1}`,
    provider_recording_id: row.provider === "twilio" ? `RE${hash(row.id + index).toString(16)}` : null,
    state: mark.state,
    reason: mark.reason,
    channels: mark.state === "ready" ? (mono ? 1 : 2) : null,
    duration_ms: row.duration_ms,
    format: mark.state === "ready" ? format : null,
    size_bytes: mark.state === "ready" ? Math.round((row.duration_ms ?? 0) * 32) : null,
    sha256: mark.state === "ready" ? hash(mark.id).toString(16).padStart(64, "0") : null,
    path: mark.state === "ready" ? `${row.account}/${row.started_at?.slice(0, 10)}/${row.provider_call_id}.${format}` : null,
    link_expires_at: mark.link_expires_at,
  }));
}

function callOf(row: CallRow, transcript: SegmentJson[] | null, recordings: RecordingJson[], seed: number): CallJson {
  const over = !isLive(row);
  const connected = row.status === "ended";
  return {
    id: row.id,
    account: row.account,
    provider: row.provider,
    provider_call_id: row.provider_call_id,
    status: row.status,
    direction: row.direction,
    from: row.from,
    to: row.to,
    agent: { id: `agent_${hash(row.agent ?? "").toString(16)}`, name: row.agent },
    started_at: row.started_at,
    answered_at: connected ? shift(row.started_at, 3100) : null,
    ended_at: row.ended_at,
    duration_ms: row.duration_ms,
    ended_reason: over ? endingOf(row, seed) : null,
    summary: over ? row.line : null,
    sentiment: row.sentiment,
    successful: row.successful,
    cost: row.cost === null ? null : { ...row.cost, parts: partsOf(row.cost.amount, seed) },
    latency: connected && ["retell", "vapi"].includes(row.provider) ? latencyOf(seed) : null,
    transcript,
    legs: row.provider === "twilio" && connected ? [legOf(row, seed)] : [],
    recordings,
    missing: row.missing,
  };
}

function partsOf(amount: string, seed: number): CostPartJson[] {
  const total = Number(amount);
  const voice = (total * 0.52).toFixed(5);
  const model = (total * 0.31).toFixed(5);
  // One call in nine has parts that do not add up, so that the warning can be seen.
  const rest = total - Number(voice) - Number(model) - (chance(seed, 43) < 0.11 ? 0.018 : 0);
  return [
    { name: "elevenlabs_tts", amount: voice },
    { name: "gpt_4_1", amount: model },
    { name: "telephony", amount: Math.max(0, rest).toFixed(5) },
  ];
}

function latencyOf(seed: number): CallJson["latency"] {
  const slow = chance(seed, 44) < 0.12 ? 5 : 1;
  const figures = (base: number, salt: number) => ({
    p50: base + between(0, 120, seed, salt),
    p90: Math.round(base * 1.35) + between(0, 200, seed, salt + 1),
    p95: (Math.round(base * 1.6) + between(0, 300, seed, salt + 2)) * slow,
    p99: chance(seed, salt) > 0.4 ? Math.round(base * 2.4) * slow : null,
  });
  return { e2e: figures(790, 51), llm: figures(430, 55), tts: figures(210, 59) };
}

function legOf(row: CallRow, seed: number): NonNullable<CallJson["legs"]>[number] {
  return {
    id: `CA${hash(`${row.id}leg`).toString(16)}`,
    status: "ended",
    direction: "outbound",
    from: row.to,
    to: "+15550100142",
    started_at: shift(row.started_at, 9000),
    ended_at: row.ended_at,
    duration_ms: Math.max(0, (row.duration_ms ?? 0) - 9000),
    cost: { amount: `0.0${between(10, 89, seed, 45)}`, currency: row.cost?.currency ?? "USD", provisional: true, parts: [] },
  };
}

function withTools(turns: SegmentJson[], row: CallRow, seed: number): SegmentJson[] {
  const place = Math.min(turns.length - 1, 4);
  const before = turns[place];
  if (before === undefined || row.direction === "meeting" || chance(seed, 47) < 0.35) return turns;
  const tool: SegmentJson = { speaker: "tool", start_ms: (before.start_ms ?? 0) - 200, end_ms: null, text: "find_free_slot → 3 results", words: [] };
  return [...turns.slice(0, place), tool, ...turns.slice(place)];
}

function shift(at: string | null, ms: number): string {
  return new Date((at === null ? Date.now() : Date.parse(at)) + ms).toISOString();
}

/** A number for a text. */
export function hash(text: string): number {
  let state = 2166136261;
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16777619);
  return state >>> 0;
}
