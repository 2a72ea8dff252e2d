// What the doctor found, in the window's words. Every code has a message; some have one more for what
// to do. What the other side says by itself (an error of the system, of a provider) is English.

import type { Finding } from "$lib/host/bindings";
import { faultOf, sentence } from "$lib/i18n/faults";
import { isMessage, type MessageKey, type Params } from "$lib/i18n/table";
import { currentLanguage, say, t, tOr } from "$lib/i18n/words.svelte";

/** A finding in words. */
export interface FindingWords {
  text: string;
  /** What to do; `null` if nothing has to be done. */
  hint: string | null;
  /** What the other side said. It speaks English. */
  detail: string | null;
}

/** The finding in the language in use. */
export function findingWords(finding: Finding, now: number): FindingWords {
  switch (finding.code) {
    case "poll_failed":
    case "key_failed": {
      const fault = faultOf(finding.error);
      const text = finding.code === "poll_failed" ? t("finding.poll_failed", { error: fault.title }) : fault.title;
      return { text, hint: fault.advice, detail: fault.detail };
    }
    case "tunnel_down":
    case "address_unreached": {
      const advice = `tunnel.advice_${finding.reason}`;
      const ours = isMessage(advice) ? t(advice) : null;
      if (currentLanguage() === "en") return { text: sentence(finding.error), hint: finding.advice ?? ours, detail: null };
      return { text: `${tOr("tunnel", `reason_${finding.reason}`)}.`, hint: ours, detail: finding.error === "" ? null : sentence(finding.error) };
    }
    case "config_refused": {
      const text = finding.line === null ? t("finding.config_refused") : t("finding.config_refused_line", { line: finding.line });
      const hint = (currentLanguage() === "en" ? finding.advice : null) ?? t("finding_hint.config_refused");
      return { text, hint, detail: said(finding) };
    }
    case "webhooks_refused": {
      const advice = `refusal_advice.${finding.reason}`;
      const reason = tOr("refusal", finding.reason);
      return { text: t("finding.webhooks_refused", { ...figures(finding, now), reason }), hint: t(isMessage(advice) ? advice : "health.refused_hint"), detail: null };
    }
    default:
      return plain(finding, now);
  }
}

function plain(finding: Finding, now: number): FindingWords {
  const values = figures(finding, now);
  // Where there is a forecast, the words have room for it.
  const foretold: MessageKey | null = "full_in_days" in finding && finding.full_in_days !== null ? "finding.disk_forecast" : null;
  const text = t(`finding.${finding.code as PlainCode}`, values);
  const hint = `finding_hint.${finding.code}`;
  return {
    text: foretold === null ? text : `${text} ${t(foretold, values)}`,
    hint: isMessage(hint) ? t(hint, values) : null,
    detail: said(finding),
  };
}

/** The codes that have a message of their own. */
type PlainCode = Exclude<Finding["code"], "key_failed" | "config_refused" | "tunnel_down" | "address_unreached">;

/** What the other side said of it, as a sentence. */
function said(finding: Finding): string | null {
  const text = "why" in finding ? finding.why : "note" in finding ? finding.note : "error" in finding && typeof finding.error === "string" ? finding.error : null;
  return text === null || text === "" ? null : sentence(text);
}

/** The figures of a finding as people write them; by their names it is known what they are. */
function figures(finding: Finding, now: number): Params {
  const values: Params = {};
  for (const [name, value] of Object.entries(finding)) {
    if (typeof value === "number") values[name] = name.endsWith("bytes") ? say.bytes(value) : name.endsWith("_ms") ? say.milliseconds(value) : value;
    else if (typeof value === "string") values[name] = name === "at" || name.endsWith("_at") ? say.ago(Date.parse(value), now) : value;
  }
  // A plural is chosen by it.
  if ("full_in_days" in finding && finding.full_in_days !== null) values.count = finding.full_in_days;
  return values;
}
