// Which findings of the doctor stand in the list. What is wrong with an account stands on its card,
// where there is room for what to do. Pure.

import type { AccountJson, Check, Health } from "$lib/host/bindings";

/** The findings that no card tells. Of an account with more findings than its card has words for, all that are not well. */
export function ownLines({ checks, accounts }: Pick<Health, "checks" | "accounts">): Check[] {
  const told = new Map(accounts.map((account) => [`account:${account.id}`, onCard(account)]));
  return checks.filter((check) => {
    const room = told.get(check.subject);
    if (room === undefined) return true;
    const wrong = checks.filter((other) => other.subject === check.subject && other.state !== "ok");
    return check.state !== "ok" && wrong.length > room;
  });
}

/** How many findings a card has words for: missing secrets, refused webhooks, a poll that failed. */
function onCard(account: AccountJson): number {
  return account.missing_secrets.length + (account.refused > 0 ? 1 : 0) + (account.last_poll_error === null ? 0 : 1);
}
