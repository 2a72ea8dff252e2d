// The rules of all accounts: those that are checked alike are shown once.

import type { CheckRule, ChecksJson } from "$lib/host/bindings";

/** Accounts with the same rules. */
export interface RuleGroup {
  accounts: string[];
  rules: CheckRule[];
}

/** The accounts by their rules, in the order of the configuration. */
export function groups(checks: ChecksJson): RuleGroup[] {
  const byRules = new Map<string, RuleGroup>();
  for (const { account, rules } of checks.accounts) {
    const key = JSON.stringify(rules);
    const known = byRules.get(key);
    if (known) known.accounts.push(account);
    else byRules.set(key, { accounts: [account], rules });
  }
  return [...byRules.values()];
}
