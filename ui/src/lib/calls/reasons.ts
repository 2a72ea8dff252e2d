// Why a recording is not there: codes of the engine into the words that we have for them. Codes
// may be newer than this window, so near ones are recognised and strange ones are told apart. Pure.

import { isMessage, type MessageKey } from "$lib/i18n/table";

/** Other names under which a reason may come. */
const ALSO: Readonly<Record<string, string>> = {
  own_storage: "external_storage",
  own_bucket: "external_storage",
  customer_storage: "external_storage",
  custom_storage: "external_storage",
  foreign_bucket: "external_storage",
  host_not_allowed: "foreign_host",
  unknown_host: "foreign_host",
  untrusted_host: "foreign_host",
  media_host: "foreign_host",
  expired: "retention",
  retention_over: "retention",
  provider_retention: "retention",
  media_expired: "retention",
  deleted: "deleted_at_provider",
  provider_deleted: "deleted_at_provider",
  storage_policy: "policy",
  zero_retention: "policy",
  key_refused: "unauthorized",
};

/** The word of ours for a reason's code; `null` if there is none. No code at all is `unknown`. */
export function knownReason(code: string | null | undefined): string | null {
  const plain = (code ?? "unknown").trim().toLowerCase().replaceAll(/[\s-]+/g, "_");
  if (isMessage(`reason.${plain}`)) return plain;
  return ALSO[plain] ?? null;
}

/** The message that says what to do about a reason; `null` where nothing can be done or known. */
export function adviceFor(code: string | null | undefined): MessageKey | null {
  const key = `advice.${knownReason(code) ?? ""}`;
  return isMessage(key) ? key : null;
}

/**
 * The heading for a state of a recording: some reasons deserve one of their own, and only a policy
 * is a choice of one's own.
 */
export function headingFor(state: string, code: string | null | undefined): MessageKey | null {
  const reason = knownReason(code);
  const own = `recording.title_${reason ?? ""}`;
  if ((state === "withheld" || state === "failed") && isMessage(own)) return own;
  if (state === "withheld" && reason !== "policy") return "recording.title_withheld";
  const plain = `recording.${state}_title`;
  return isMessage(plain) ? plain : null;
}

/** Reasons that end with a line in `config.toml`. */
export function isMendedInConfig(code: string | null | undefined): boolean {
  return ["foreign_host", "forbidden_address"].includes(knownReason(code) ?? "");
}
