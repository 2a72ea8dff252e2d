import { expect, test } from "vitest";
import type { AccountJson, Check } from "$lib/host/bindings";
import { ownLines } from "./lines";

const check = (subject: string, state: string, message = ""): Check => ({ subject, state, message, hint: null });

function account(part: Partial<AccountJson>): AccountJson {
  return { id: "clinic", provider: "retell", title: "Retell", paused: false, webhook_url: null, missing_secrets: [], last_webhook_at: null, last_poll_at: null, last_poll_error: null, refused: 0, last_refusal: null, calls: 0, ...part };
}

test("what an account's card tells is not told twice", () => {
  const checks = [check("disk", "ok"), check("account:clinic", "problem", "API_KEY is not set")];
  expect(ownLines({ checks, accounts: [account({ missing_secrets: ["API_KEY"] })] })).toEqual([checks[0]]);
});

test("a finding that no card has words for is never hidden", () => {
  const checks = [check("account:clinic", "problem", "API_KEY is not set"), check("account:clinic", "warning", "the provider switched the endpoint off")];
  expect(ownLines({ checks, accounts: [account({ missing_secrets: ["API_KEY"] })] })).toEqual(checks);
  expect(ownLines({ checks, accounts: [] }), "nor that of an account without a card").toEqual(checks);
});

test("several findings of one account may stand in the list", () => {
  const checks = [check("account:old", "problem", "a"), check("account:old", "problem", "b")];
  expect(ownLines({ checks, accounts: [account({})] })).toHaveLength(2);
});
