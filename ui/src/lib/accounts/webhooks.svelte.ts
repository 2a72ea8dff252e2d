// What is told of webhook addresses, in the language in use. The other side gives a word and an English
// sentence; the sentence stands where there is no message for the word.

import type { AdviceJson, WebhookTargetJson, WebhookTrial } from "$lib/host/bindings";
import { sentence } from "$lib/i18n/faults";
import { isMessage } from "$lib/i18n/table";
import { currentLanguage, say, t, tOr, tWord } from "$lib/i18n/words.svelte";

/** A piece of advice as a sentence. */
export function adviceWords(advice: AdviceJson): string {
  const key = `webhook.advice_${advice.code}`;
  return isMessage(key) ? t(key) : sentence(advice.text);
}

/** What people call a place: its name and what it is. */
export function placeWords(target: WebhookTargetJson): string {
  const kind = tWord("webhook", `kind_${target.kind}`, "webhook.kind_application");
  return target.name === null ? kind : `${kind} ${target.name}`;
}

/** The places that ask for somebody first; the others in their order. */
export function inOrder(targets: readonly WebhookTargetJson[]): WebhookTargetJson[] {
  const rank = (target: WebhookTargetJson) => (target.will_set !== null || target.pending !== null ? 0 : target.state === "ours" ? 1 : target.drives_calls && target.why_not !== null ? 3 : 2);
  return [...targets].sort((one, other) => rank(one) - rank(other));
}

/** What came of a test event, and what to do about it. */
export function trialWords(trial: WebhookTrial): { title: string; advice: string | null } {
  if (trial.outcome === "accepted") {
    const took = say.milliseconds(trial.took_ms ?? 0);
    return trial.is_public ? { title: t("webhook.trial_accepted", { took }), advice: null } : { title: t("webhook.trial_at_door", { took }), advice: t("webhook.trial_at_door_hint") };
  }
  const reason = trial.reason ?? "";
  const title = tWord("webhook", `trial_${trial.outcome}`, "webhook.trial_unreachable", { reason: tOr("refusal", reason) });
  if (trial.outcome === "cannot_sign") return { title, advice: adviceWords({ code: reason, text: trial.message }) };
  if (trial.outcome === "unreachable") {
    const why = `tunnel.reason_${reason}`;
    const what = `tunnel.advice_${reason}`;
    if (isMessage(why) && isMessage(what)) return { title: `${title}: ${t(why)}`, advice: t(what) };
  }
  const hint = `webhook.trial_${trial.outcome}_hint`;
  if (isMessage(hint)) return { title, advice: t(hint, { variable: trial.variable ?? "" }) };
  return { title, advice: currentLanguage() === "en" ? trial.hint : null };
}
