// Which findings of the doctor stand in the list. What is wrong with an account stands on its card,
// where there is room for what to do. Pure.

import type { AccountJson, Check, Finding, Health } from "$lib/host/bindings";

/** What an account's card has words for. */
const ON_CARD: ReadonlySet<Finding["code"]> = new Set(["secret_missing", "poll_failed", "webhooks_refused", "last_webhook", "no_webhook_yet", "nothing_yet"]);

/** The findings that no card tells. */
export function ownLines({ checks, accounts }: { checks: Health["checks"]; accounts: Pick<AccountJson, "id">[] }): Check[] {
  const cards = new Set(accounts.map((account) => `account:${account.id}`));
  return checks.filter((check) => !cards.has(check.subject) || !ON_CARD.has(check.finding.code));
}
