// Rows for tests: an ordinary call with something changed.

import type { CallRow, PlayerState } from "$lib/host/bindings";

/** An ended call with a recording, except for what is given. */
export function row(part: Partial<CallRow>): CallRow {
  return {
    id: "01K0",
    rev: 1,
    account: "clinic",
    provider: "retell",
    provider_call_id: "call_1",
    part_of: null,
    status: "ended",
    direction: "inbound",
    from: "+15550100",
    to: "+15550199",
    agent: "Desk",
    started_at: "2026-03-01T10:00:00.000Z",
    ended_at: "2026-03-01T10:01:00.000Z",
    duration_ms: 60_000,
    cost: null,
    line: null,
    sentiment: null,
    successful: null,
    recording: { id: "rec", state: "ready", reason: null, count: 1, link_expires_at: null },
    has_transcript: true,
    heard: false,
    missing: [],
    stuck: null,
    snippet: null,
    ...part,
  };
}

/** A paused player, except for what is given. */
export function playerState(part: Partial<PlayerState>): PlayerState {
  return {
    load: 1,
    recording: "rec",
    call: "01K0",
    phase: "paused",
    wants_play: part.phase === "playing",
    error: null,
    position_ms: 0,
    at: 1000,
    rate: 0,
    duration_ms: 60_000,
    volume: 1,
    speed: 1,
    skip_silence: false,
    caller_only: false,
    device: true,
    ...part,
  };
}
