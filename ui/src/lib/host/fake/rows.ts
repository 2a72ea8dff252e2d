// Calls out of nothing: the n-th call before now, always the same one for the same n.

import type { CallRow, RecordingMark } from "../bindings";
import { accountOf, ACCOUNTS, sidesOf } from "./accounts";
import { between, chance, pick } from "./chance";
import { conversations, type Conversation } from "./speech";

/** A state of a recording with its reason, and how often it occurs among a thousand calls. */
const STATES: [string, string | null, number][] = [
  ["ready", null, 905],
  ["failed", "incomplete", 14],
  ["failed", "provider_error", 8],
  ["expired", "link_expired", 9],
  ["withheld", "policy", 22],
  ["absent", "too_short", 24],
  ["absent", "silent", 10],
  ["expired", "retention", 4],
  ["deleted", "deleted_at_provider", 4],
];

/** Which conversation a call of an account had. */
export function conversationOf(account: string, seed: number): Conversation {
  const name = pick(accountOf(account).conversations, seed, 7);
  const found = conversations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no conversation ${name} in assets/speech`);
  return found;
}

/** The call with this number, begun at a moment; of a certain account if one is named. */
export function rowAt(seed: number, at: number, named?: string): CallRow {
  const account = named === undefined ? pick(ACCOUNTS, seed, 1) : accountOf(named);
  const conversation = conversationOf(account.id, seed);
  const sides = sidesOf(account, conversation.name, seed);
  const meeting = sides.direction === "meeting";
  const connected = chance(seed, 2) > 0.07;
  // Now and then somebody asks everything twice.
  const rounds = chance(seed, 3) > 0.75 && !meeting ? 2 : 1;
  const duration = connected ? conversation.duration_ms * rounds : null;
  const recording = connected ? mark(seed) : absent(seed);
  const lacksCost = chance(seed, 9) < 0.03 && !meeting;
  const missing = [
    ...(recording && ["failed", "expired"].includes(recording.state) ? ["recording"] : []),
    ...(connected && lacksCost ? ["cost"] : []),
  ];
  return {
    id: `01K${seed.toString(36).toUpperCase().padStart(10, "0")}`,
    rev: 1,
    account: account.id,
    provider: account.provider,
    provider_call_id: account.call_id(`${between(1e8, 9.9e8, seed, 5).toString(16)}${seed.toString(16)}`),
    status: connected ? "ended" : chance(seed, 12) > 0.2 ? "not_connected" : "failed",
    ...sides,
    started_at: iso(at),
    ended_at: iso(at + (duration ?? 22_000)),
    duration_ms: duration,
    // Meetings have no price of their own.
    cost: connected && !lacksCost && !meeting ? { amount: (between(1900, 48_000, seed, 8) / 100_000).toFixed(between(3, 5, seed, 10)), currency: account.currency, provisional: false, parts: [] } : null,
    line: connected ? conversation.summary : null,
    sentiment: connected ? conversation.sentiment.toLowerCase() || null : null,
    successful: connected ? conversation.successful : null,
    recording,
    has_transcript: connected,
    heard: chance(seed, 11) < 0.62,
    missing,
    stuck: null,
    snippet: null,
  };
}

function mark(seed: number): RecordingMark {
  let place = chance(seed, 13) * 1000;
  const found = STATES.find(([, , share]) => (place -= share) < 0) ?? STATES[0];
  const [state, reason] = found ?? ["ready", null];
  return { id: `rec-${seed}`, state, reason, count: chance(seed, 14) > 0.97 ? 2 : 1, link_expires_at: null };
}

function absent(seed: number): RecordingMark {
  return { id: `rec-${seed}`, state: "absent", reason: "not_connected", count: 1, link_expires_at: null };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
