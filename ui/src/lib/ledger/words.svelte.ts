// What the ledger says in words.

import type { AccountLedgerJson, LedgerSums } from "$lib/host/bindings";
import { say, t, tOr } from "$lib/i18n/words.svelte";

/** The things of a call, in the order in which they are shown. */
export const THINGS = ["record", "recording", "transcript", "analysis", "cost"] as const;

/** A thing's name. */
export function thingWord(thing: string): string {
  return tOr("thing", thing);
}

/** Why something is not here. */
export function holeWords(reason: string): string {
  return tOr("hole", reason);
}

/** A UTC day, with its weekday. Noon, so that it keeps its date in most time zones. */
export function dayWords(day: string, now: number): string {
  return say.weekday(Date.parse(`${day}T12:00:00Z`), now);
}

/** Up to when the account is complete, as a sentence. */
export function verdict(account: AccountLedgerJson, now: number): string {
  if (!account.has_api) return t("ledger.no_api");
  if (account.complete_through === null) return t("ledger.not_walked");
  return t("ledger.complete_through", { time: say.moment(Date.parse(account.complete_through), now) });
}

/** The numbers of a day in a line. */
export function sumWords(sums: LedgerSums): string {
  const parts = [t("ledger.held_of", { held: sums.held, expected: sums.expected })];
  if (sums.excused > 0) parts.push(t("ledger.excused", { count: sums.excused }));
  if (sums.open > 0) parts.push(t("ledger.open", { count: sums.open }));
  return parts.join(", ");
}
