// The rules by which an account's calls are checked, as boxes to fill in. Pure.

import type { ChecksJson } from "$lib/host/bindings";

/** The keys in the order of the documentation. */
const KEYS = ["cost_gap", "latency_p95", "cost_per_call", "success_rate", "success_over", "quiet_after", "business_hours", "time_zone"] as const;
export type RuleKey = (typeof KEYS)[number];

/** A rule of an account. */
export interface RuleBox {
  key: RuleKey;
  /** What the file says for this account alone; empty if nothing. */
  own: string;
  /** What counts without that; `off` is never. Empty where it is not known, because the own one hides it. */
  usual: string;
}

/** The boxes for an account. */
export function boxesOf(checks: ChecksJson, account: string): RuleBox[] {
  const found = checks.accounts.find((one) => one.account === account);
  if (found === undefined) return [];
  const written = (of: string | null, key: string) => checks.written.find((one) => one.account === of && one.key === key)?.value;
  const inForce = (key: RuleKey): string => {
    if (key === "success_over" || key === "business_hours" || key === "time_zone") return found[key];
    return found.rules.find((rule) => rule.key === key)?.limit ?? "off";
  };
  return KEYS.map((key) => {
    const own = written(account, key);
    return { key, own: own ?? "", usual: own === undefined ? inForce(key) : (written(null, key) ?? "") };
  });
}

/** What was changed, as it goes to the other side: an emptied box leaves it to what counts for all. */
export function ruleChanges(boxes: readonly RuleBox[], edits: Readonly<Partial<Record<RuleKey, string>>>): Record<string, string | null> {
  const changed: Record<string, string | null> = {};
  for (const { key, own } of boxes) {
    const text = edits[key]?.trim();
    if (text !== undefined && text !== own) changed[key] = text === "" ? null : text;
  }
  return changed;
}
