import { expect, test } from "vitest";
import type { CheckRule } from "$lib/host/bindings";
import { groups } from "./rules";

const rule = (limit: string | null): CheckRule => ({ kind: "cost_gap", key: "cost_gap", limit, scope: null });

test("accounts that are checked alike are shown together, others by themselves", () => {
  const accounts = [
    { account: "a", rules: [rule("0.01")] },
    { account: "b", rules: [rule(null)] },
    { account: "c", rules: [rule("0.01")] },
  ];
  expect(groups({ file: "config.toml", accounts })).toEqual([
    { accounts: ["a", "c"], rules: [rule("0.01")] },
    { accounts: ["b"], rules: [rule(null)] },
  ]);
});
