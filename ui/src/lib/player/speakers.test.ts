import { expect, test } from "vitest";
import type { SegmentJson } from "$lib/host/bindings";
import { castOf, COLOURS, namesPeople, talkTimes } from "./speakers";

const said = (speaker: string, start_ms: number | null = null, end_ms: number | null = null): SegmentJson => ({ speaker, start_ms, end_ms, text: "", words: [] });
const colours = (names: string[]) => [...castOf(names.map((name) => said(name))).values()].map((speaker) => (speaker.kind === "person" ? speaker.colour : 0));

test("agent and caller keep the colours of their lanes", () => {
  const cast = castOf([said("agent"), said("caller"), said("tool")]);
  expect(cast.get("agent")).toEqual({ kind: "agent" });
  expect(cast.get("caller")).toEqual({ kind: "caller" });
  expect(namesPeople([said("agent"), said("tool")])).toBe(false);
});

test("eight people have eight colours, and the ninth shares one", () => {
  const names = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gül", "Hana", "Ivo"];
  const all = colours(names);
  expect(new Set(all.slice(0, COLOURS)).size).toBe(COLOURS);
  expect(all[COLOURS]).toBeGreaterThanOrEqual(1);
  expect(all[COLOURS]).toBeLessThanOrEqual(COLOURS);
});

test("a transcript that grows changes nobody's colour", () => {
  const before = castOf([said("Ada"), said("Ben")]);
  const after = castOf([said("Ada"), said("Ben"), said("Ada"), said("Cleo")]);
  expect(after.get("Ada")).toEqual(before.get("Ada"));
  expect(after.get("Ben")).toEqual(before.get("Ben"));
});

test("a person met alone has the same colour in every meeting", () => {
  expect(colours(["Ada Lovelace"])).toEqual(colours(["ada lovelace"]));
});

test("talk times are added up by speaker, without tools", () => {
  const times = talkTimes([said("Ada", 0, 4000), said("tool", 4000, 9000), said("Ben", 5000, 6000), said("Ada", 7000, 8000), said("Cleo")]);
  expect([...times]).toEqual([["Ada", 5000], ["Ben", 1000], ["Cleo", 0]]);
});
