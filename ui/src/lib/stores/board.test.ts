import { expect, test } from "vitest";
import { SlowHost } from "../testing/host";
import { row } from "../testing/rows";
import { Board } from "./board.svelte";

async function loaded(live: ReturnType<typeof row>[]): Promise<Board> {
  const host = new SlowHost();
  const board = new Board(host);
  const loading = board.load();
  await host.last("live.list").answer(live);
  await host.last("calls.page").answer({ total: 0, exact: true, rows: [] });
  await loading;
  return board;
}

test("a call that ends leaves the board at once and heads the strip of ended calls", async () => {
  const board = await loaded([row({ id: "a", status: "ongoing" }), row({ id: "b", status: "ringing" })]);
  board.fold([row({ id: "a", rev: 2, status: "ended" })]);
  expect(board.live.map((one) => one.id)).toEqual(["b"]);
  expect(board.recent.map((one) => one.id)).toEqual(["a"]);
});

test("the strip follows its calls until their recordings are ready", async () => {
  const board = await loaded([row({ id: "a", status: "ongoing" })]);
  board.fold([row({ id: "a", rev: 2, recording: { id: "r", state: "expected", reason: "processing", count: 1, link_expires_at: null } })]);
  board.fold([row({ id: "a", rev: 3, recording: { id: "r", state: "ready", reason: null, count: 1, link_expires_at: null } })]);
  expect(board.recent[0]?.recording?.state).toBe("ready");
});

test("an old call that changes does not appear among those that have just ended", async () => {
  const board = await loaded([]);
  board.fold([row({ id: "old", rev: 4, cost: null })]);
  expect(board.recent).toEqual([]);
});

test("calls that came while the window was open are greeted, those that were there are not", async () => {
  const board = await loaded([row({ id: "there", status: "ongoing" })]);
  board.fold([row({ id: "new", status: "ringing" }), row({ id: "there", rev: 2, status: "ongoing" })]);
  expect([...board.arrived]).toEqual(["new"]);
});

test("a card keeps the line before the newest one, and a line that is still being said grows", async () => {
  const talking = (rev: number, line: string | null) => row({ id: "a", rev, status: "ongoing", line });
  const board = await loaded([talking(1, null)]);
  expect(board.lines("a")).toEqual([]);
  board.fold([talking(2, "Riverside Clinic, hello.")]);
  board.fold([talking(3, "I need")]);
  board.fold([talking(4, "I need to move my appointment.")]);
  expect(board.lines("a")).toEqual(["Riverside Clinic, hello.", "I need to move my appointment."]);
  board.fold([talking(5, "Which day suits you?")]);
  expect(board.lines("a")).toEqual(["I need to move my appointment.", "Which day suits you?"]);
});

test("the lines of a call leave the board with it", async () => {
  const board = await loaded([row({ id: "a", status: "ongoing", line: "Goodbye." })]);
  expect(board.lines("a")).toEqual(["Goodbye."]);
  board.fold([row({ id: "a", rev: 2, status: "ended" })]);
  expect(board.lines("a")).toEqual([]);
});
