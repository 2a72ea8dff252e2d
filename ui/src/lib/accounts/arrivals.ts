// What came from an account since somebody began to watch. Pure.

import type { AccountJson, CallRow } from "$lib/host/bindings";

/** What is seen of an account while one waits for its first event. */
export interface Arrival {
  /** When its last webhook was taken in, Unix time in ms; `null` if none was since. */
  webhook: number | null;
  /** A call that the event belongs to. */
  call: CallRow | null;
}

/** What arrived from `id` since then. `rows` are the newest calls, in any order. */
export function arrivalOf(id: string, since: number, accounts: readonly Pick<AccountJson, "id" | "last_webhook_at">[], rows: readonly CallRow[]): Arrival {
  const at = Date.parse(accounts.find((account) => account.id === id)?.last_webhook_at ?? "");
  const call = rows.filter((row) => row.account === id).sort((a, b) => begun(b) - begun(a))[0] ?? null;
  return { webhook: Number.isFinite(at) && at >= since ? at : null, call };
}

function begun(row: CallRow): number {
  return Date.parse(row.started_at ?? row.ended_at ?? "") || 0;
}
