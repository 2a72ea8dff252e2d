// Agents' calls that go over a carrier's call, in two accounts.

import type { CallRow, ConversationCall, ConversationJson } from "../bindings";
import { addDecimals } from "../../calls/money";
import { between } from "./chance";
import { hash, recordingsOf } from "./detail";
import type { World } from "./world";

/** The account of the carrier. */
const CARRIER = "luigis-twilio";

/** The call with everything, which pictures show. */
const SHOWN = "01K0000000001";

/** What the id of a carrier's call begins with; the agent's call follows. */
const MARK = "carrier-";

/** Whether an agent's call went over a carrier that is configured here, too. */
function hasCarrier(row: CallRow): boolean {
  return ["retell", "vapi"].includes(row.provider) && row.status === "ended" && row.direction !== "web" && (row.id === SHOWN || hash(row.id) % 3 === 0);
}

/** The agent's call of a carrier's call. */
export function wholeOf(id: string): string | null {
  return id.startsWith(MARK) ? id.slice(MARK.length) : null;
}

/** The carrier's call below an agent's call. */
export function carrierOf(row: CallRow): CallRow {
  const seed = hash(row.id);
  return {
    ...row,
    id: MARK + row.id,
    account: CARRIER,
    provider: "twilio",
    provider_call_id: `CA${seed.toString(16).padStart(8, "0").repeat(4)}`,
    part_of: row.id,
    agent: null,
    duration_ms: row.duration_ms === null ? null : row.duration_ms + between(900, 4200, seed, 61),
    cost: { amount: `0.0${between(10, 89, seed, 62)}`, currency: row.cost?.currency ?? "USD", provisional: false, parts: [] },
    line: null,
    recording: row.recording === null ? null : { ...row.recording, id: `${MARK}${row.recording.id}`, count: 1 },
    has_transcript: false,
    sentiment: null,
    successful: null,
    missing: [],
  };
}

/** The conversation that a call is, or is part of. */
export function conversationOf(world: World, row: CallRow): ConversationJson {
  const whole = row.part_of === null ? row : (world.find(row.part_of) ?? row);
  const rows = hasCarrier(whole) ? [whole, carrierOf(whole)] : [whole];
  const costs = rows.flatMap(({ account, cost }) => (cost === null ? [] : [{ name: account, amount: cost.amount }]));
  const carrier = rows[1]?.duration_ms ?? null;
  const billed = whole.duration_ms;
  const audible = whole.recording?.state === "ready" && billed !== null ? Math.round(billed * 0.71) : null;
  const apart = (one: number | null, other: number | null) => (one === null || other === null ? null : one - other);
  return {
    calls: rows.map(inShort),
    recordings: rows.flatMap((one) => recordingsOf(one).map((recording) => ({ call: one.id, account: one.account, ...recording }))),
    cost: costs.length === 0 ? null : { amount: addDecimals(costs.map((part) => part.amount)) ?? "0", currency: whole.cost?.currency ?? "USD", provisional: false, parts: costs },
    seconds: {
      billed_ms: billed,
      carrier_ms: carrier,
      audible_ms: audible,
      billed_minus_carrier_ms: apart(billed, carrier),
      billed_minus_audible_ms: apart(billed, audible),
      carrier_minus_audible_ms: apart(carrier, audible),
    },
  };
}

function inShort(row: CallRow): ConversationCall {
  return {
    id: row.id,
    account: row.account,
    provider: row.provider,
    provider_call_id: row.provider_call_id,
    role: row.part_of === null ? "call" : "carrier",
    status: row.status,
    started_at: row.started_at,
    duration_ms: row.duration_ms,
    cost: row.cost,
  };
}
