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
