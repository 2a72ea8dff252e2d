// An alert in words: its kind has a sentence, its params are what the sentence needs.

import { reasonInside } from "$lib/calls/words.svelte";
import type { AlertJson } from "$lib/host/bindings";
import { isMessage } from "$lib/i18n/table";
import { say, t, tWord } from "$lib/i18n/words.svelte";

/** What is money in an alert that names a currency. */
const MONEY = ["gap", "amount", "limit"];

/** An alert in words. Its reason is a word of ours, too. */
export function alertWords(alert: AlertJson): string {
  const key = `alert.${alert.kind}`;
  const reason = reasonOf(alert.kind, alert.params.reason);
  const params = { ...told(alert.params), reason, subject: alert.subject, kind: alert.kind };
  return isMessage(key) ? t(key, params) : t("alert.other", params);
}

function reasonOf(kind: string, code: string | undefined): string {
  if (kind === "offsite_failed") return tWord("elsewhere", code, "elsewhere.other", { code: code ?? "?" });
  if (kind === "delete_failed") return tWord("undeleted", code, "undeleted.other", { code: code ?? "?" });
  return reasonInside(code);
}

function told(params: Record<string, string>): Record<string, string> {
  const { currency, p95_ms, limit_ms } = params;
  const words: Record<string, string> = { ...params };
  for (const name of currency === undefined ? [] : MONEY) {
    const amount = params[name];
    if (amount !== undefined && currency !== undefined) words[name] = say.money(amount, currency);
  }
  if (p95_ms !== undefined) words.time = say.milliseconds(Number(p95_ms));
  if (limit_ms !== undefined) words.limit = say.milliseconds(Number(limit_ms));
  return words;
}
