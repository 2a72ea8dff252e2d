// The accounts of the fake: one of every kind.

import type { CallRow } from "../bindings";
import { between, chance, pick } from "./chance";
import { GUESTS } from "./meetings";

/** An account, and what its calls are like. */
export interface FakeAccount {
  id: string;
  provider: string;
  /** The backend's name for the provider. */
  title: string;
  agents: readonly string[];
  currency: string;
  /** What its calls are about, by the names in `assets/speech` and `meetings.ts`. */
  conversations: readonly string[];
  /** Both sides on one channel. */
  mono: boolean;
  format: string;
  /** How a call's id looks. */
  call_id: (number: string) => string;
}

export const ACCOUNTS: readonly FakeAccount[] = [
  {
    id: "clinic-retell",
    provider: "retell",
    title: "Retell",
    agents: ["Riverside Clinic desk", "Appointment line"],
    currency: "USD",
    conversations: ["appointment-change", "clinic-intake", "prescription-refill", "wrong-number"],
    mono: false,
    format: "wav",
    call_id: (number) => `call_${number}`,
  },
  {
    id: "luigis-twilio",
    provider: "twilio",
    title: "Twilio",
    agents: ["Luigi's orders", "Table reservations"],
    currency: "USD",
    conversations: ["restaurant-order", "complaint", "opening-hours", "transfer-to-staff"],
    mono: false,
    format: "mp3",
    call_id: (number) => `CA${number}`,
  },
  {
    id: "praxis-telnyx",
    provider: "telnyx",
    title: "Telnyx",
    agents: ["Praxis am Park"],
    currency: "EUR",
    conversations: ["termin", "voicemail", "termin", "wrong-number"],
    mono: true,
    format: "mp3",
    call_id: (number) => `v3:${number}`,
  },
  {
    id: "dental-vapi",
    provider: "vapi",
    title: "Vapi",
    agents: ["Dental reception", "Recall reminders"],
    currency: "USD",
    conversations: ["appointment-change", "prescription-refill", "voicemail"],
    mono: false,
    format: "wav",
    call_id: (number) => `7c2e4f10-${number.slice(0, 4)}-4000-8000-${number.padStart(12, "0").slice(-12)}`,
  },
  {
    id: "team-recall",
    provider: "recall",
    title: "Recall.ai",
    agents: ["Notetaker"],
    currency: "USD",
    conversations: Object.keys(GUESTS),
    mono: true,
    format: "mp3",
    call_id: (number) => `b1a7d3c0-${number.slice(0, 4)}-4000-8000-${number.padStart(12, "0").slice(-12)}`,
  },
  {
    id: "garage-backend",
    provider: "custom",
    title: "Custom",
    agents: ["Garage hotline"],
    currency: "EUR",
    conversations: ["opening-hours", "transfer-to-staff", "complaint"],
    mono: false,
    format: "wav",
    call_id: (number) => `garage-${number}`,
  },
];

/** The account with this id. */
export function accountOf(id: string): FakeAccount {
  const found = ACCOUNTS.find((account) => account.id === id);
  if (found === undefined) throw new Error(`there is no account ${id} in the fake`);
  return found;
}

const PLATFORMS = ["Zoom", "Google Meet", "Microsoft Teams"];

/** Our own number. */
const OURS = "+15550100199";

/** Who takes part in a call: numbers, a visitor of a page, or people in a meeting. */
export function sidesOf(account: FakeAccount, conversation: string, seed: number): Pick<CallRow, "direction" | "from" | "to" | "agent"> {
  const agent = pick(account.agents, seed, 6);
  const guests = GUESTS[conversation];
  if (guests !== undefined) return { direction: "meeting", from: guests.join(", "), to: pick(PLATFORMS, seed, 26), agent };
  if (account.provider === "vapi" && chance(seed, 27) > 0.75) return { direction: "web", from: null, to: null, agent };
  const inbound = chance(seed, 4) > 0.28;
  return { direction: inbound ? "inbound" : "outbound", from: inbound ? number(seed) : OURS, to: inbound ? OURS : number(seed), agent };
}

/** A number that nobody has. */
function number(seed: number): string {
  return chance(seed, 21) > 0.2
    ? `+1555${between(200, 999, seed, 22)}${String(between(0, 9999, seed, 23)).padStart(4, "0")}`
    : `+4930${between(10, 99, seed, 24)}${between(100_000, 999_999, seed, 25)}`;
}
