import { expect, test } from "vitest";
import type { Check, Finding } from "$lib/host/bindings";
import { ownLines } from "./lines";

const check = (subject: string, finding: Finding): Check => ({ subject, state: "problem", finding, message: "", hint: null, remedy: null });
const missing: Finding = { code: "secret_missing", account: "clinic", secret: "API_KEY", variable: "RINGBACK_CLINIC_API_KEY" };

test("what an account's card tells is not told twice", () => {
  const disk = check("disk", { code: "database_readable" });
  expect(ownLines({ checks: [disk, check("account:clinic", missing)], accounts: [{ id: "clinic" }] })).toEqual([disk]);
});

test("a finding that no card has words for is never hidden", () => {
  const undeletable = check("account:clinic", { code: "cannot_delete", why: "it deletes whole calls" });
  expect(ownLines({ checks: [check("account:clinic", missing), undeletable], accounts: [{ id: "clinic" }] })).toEqual([undeletable]);
  const lines = [check("account:clinic", missing)];
  expect(ownLines({ checks: lines, accounts: [] }), "nor that of an account without a card").toEqual(lines);
});
