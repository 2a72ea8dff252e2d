import { expect, test } from "vitest";
import type { ChecksJson } from "$lib/host/bindings";
import { boxesOf, ruleChanges } from "./rules";

const CHECKS: ChecksJson = {
  file: "config.toml",
  accounts: [
    {
      account: "clinic",
      rules: [
        { kind: "cost_gap", key: "cost_gap", limit: "0.01", scope: null },
        { kind: "success_low", key: "success_rate", limit: "80%", scope: "20 calls" },
        { kind: "cost_high", key: "cost_per_call", limit: null, scope: null },
      ],
      success_over: "20 calls",
      business_hours: "Mon-Fri 08:00-18:00",
      time_zone: "Europe/Berlin",
    },
  ],
  written: [
    { account: null, key: "success_rate", value: "70%" },
    { account: "clinic", key: "success_rate", value: "80%" },
    { account: null, key: "time_zone", value: "Europe/Berlin" },
  ],
};

test("a box holds what is the account's own, and shows what counts without it", () => {
  const boxes = boxesOf(CHECKS, "clinic");
  const box = (key: string) => boxes.find((one) => one.key === key);
  expect(box("success_rate")).toEqual({ key: "success_rate", own: "80%", usual: "70%" });
  expect(box("time_zone"), "what holds for all is not the account's own").toEqual({ key: "time_zone", own: "", usual: "Europe/Berlin" });
  expect(box("cost_per_call")).toEqual({ key: "cost_per_call", own: "", usual: "off" });
  expect(boxesOf(CHECKS, "nobody")).toEqual([]);
});

test("an emptied box gives the rule back to what holds for all; what is as before is not sent", () => {
  const boxes = boxesOf(CHECKS, "clinic");
  expect(ruleChanges(boxes, { success_rate: " ", cost_gap: "0.05", time_zone: "" })).toEqual({ success_rate: null, cost_gap: "0.05" });
  expect(ruleChanges(boxes, { success_rate: "80%" })).toEqual({});
});
