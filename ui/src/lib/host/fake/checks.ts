// What is checked in the fake, and what its providers changed.

import type { AccountJson, ChecksJson, DriftJson } from "../bindings";

/** The rules of all accounts; one of them has its own. */
export function checksOf(accounts: AccountJson[]): ChecksJson {
  const rules = (success: string | null) => [
    { kind: "cost_gap", key: "cost_gap", limit: "0.01", scope: null },
    { kind: "latency_high", key: "latency_p95", limit: "5s", scope: null },
    { kind: "cost_high", key: "cost_per_call", limit: null, scope: null },
    { kind: "success_low", key: "success_rate", limit: success, scope: success === null ? null : "20 calls" },
    { kind: "quiet", key: "quiet_after", limit: "30m", scope: "Mon-Fri 08:00-18:00 (Europe/Berlin)" },
  ];
  return {
    file: "~/.config/ringback/config.toml",
    accounts: accounts.map((account, index) => ({ account: account.id, rules: rules(index === 0 ? "80%" : null), success_over: "20 calls", business_hours: "Mon-Fri 08:00-18:00", time_zone: "Europe/Berlin" })),
    written: [
      { account: null, key: "quiet_after", value: "30m" },
      { account: null, key: "business_hours", value: "Mon-Fri 08:00-18:00" },
      { account: null, key: "time_zone", value: "Europe/Berlin" },
      ...accounts.slice(0, 1).map((account) => ({ account: account.id, key: "success_rate", value: "80%" })),
    ],
  };
}

/** Changed fields, where the scene has trouble. */
export function driftOf(now: number, trouble: boolean): DriftJson[] {
  if (!trouble) return [];
  const since = (days: number) => new Date(now - days * 86_400_000).toISOString();
  return [
    { provider: "retell", title: "Retell AI", event: "call_ended", path: "call.handover", change: "new", since: since(1), seen: 14, before: [], after: ["object"] },
    { provider: "vapi", title: "Vapi", event: "end-of-call-report", path: "message.costBreakdown.total", change: "changed", since: since(3), seen: 6, before: ["number"], after: ["text"] },
    { provider: "twilio", title: "Twilio", event: "completed", path: "CallerName", change: "gone", since: since(9), seen: 41, before: ["text"], after: [] },
  ];
}
