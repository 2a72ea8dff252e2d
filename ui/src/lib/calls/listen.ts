// Listening from a list: the call under the cursor is heard at once; if something was searched for,
// from the word that was found.

import type { CallRow } from "$lib/host/bindings";
import type { App } from "$lib/stores/app.svelte";
import { isPlayable } from "./recording";

/** How much is heard before a word that was found, so that it is understood. */
const BEFORE_HIT_MS = 700;

/** Plays a row's recording, or plays and pauses it if it is loaded. False if there is none to play. */
export function playRow(app: App, row: CallRow, search?: string): boolean {
  const recording = row.recording;
  if (recording === null || !isPlayable(recording)) return false;
  if (app.player.holds(recording.id)) void app.player.toggle();
  else void startAt(app, row, recording.id, search);
  return true;
}

async function startAt(app: App, row: CallRow, recording: string, search?: string): Promise<void> {
  const at = search ? await firstHit(app, row.id, search) : 0;
  const refused = await app.player.open(recording, at, true);
  // No player stands beside a row that could say it.
  if (refused !== null) app.notices.bad(refused);
}

async function firstHit(app: App, id: string, text: string): Promise<number> {
  try {
    const hits = await app.host.rpc("calls.hits", { id, text });
    return Math.max(0, (hits.find((hit) => hit.start_ms !== null)?.start_ms ?? 0) - BEFORE_HIT_MS);
  } catch {
    // The call is worth hearing even if the place was not found.
    return 0;
  }
}
