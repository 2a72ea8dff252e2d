import { afterEach, expect, test } from "vitest";
import type { Finding } from "$lib/host/bindings";
import { useLanguage } from "$lib/i18n/words.svelte";
import { findingWords } from "./findings.svelte";

const NOW = Date.parse("2026-03-01T10:00:00Z");
const disk = { free_bytes: 11_400_000_000, recordings_bytes: 0, per_day_bytes: 1_240_000_000, full_in_days: 9 };
const copies = { place: "s3://there", recordings: 3, copied: 2, failed: 1 };
const error = { code: "key_refused", message: "the provider refuses the key", hint: null } as const;
const down = { reason: "no_answer", error: "it answers 502", advice: null };

/** One of every kind; the compiler sees to it that none is left out. */
const every: { [code in Finding["code"]]: Extract<Finding, { code: code }> } = {
  no_account: { code: "no_account" },
  accounts: { code: "accounts", count: 2 },
  config_refused: { code: "config_refused", file: "/srv/ringback/config.toml", line: 7, error: "pol_every is not known", advice: null },
  disk_room: { code: "disk_room", ...disk },
  disk_fills_soon: { code: "disk_fills_soon", ...disk },
  disk_low: { code: "disk_low", ...disk },
  disk_full: { code: "disk_full", ...disk },
  disk_unreadable: { code: "disk_unreadable", error: "permission denied" },
  database_readable: { code: "database_readable" },
  database_damaged: { code: "database_damaged", error: "ringback.db: a page is broken" },
  door_open: { code: "door_open", address: "127.0.0.1:7480" },
  door_closed: { code: "door_closed", error: "the port is taken" },
  door_stays: { code: "door_stays", address: "127.0.0.1:7480", error: "the port is taken" },
  door_elsewhere: { code: "door_elsewhere" },
  door_opening: { code: "door_opening" },
  tunnel_up: { code: "tunnel_up", url: "https://hooks.example", round_trip_ms: 48 },
  tunnel_down: { code: "tunnel_down", ...down },
  address_unreached: { code: "address_unreached", ...down },
  tunnel_starting: { code: "tunnel_starting" },
  tunnel_none: { code: "tunnel_none" },
  tunnel_idle: { code: "tunnel_idle" },
  sound_device: { code: "sound_device" },
  no_sound_device: { code: "no_sound_device" },
  journal_applied: { code: "journal_applied", bytes: 1, events: 1, per_day_bytes: null, oldest_pending_at: null },
  journal_pending: { code: "journal_pending", count: 3 },
  journal_stuck: { code: "journal_stuck", count: 3, oldest_at: "2026-03-01T09:00:00Z" },
  journal_unreadable: { code: "journal_unreadable", count: 3 },
  queue_empty: { code: "queue_empty" },
  queue_moving: { code: "queue_moving", waiting: 2, running: 1 },
  queue_failed: { code: "queue_failed", count: 2 },
  key_store_open: { code: "key_store_open" },
  key_store_locked: { code: "key_store_locked" },
  sealed_keys_open: { code: "sealed_keys_open" },
  sealed_keys_locked: { code: "sealed_keys_locked" },
  no_key_store: { code: "no_key_store" },
  copies_done: { code: "copies_done", ...copies },
  copies_follow: { code: "copies_follow", ...copies },
  copies_failed: { code: "copies_failed", ...copies },
  secret_missing: { code: "secret_missing", account: "clinic", secret: "api_key", variable: "RINGBACK_CLINIC_API_KEY" },
  poll_failed: { code: "poll_failed", error },
  webhooks_refused: { code: "webhooks_refused", reason: "signature_wrong", count: 2, last_at: "2026-03-01T09:00:00Z" },
  last_webhook: { code: "last_webhook", at: "2026-03-01T09:00:00Z" },
  no_webhook_yet: { code: "no_webhook_yet", polled_at: "2026-03-01T09:00:00Z" },
  nothing_yet: { code: "nothing_yet" },
  paused: { code: "paused" },
  cannot_delete: { code: "cannot_delete", why: "it deletes whole calls" },
  key_accepted: { code: "key_accepted" },
  settings_fit: { code: "settings_fit", note: null },
  key_failed: { code: "key_failed", error },
};

afterEach(() => useLanguage("en", []));

test("every finding has words in both languages, with all of its figures", () => {
  for (const finding of Object.values(every)) {
    useLanguage("en", []);
    const english = findingWords(finding, NOW);
    useLanguage("de", []);
    const german = findingWords(finding, NOW);
    for (const { text, hint } of [english, german]) expect(`${text} ${hint ?? ""}`, finding.code).not.toMatch(/[{}]|undefined|null/);
    expect(german.text, finding.code).not.toBe(english.text);
    expect(german.hint === null, finding.code).toBe(english.hint === null);
  }
});

test("a disk that fills up says in how many days, and one that does not says nothing of it", () => {
  expect(findingWords(every.disk_fills_soon, NOW).text).toBe("11.4 GB are free. At 1.2 GB a day they are used up in 9 days");
  expect(findingWords({ code: "disk_room", ...disk, per_day_bytes: null, full_in_days: null }, NOW).text).toBe("11.4 GB are free.");
});

test("a refused file names its line where it has one, and says what is wrong with it in its own words", () => {
  const refused = every.config_refused;
  expect(findingWords(refused, NOW)).toEqual({
    text: "config.toml was not taken: line 7 does not fit. What ran before goes on",
    hint: "Mend the line that is named; the file is read again by itself.",
    detail: "pol_every is not known.",
  });
  const gone = findingWords({ ...refused, line: null, error: "is empty", advice: "Put it back." }, NOW);
  expect(gone).toMatchObject({ text: "config.toml was not taken. What ran before goes on", hint: "Put it back." });
});

test("what a system or a provider says stays in its own words, apart from ours", () => {
  useLanguage("de", []);
  expect(findingWords(every.door_closed, NOW)).toMatchObject({ text: "Der Eingang ließ sich nicht öffnen", detail: "The port is taken." });
});
