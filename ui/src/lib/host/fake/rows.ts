// Calls out of nothing: the n-th call before now, always the same one for the same n.

import type { CallRow, RecordingMark } from "../bindings";
import { between, chance, pick } from "./chance";
import { conversations, type Conversation } from "./speech";

/** The accounts of the fake. */
export const ACCOUNTS = [
  {
    id: "clinic-retell",
    provider: "retell",
    title: "Retell",
    agents: ["Riverside Clinic desk", "Appointment line"],
    currency: "USD",
    conversations: ["appointment-change", "clinic-intake", "prescription-refill", "wrong-number"],
  },
  {
    id: "luigis-twilio",
    provider: "twilio",
    title: "Twilio",
    agents: ["Luigi's orders", "Table reservations"],
    currency: "USD",
    conversations: ["restaurant-order", "complaint", "opening-hours", "transfer-to-staff"],
  },
  {
    id: "praxis-telnyx",
    provider: "telnyx",
    title: "Telnyx",
    agents: ["Praxis am Park"],
    currency: "EUR",
    conversations: ["termin", "voicemail", "termin", "wrong-number"],
  },
] as const;

/** A state of a recording with its reason, and how often it occurs among a thousand calls. */
const STATES: [string, string | null, number][] = [
  ["ready", null, 905],
  ["failed", "incomplete", 14],
  ["failed", "provider_error", 8],
  ["expired", "link_expired", 9],
  ["withheld", "policy", 22],
  ["absent", "too_short", 24],
  ["absent", "silent", 10],
  ["deleted", "retention", 8],
];

/** Which conversation a call of an account had. */
export function conversationOf(account: string, seed: number): Conversation {
  const names = ACCOUNTS.find((one) => one.id === account)?.conversations ?? [];
  const name = pick<string>(names, seed, 7);
  const found = conversations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no conversation ${name} in assets/speech`);
  return found;
}

/** The call with this number, `ago` ms before `now`. */
export function rowAt(seed: number, at: number): CallRow {
  const account = pick(ACCOUNTS, seed, 1);
  const conversation = conversationOf(account.id, seed);
  const connected = chance(seed, 2) > 0.07;
  // Now and then somebody asks everything twice.
  const rounds = chance(seed, 3) > 0.75 ? 2 : 1;
  const duration = connected ? conversation.duration_ms * rounds : null;
  const inbound = chance(seed, 4) > 0.28;
  const recording = connected ? mark(seed) : absent(seed);
  const lacksCost = chance(seed, 9) < 0.03;
  const missing = [
    ...(recording && ["failed", "expired"].includes(recording.state) ? ["recording"] : []),
    ...(connected && lacksCost ? ["cost"] : []),
  ];
  return {
    id: `01K${seed.toString(36).toUpperCase().padStart(10, "0")}`,
    rev: 1,
    account: account.id,
    provider: account.provider,
    provider_call_id: `${account.provider === "twilio" ? "CA" : "call_"}${between(1e8, 9.9e8, seed, 5).toString(16)}${seed.toString(16)}`,
    status: connected ? "ended" : chance(seed, 12) > 0.2 ? "not_connected" : "failed",
    direction: inbound ? "inbound" : "outbound",
    from: inbound ? number(seed) : "+15550100199",
    to: inbound ? "+15550100199" : number(seed),
    agent: pick<string>(account.agents, seed, 6),
    started_at: iso(at),
    ended_at: iso(at + (duration ?? 22_000)),
    duration_ms: duration,
    cost: connected && !lacksCost ? { amount: (between(1900, 48_000, seed, 8) / 100_000).toFixed(between(3, 5, seed, 10)), currency: account.currency, provisional: false, parts: [] } : null,
    line: connected ? conversation.summary : null,
    sentiment: connected ? conversation.sentiment.toLowerCase() : null,
    successful: connected ? conversation.successful : null,
    recording,
    has_transcript: connected,
    heard: chance(seed, 11) < 0.62,
    missing,
    snippet: null,
  };
}

/** A number that nobody has. */
export function number(seed: number): string {
  return chance(seed, 21) > 0.2
    ? `+1555${between(200, 999, seed, 22)}${String(between(0, 9999, seed, 23)).padStart(4, "0")}`
    : `+4930${between(10, 99, seed, 24)}${between(100_000, 999_999, seed, 25)}`;
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
