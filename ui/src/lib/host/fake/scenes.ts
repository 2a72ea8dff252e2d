// The recorded scenes. Each says how many calls there are, whether the day goes on, and what is
// out of order.

import type { AlertJson, CallRow } from "../bindings";
import { accountOf, sidesOf } from "./accounts";
import { GUESTS } from "./meetings";
import { rowAt } from "./rows";
import { conversations } from "./speech";
import type { KeysScene } from "./setup";
import type { World } from "./world";

/** A scene by its ingredients. */
export interface Scene {
  /** Calls before today. */
  history: number;
  /** Calls that are going on when the window opens. */
  live: number;
  /** Whether calls come and go. */
  goes_on: boolean;
  accounts: boolean;
  demo: boolean;
  /** Something is wrong with accounts and the disk's queue. */
  trouble: boolean;
  /** One call for every state that a recording can have. */
  every_state: boolean;
  /** Nothing is answered. */
  silent: boolean;
  /** Where keys lie. */
  keys: KeysScene;
  /** `config.toml` was edited by hand and does not fit. */
  broken: boolean;
  /** How often something happens while the day goes on, in ms. */
  tick_ms: number;
}

const DAY: Scene = { history: 640, live: 5, goes_on: true, accounts: true, demo: false, trouble: false, every_state: true, silent: false, keys: "system", broken: false, tick_ms: 1000 };

/** Scenes by the name in the address. */
export const SCENES: Record<string, Scene> = {
  day: DAY,
  still: { ...DAY, goes_on: false },
  demo: { ...DAY, demo: true },
  empty: { ...DAY, history: 0, live: 0, goes_on: false, every_state: false },
  first: { ...DAY, history: 0, live: 0, goes_on: false, every_state: false, accounts: false },
  many: { ...DAY, history: 100_000, goes_on: false },
  million: { ...DAY, history: 1_000_000, goes_on: false },
  busy: { ...DAY, live: 24 },
  talk: { ...DAY, live: 1, tick_ms: 200 },
  trouble: { ...DAY, trouble: true, goes_on: false },
  locked: { ...DAY, goes_on: false, keys: "locked" },
  shut: { ...DAY, goes_on: false, keys: "shut" },
  keyless: { ...DAY, goes_on: false, keys: "none" },
  broken: { ...DAY, goes_on: false, broken: true },
  silent: { ...DAY, silent: true, goes_on: false },
};

/** States with their reasons, and the account in which each is at home. The last code is one that no window knows. */
const STATES: [string, string | null, string][] = [
  ["expected", "processing", "clinic-retell"],
  ["available", "queued", "dental-vapi"],
  ["available", "network", "luigis-twilio"],
  ["downloading", null, "team-recall"],
  ["failed", "incomplete", "clinic-retell"],
  ["expired", "link_expired", "luigis-twilio"],
  ["withheld", "policy", "clinic-retell"],
  ["withheld", "external_storage", "praxis-telnyx"],
  ["withheld", "foreign_host", "garage-backend"],
  ["expired", "retention", "team-recall"],
  ["absent", "too_short", "luigis-twilio"],
  ["absent", "silent", "luigis-twilio"],
  ["absent", "not_recorded", "dental-vapi"],
  ["deleted", "deleted_at_provider", "dental-vapi"],
  ["failed", "quarantined_by_dlp", "garage-backend"],
];

/** The call whose end only its provider has a word for. */
export const STRANGE_END = "strange-end";

/** Adds a call for every state a recording can have; their ids are `state-<state>-<reason>`. */
export function addEveryState(world: World, now: number): void {
  STATES.forEach(([state, reason, account], index) => {
    const row = rowAt(5000 + index, now - (index + 1) * 7 * 60_000 - 90_000, account);
    world.add(settled(row, state, reason, now));
  });
  Object.keys(GUESTS).forEach((name, index) => world.add(met(name, index, now)));
  world.add({ ...settled(rowAt(5200, now - 33 * 60_000, "dental-vapi"), "ready", null, now), id: STRANGE_END });
  // Ordinary calls in between, as on any day.
  for (let step = 0; step < 14; step += 1) world.add(rowAt(6000 + step, now - (step * 7 + 4) * 60_000));
  const bare = rowAt(5100, now - 107 * 60_000, "clinic-retell");
  world.add({ ...settled(bare, "ready", null, now), id: "state-none", recording: null, missing: ["recording"] });
  world.head.sort((a, b) => (a.started_at! < b.started_at! ? 1 : -1));
}

/** A finished meeting; its id is the name of its conversation. */
function met(name: string, index: number, now: number): CallRow {
  const conversation = conversations.find((one) => one.name === name);
  const account = accountOf("team-recall");
  const row = rowAt(5300 + index, now - (index * 24 + 13) * 60_000, account.id);
  return {
    ...settled(row, "ready", null, now),
    ...sidesOf(account, name, 5300 + index),
    id: name,
    line: conversation?.summary ?? null,
    duration_ms: conversation?.duration_ms ?? null,
    cost: null,
    sentiment: null,
    successful: null,
    recording: { id: `rec-${name}`, state: "ready", reason: null, count: 1, link_expires_at: null },
  };
}

function settled(row: CallRow, state: string, reason: string | null, now: number): CallRow {
  return {
    ...row,
    id: `state-${state}-${reason ?? "none"}`,
    status: "ended",
    heard: false,
    has_transcript: reason !== "silent",
    duration_ms: row.duration_ms ?? 31_000,
    line: row.line ?? "A caller asked when the kitchen closes. The agent answered and offered a table for tomorrow.",
    missing: state === "failed" || state === "expired" ? ["recording"] : [],
    cost: row.cost ?? (row.direction === "meeting" ? null : { amount: "0.0418", currency: "USD", provisional: true, parts: [] }),
    recording: {
      id: `rec-${state}-${reason}`,
      state,
      reason,
      count: 1,
      link_expires_at: state === "available" ? new Date(now + 8 * 60_000 + 12_000).toISOString() : null,
    },
  };
}

/** The alerts of a scene. */
export function alertsOf(scene: Scene, now: number): AlertJson[] {
  if (!scene.every_state) return [];
  const alert = (id: string, kind: string, subject: string, call: string | null, params: Record<string, string>, minutes: number): AlertJson => ({
    id,
    kind,
    subject,
    call,
    params,
    raised_at: new Date(now - minutes * 60_000).toISOString(),
    acknowledged_at: null,
    resolved_at: null,
  });
  return [
    alert("a1", "recording_failed", "state-failed-incomplete", "state-failed-incomplete", { reason: "incomplete", account: "clinic-retell" }, 41),
    ...(scene.trouble
      ? [
          alert("a2", "poll_failed", "luigis-twilio", null, {}, 3),
          alert("a9", "digest", "2026-03-01T07:00:00Z", null, {
            since: new Date(now - 540 * 60_000).toISOString(),
            until: new Date(now - 60 * 60_000).toISOString(),
            calls: "214",
            recordings: "211",
            holes: "3",
          }, 58),
          alert("a4", "key_refused", "team-recall", null, {}, 16),
          alert("a6", "latency_high", "01K0000000001", "01K0000000001", { p95_ms: "6240", limit_ms: "5000", account: "clinic-retell" }, 25),
          alert("a7", "success_low", "clinic-retell", null, { rate: "62.5%", limit: "80%", count: "20" }, 47),
          alert("a8", "quiet", "luigis-twilio", null, { minutes: "30" }, 12),
          alert("a5", "recording_failed", "state-failed-quarantined_by_dlp", "state-failed-quarantined_by_dlp", { reason: "quarantined_by_dlp", account: "garage-backend" }, 55),
        ]
      : []),
    { ...alert("a3", "cost_gap", "01K0000000003", "01K0000000003", { gap: "0.018", currency: "USD", account: "clinic-retell" }, 190), acknowledged_at: new Date(now - 100 * 60_000).toISOString() },
  ];
}
