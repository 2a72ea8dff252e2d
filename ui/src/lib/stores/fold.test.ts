import { expect, test } from "vitest";
import { row } from "../testing/rows";
import { foldBoard, matches, newer, newestFirst, shown } from "./fold";

test("a row is never replaced by one with an older revision", () => {
  const known = row({ rev: 7, status: "ended" });
  expect(newer(known, row({ rev: 6, status: "ongoing" }))).toBe(known);
  expect(newer(known, row({ rev: 7, status: "ongoing" }))).toBe(known);
  expect(newer(known, row({ rev: 8, status: "failed" })).status).toBe("failed");
});

test("what was searched for stays in sight when news of the call arrives", () => {
  const found = row({ rev: 1, snippet: "the \u0001invoice\u0002" });
  expect(newer(found, row({ rev: 2, heard: true }))).toMatchObject({ heard: true, snippet: "the \u0001invoice\u0002" });
});

test("a call leaves the board the moment it ends, and late news do not bring it back", () => {
  const ringing = foldBoard(new Map(), [row({ id: "a", rev: 1, status: "ringing" })]);
  expect([...ringing.keys()]).toEqual(["a"]);
  const over = foldBoard(ringing, [row({ id: "a", rev: 3, status: "ended" })]);
  expect(over.size).toBe(0);
});

test("on the board an older 'ongoing' does not overwrite what is known", () => {
  const board = foldBoard(new Map(), [row({ id: "a", rev: 5, status: "ongoing", line: "new" })]);
  expect(foldBoard(board, [row({ id: "a", rev: 4, status: "ended", line: "old" })]).get("a")?.line).toBe("new");
});

test("on the board a carrier's call is shown under the one above it, and by itself once that has ended", () => {
  const part = row({ id: "a", rev: 2, status: "ongoing", part_of: "b" });
  const both = foldBoard(new Map(), [part, row({ id: "b", rev: 1, status: "ongoing" })]);
  expect(shown(both).map((one) => one.id)).toEqual(["b"]);
  const over = foldBoard(both, [row({ id: "b", rev: 2, status: "ended" })]);
  expect(shown(over).map((one) => one.id)).toEqual(["a"]);
});

test("a carrier's call is no row of the list of all accounts; of a search only the other side knows", () => {
  const part = row({ id: "a", status: "ongoing", part_of: "b" });
  expect(matches({}, part)).toBe(false);
  expect(matches({ account: "clinic" }, part)).toBe(true);
  expect(matches({ search: "CA1" }, part)).toBeNull();
  expect(matches({ status: ["ongoing"] }, part)).toBeNull();
});

test("the newest call comes first, and one without a time before all others", () => {
  const rows = [row({ id: "old", started_at: "2026-03-01T10:00:00Z" }), row({ id: "none", started_at: null }), row({ id: "new", started_at: "2026-03-01T11:00:00Z" })];
  expect(rows.sort(newestFirst).map((one) => one.id)).toEqual(["none", "new", "old"]);
});

test("a row is matched against every filter that can be told from it", () => {
  const call = row({ account: "clinic", status: "ended", direction: "inbound", missing: ["cost"], started_at: "2026-03-01T10:00:00Z" });
  expect(matches({}, call)).toBe(true);
  expect(matches({ account: "bistro" }, call)).toBe(false);
  expect(matches({ status: ["failed"] }, call)).toBe(false);
  expect(matches({ missing: true, direction: "inbound" }, call)).toBe(true);
  expect(matches({ since: "2026-03-01T10:00:00Z", until: "2026-03-01T10:00:01Z" }, call)).toBe(true);
  expect(matches({ until: "2026-03-01T10:00:00Z" }, call)).toBe(false);
  expect(matches({ recording: ["ready"] }, call)).toBe(true);
});

test("whether a call answers a search cannot be told here", () => {
  expect(matches({ search: "invoice" }, row({}))).toBeNull();
  expect(matches({ search: "invoice", account: "other" }, row({})), "a filter that excludes it decides").toBe(false);
});
