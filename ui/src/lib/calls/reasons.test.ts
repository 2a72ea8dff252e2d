import { expect, test } from "vitest";
import { translate } from "$lib/i18n/table";
import { adviceFor, headingFor, isMendedInConfig, knownReason } from "./reasons";

/** Every code that the engine gives (`Reason` in crates/model), and those that are to come. */
const CODES = [
  "processing", "queued", "too_short", "silent", "not_connected", "not_recorded", "policy", "encrypted", "external_storage", "link_expired",
  "retention", "not_found", "deleted_at_provider", "unauthorized", "rate_limited", "provider_error", "network", "incomplete", "not_audio",
  "damaged", "unsupported", "too_large", "forbidden_address", "disk_full", "file_missing", "foreign_host",
];

test("every reason has a sentence and says what to do, in both languages", () => {
  for (const code of CODES) {
    const advice = adviceFor(code);
    expect(knownReason(code), code).toBe(code);
    expect(advice, code).not.toBeNull();
    for (const language of ["en", "de"] as const) expect(translate(language, advice!), code).toMatch(/[.]$/);
  }
});

test("a reason is recognised under its other names", () => {
  expect(knownReason("own_storage")).toBe("external_storage");
  expect(knownReason("Foreign-Host")).toBe("foreign_host");
  expect(knownReason("media_expired")).toBe("retention");
});

test("a code that nobody here knows is told apart from no code at all", () => {
  expect(knownReason("quarantined_by_dlp")).toBeNull();
  expect(knownReason(null)).toBe("unknown");
  expect(adviceFor("quarantined_by_dlp")).toBeNull();
});

test("withheld recordings are headed by their reason, because only some are a choice of one's own", () => {
  expect(headingFor("withheld", "policy")).toBe("recording.withheld_title");
  expect(headingFor("withheld", "own_storage")).toBe("recording.title_external_storage");
  expect(headingFor("withheld", "unsupported")).toBe("recording.title_unsupported");
  expect(headingFor("withheld", "quarantined_by_dlp"), "what nobody knows is nobody's choice").toBe("recording.title_withheld");
  expect(headingFor("failed", "foreign_host")).toBe("recording.title_foreign_host");
  expect(headingFor("expired", "retention")).toBe("recording.expired_title");
  expect(headingFor("vanished", null)).toBeNull();
});

test("a host that is not allowed is mended in config.toml, a dead link is not", () => {
  expect(isMendedInConfig("foreign_host")).toBe(true);
  expect(isMendedInConfig("link_expired")).toBe(false);
});
