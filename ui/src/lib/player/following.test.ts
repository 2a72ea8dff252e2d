import { expect, test } from "vitest";
import { Following } from "./following.svelte";

function talk(live: boolean) {
  const call = { live, lines: 10, searching: false };
  return { call, following: new Following({ live: () => call.live, searching: () => call.searching, lines: () => call.lines }) };
}

test("lines that come while the reader is elsewhere are counted, those before are not", () => {
  const { call, following } = talk(true);
  expect(following.missed).toBe(0);
  following.leave();
  call.lines = 13;
  expect(following.missed).toBe(3);
  following.leave();
  call.lines = 14;
  expect(following.missed, "leaving again does not begin anew").toBe(4);
  following.resume();
  expect(following.missed).toBe(0);
});

test("a call that is over has no newest line to jump to", () => {
  const { call, following } = talk(false);
  following.leave();
  call.lines = 12;
  expect(following.missed).toBe(0);
});
