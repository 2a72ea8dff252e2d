// The words that accounts, their keys and their settings are spoken of with, in the language in use.

import { providerWords } from "$lib/calls/words.svelte";
import type { AccountJson, AccountSetup, ErrorCode, ErrorJson, KeysJson, ProviderForm, SecretField, SettingField } from "$lib/host/bindings";
import { isMessage, type MessageKey } from "$lib/i18n/table";
import { currentLanguage, say, t, tOr } from "$lib/i18n/words.svelte";

/** A text with its language: what the other side says is English. */
export interface Words {
  text: string;
  foreign: boolean;
}

/** The name of a secret: `api_key` is "API key". */
export function secretName(name: string): string {
  return tOr("secret", name.toLowerCase());
}

/** Where a secret is found at the provider. */
export function secretWhere(provider: string, secret: SecretField): Words {
  return ours(`where.${provider}.${secret.name}`, secret.place);
}

/** The name of a setting. */
export function settingName(key: string): string {
  return tOr("setting", key);
}

/** What a setting does. */
export function settingHint(provider: string, form: SettingField): Words {
  const own = `setting_hint.${provider}.${form.key}`;
  return ours(isMessage(own) ? own : `setting_hint.${form.key}`, form.about);
}

/** Where new keys go to. */
export function placeOfKeys(keys: KeysJson | null): string {
  return t(keys === null || keys.kind === "system" ? "keys.place_system" : "keys.place_sealed");
}

/** Where a secret lies. */
export function sourceWords(source: string): string {
  return tOr("source", source);
}

/** How an account is, in one line, and how good that is. The worst comes first. */
export function standing(setup: AccountSetup, live: AccountJson | null, now: number): { tone: "good" | "warn" | "bad" | "quiet"; text: string } {
  if (setup.paused) return { tone: "quiet", text: t("account.paused") };
  const missing = live?.missing_secrets ?? setup.secrets.filter(({ required, source }) => required && source === "missing").map(({ name }) => name);
  if (missing.length > 0) return { tone: "bad", text: t("account.lacks", { names: say.list(missing.map(secretName)) }) };
  if (live?.last_poll_error?.code === "key_refused") return { tone: "bad", text: t("account.key_refused") };
  if (live?.last_poll_error) return { tone: "warn", text: t("account.poll_failed") };
  const heard = [live?.last_webhook_at, live?.last_poll_at].filter((at) => at !== null && at !== undefined).sort().at(-1);
  if (heard === undefined) return { tone: "quiet", text: t("account.not_heard") };
  return { tone: "good", text: t("account.heard", { ago: say.ago(Date.parse(heard), now) }) };
}

/** What is said of an error when keys are tried, and what to do about it. */
const REFUSALS: Partial<Record<ErrorCode, [MessageKey, MessageKey | null]>> = {
  key_refused: ["trial.key_refused", "trial.key_refused_advice"],
  provider: ["trial.unreachable", "trial.unreachable_advice"],
  rate_limited: ["trial.rate_limited", "trial.rate_limited_advice"],
  config: ["trial.config", null],
};

/** What went wrong when keys were tried: what, and what to do. */
export function refusalWords(provider: string, error: ErrorJson): { title: string; advice: string | null; detail: Words | null } {
  const [known, advice] = REFUSALS[error.code] ?? [null, null];
  const said = [error.message, error.hint].filter((text) => text !== null && text !== "").join(" ");
  return {
    title: known === null ? t("trial.failed") : t(known, { provider: providerWords(provider) }),
    advice: advice === null ? null : t(advice),
    detail: said === "" ? null : { text: said, foreign: currentLanguage() !== "en" },
  };
}

/** Our own words, or those of the other side where we have none. */
function ours(key: string, foreign: string): Words {
  return isMessage(key) ? { text: t(key), foreign: false } : { text: foreign, foreign: currentLanguage() !== "en" };
}

/** A value that can be chosen, such as `hmac`. */
export function choiceWords(key: string, choice: string): string {
  return tOr(`choice.${key}`, choice);
}

/** What a provider wants to see: a key, or a secret where there is nobody to ask. */
export function keyName(form: ProviderForm): string {
  return form.has_api ? t("add.key_of", { provider: providerWords(form.provider) }) : t("add.secret_of");
}
