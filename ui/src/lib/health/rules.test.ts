import { expect, test } from "vitest";
import type { AccountRules, CheckRule } from "$lib/host/bindings";
import { groups } from "./rules";

const rule = (limit: string | null): CheckRule => ({ kind: "cost_gap", key: "cost_gap", limit, scope: null });

const account = (id: string, limit: string | null): AccountRules => ({
  account: id,
  rules: [rule(limit)],
  success_over: "20 calls",
  business_hours: "Mon-Sun 00:00-24:00",
  time_zone: "UTC",
});

test("accounts that are checked alike are shown together, others by themselves", () => {
  const accounts = [account("a", "0.01"), account("b", null), account("c", "0.01")];
  expect(groups({ file: "config.toml", accounts, written: [] })).toEqual([
    { accounts: ["a", "c"], rules: [rule("0.01")] },
    { accounts: ["b"], rules: [rule(null)] },
  ]);
});
