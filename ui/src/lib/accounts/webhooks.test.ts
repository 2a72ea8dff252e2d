import { expect, test } from "vitest";
import type { WebhookTrial } from "$lib/host/bindings";
import { useLanguage } from "$lib/i18n/words.svelte";
import { trialWords } from "./webhooks.svelte";

const TURNED_AWAY: WebhookTrial = {
  account: "clinic-retell",
  outcome: "rejected",
  address: "https://hooks.example/webhooks/clinic-retell",
  is_public: true,
  took_ms: null,
  reason: "signature_wrong",
  variable: "RINGBACK_CLINIC_RETELL_API_KEY",
  message: "the door turned it away: signature_wrong",
  hint: null,
  last_event_at: null,
  last_event_kind: null,
};

test("what was turned away names the variable that comes before the kept key, in both languages", () => {
  for (const language of ["en", "de"]) {
    useLanguage(language, [language]);
    expect(trialWords(TURNED_AWAY).advice).toContain("RINGBACK_CLINIC_RETELL_API_KEY");
  }
});
