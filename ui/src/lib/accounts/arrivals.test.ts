import { expect, test } from "vitest";
import { row } from "../testing/rows";
import { arrivalOf } from "./arrivals";

const since = Date.parse("2026-03-01T10:00:00Z");

test("what came before somebody watched is no news", () => {
  const accounts = [{ id: "clinic", last_webhook_at: "2026-03-01T09:59:59Z" }, { id: "other", last_webhook_at: "2026-03-01T10:00:05Z" }];
  expect(arrivalOf("clinic", since, accounts, [])).toEqual({ webhook: null, call: null });
});

test("an event that arrives is seen with its moment and its newest call", () => {
  const accounts = [{ id: "clinic", last_webhook_at: "2026-03-01T10:00:05Z" }];
  const rows = [
    row({ id: "a", account: "clinic", started_at: "2026-03-01T10:00:01Z" }),
    row({ id: "b", account: "clinic", started_at: "2026-03-01T10:00:04Z" }),
    row({ id: "c", account: "other", started_at: "2026-03-01T10:00:06Z" }),
  ];
  expect(arrivalOf("clinic", since, accounts, rows)).toMatchObject({ webhook: since + 5000, call: { id: "b" } });
});
