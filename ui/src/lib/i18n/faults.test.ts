import { afterEach, expect, test } from "vitest";
import type { ErrorCode } from "$lib/host/bindings";
import { faultLine, faultOf, sentence } from "./faults";
import { translate, type MessageKey } from "./table";
import { useLanguage } from "./words.svelte";

afterEach(() => useLanguage("en", []));

const CODES: ErrorCode[] = ["bad_request", "not_found", "config", "not_now", "not_ready", "no_recording", "damaged", "no_device", "key_refused", "rate_limited", "provider", "disk_full", "cannot_write", "locked", "newer", "internal"];

test("every code says what happened and what to do, in both languages", () => {
  for (const code of CODES) {
    const [what, advice] = [`error.${code}`, `error_advice.${code}`] as [MessageKey, MessageKey];
    for (const language of ["en", "de"] as const) {
      expect(translate(language, what), code).not.toBe("");
      expect(translate(language, advice), code).toMatch(/[.]$/);
    }
    expect(translate("de", what)).not.toBe(translate("en", what));
  }
});

test("what the other side says stands below our own words", () => {
  useLanguage("de", []);
  const fault = faultOf({ code: "key_refused", message: "the provider refuses the key", hint: "Check the key." });
  expect(fault.title).toBe("Der Anbieter lehnt den Schlüssel ab");
  expect(fault.advice).toMatch(/^Prüfen Sie den Schlüssel/);
  expect(fault.detail, "English, with its hint").toBe("The provider refuses the key. Check the key.");
});

test("where it can be read, the hint of the other side takes the place of our advice", () => {
  const fault = faultOf({ code: "not_found", message: "there is no account \"x\" in config.toml", hint: "`ringback accounts list` shows the accounts." });
  expect(fault.advice).toBe("`ringback accounts list` shows the accounts.");
  expect(fault.detail).toBe("There is no account \"x\" in config.toml.");
});

test("an error of nobody knows what is still an error", () => {
  expect(faultOf(null).title).toBe("This could not be loaded");
  expect(faultLine({ code: "abducted" as ErrorCode, message: "gone", hint: null })).toBe("This could not be loaded. gone.");
});

test("a message becomes a sentence, and the name of a file stays the name of a file", () => {
  expect(sentence("there is no sound device")).toBe("There is no sound device.");
  expect(sentence("config.toml:3: unknown key")).toBe("config.toml:3: unknown key.");
  expect(sentence("Done!")).toBe("Done!");
});
