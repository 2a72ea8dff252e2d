import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import de from "$messages/de.json";
import en from "$messages/en.json";
import { pickLanguage, translate, type MessageKey } from "./table";

type Message = string | Record<string, string>;
const tables: Record<string, Record<string, Message>> = { en, de };
const texts = (message: Message | undefined) => (typeof message === "string" ? [message] : Object.values(message ?? {}));
const names = (message: Message | undefined) => [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

test("both languages have the same messages", () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
});

test("a message needs the same values in both languages", () => {
  for (const key of Object.keys(en)) expect(names(tables.de?.[key]), key).toEqual(names(tables.en?.[key]));
});

test("no message is empty, and German is not English left over", () => {
  const same = Object.keys(en).filter((key) => JSON.stringify(tables.en?.[key]) === JSON.stringify(tables.de?.[key]));
  for (const table of Object.values(tables)) for (const [key, message] of Object.entries(table)) for (const text of texts(message)) expect(text.trim(), key).not.toBe("");
  // Words that are the same in both: names, signs, loan words.
  expect(same.length / Object.keys(en).length).toBeLessThan(0.12);
});

test("every message is used somewhere", () => {
  const source = sources("src").join("\n");
  const prefixes = [...source.matchAll(/`([a-z_]+\.[a-z_]*)\$\{/g)].map((found) => found[1] ?? "");
  const worded = [...source.matchAll(/t(?:Word|Or)\(\s*[`"]([a-z]+)[`"]/g)].map((found) => `${found[1]}.`);
  const unused = Object.keys(en).filter((key) => !source.includes(`"${key}"`) && ![...prefixes, ...worded].some((prefix) => key.startsWith(prefix)));
  expect(unused).toEqual([]);
});

test("plurals follow the number", () => {
  expect(translate("en", "calls.count", { count: 1 })).toBe("1 call");
  expect(translate("en", "calls.count", { count: 1234 })).toBe("1,234 calls");
  expect(translate("de", "calls.count", { count: 1 })).toBe("1 Anruf");
  expect(translate("de", "calls.count", { count: 1234 })).toBe("1.234 Anrufe");
});

test("a value that was not given stays visible instead of vanishing", () => {
  expect(translate("en", "transcript.turn")).toContain("{time}");
});

test("the chosen language wins, then the system's first one that we have, then English", () => {
  expect(pickLanguage("de", ["en-US"])).toBe("de");
  expect(pickLanguage(null, ["fr-FR", "de-AT", "en"])).toBe("de");
  expect(pickLanguage("fr", ["de-CH"])).toBe("de");
  expect(pickLanguage(null, ["ja"])).toBe("en");
});

test("the accessible names that others rely on are as agreed", () => {
  const fixed: Partial<Record<MessageKey, string>> = {
    "nav.live": "Live",
    "nav.calls": "Calls",
    "nav.insights": "Insights",
    "nav.health": "Health",
    "nav.settings": "Settings",
    "live.region": "Ongoing calls",
    "calls.grid": "Calls",
    "calls.search": "Search calls",
    "player.region": "Player",
    "player.play": "Play",
    "player.pause": "Pause",
    "player.back": "Back 10 seconds",
    "player.forward": "Forward 10 seconds",
    "player.position": "Position",
    "player.speed": "Speed",
    "player.skip_silence": "Skip silence",
    "player.caller_only": "Caller only",
    "call.resync": "Resync",
    "transcript.region": "Transcript",
  };
  for (const [key, name] of Object.entries(fixed)) expect(translate("en", key as MessageKey)).toBe(name);
});

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|svelte)$/.test(entry.name) && !entry.name.endsWith(".test.ts") ? [readFileSync(path, "utf8")] : [];
  });
}
