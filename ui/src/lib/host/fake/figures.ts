// Insights and accounts of the fake.

import type { AccountJson, DayFigures, Insights } from "../bindings";
import { addDecimals } from "../../calls/money";
import { between, chance } from "./chance";
import { ACCOUNTS } from "./accounts";

const DAY = 86_400_000;

/** Figures over the last days. */
export function insightsOf(days: number, now: number, empty: boolean): Insights {
  const figures = Array.from({ length: days }, (_, step) => dayOf(now - (days - 1 - step) * DAY, empty));
  const calls = figures.reduce((sum, day) => sum + day.calls, 0);
  const share = (part: number) => Math.round(calls * part);
  return {
    days: figures,
    recordings: empty
      ? {}
      : { ready: share(0.84), expected: 2, failed: share(0.021), expired: share(0.009), withheld: share(0.022), absent: share(0.1), deleted: share(0.008) },
    bytes: empty ? 0 : calls * 2_412_000,
    cost: empty ? {} : { USD: addDecimals([`${calls}.08214`, "12.5"]) ?? "0", EUR: `${Math.round(calls / 3)}.4071` },
    to_ready_p50_ms: empty ? null : 8_400,
    to_ready_p95_ms: empty ? null : 71_000,
  };
}

function dayOf(at: number, empty: boolean): DayFigures {
  const date = new Date(at);
  const day = date.toISOString().slice(0, 10);
  if (empty) return { day, calls: 0, ended: 0, not_connected: 0, failed: 0, duration_ms: 0, with_recording: 0 };
  const seed = Math.floor(at / DAY);
  const weekend = date.getUTCDay() === 0 || date.getUTCDay() === 6;
  const calls = weekend ? between(40, 80, seed, 1) : between(150, 240, seed, 1);
  const notConnected = Math.round(calls * (0.05 + 0.05 * chance(seed, 2)));
  const failed = between(0, 5, seed, 3);
  const ended = calls - notConnected - failed;
  return { day, calls, ended, not_connected: notConnected, failed, duration_ms: ended * between(70, 130, seed, 4) * 1000, with_recording: Math.round(ended * 0.95) };
}

/** The accounts. */
export function accountsOf(now: number, trouble: boolean): AccountJson[] {
  return ACCOUNTS.map((account, index) => {
    const is = (id: string) => trouble && account.id === id;
    return {
      id: account.id,
      provider: account.provider,
      title: account.title,
      paused: false,
      webhook_url: is("praxis-telnyx") ? null : `https://hooks.example/webhooks/${account.id}`,
      missing_secrets: is("praxis-telnyx") ? ["API_KEY"] : [],
      last_webhook_at: is("praxis-telnyx") ? null : new Date(now - (index * 190 + 12) * 1000).toISOString(),
      last_poll_at: account.provider === "custom" ? null : new Date(now - (index * 61 + 44) * 1000).toISOString(),
      last_poll_error: is("luigis-twilio")
        ? { code: "rate_limited", message: "the provider asks for 40 s of patience", hint: null }
        : is("team-recall")
          ? { code: "key_refused", message: "the provider refuses the key", hint: "Check the key at the provider and in the environment, then start again." }
          : null,
      refused: is("clinic-retell") ? 19 : 0,
      last_refusal: is("clinic-retell") ? "signature_too_old" : null,
      refusals: is("clinic-retell")
        ? [
            { reason: "signature_too_old", count: 17, last_at: new Date(now - 9 * 60_000).toISOString() },
            { reason: "signature_missing", count: 2, last_at: new Date(now - 26 * 3_600_000).toISOString() },
          ]
        : [],
      key: is("praxis-telnyx") ? "missing" : is("team-recall") ? "refused" : account.provider === "custom" || is("luigis-twilio") ? "unknown" : "accepted",
      key_in_environment: is("praxis-telnyx") ? null : index % 2 === 0,
      delivery_lag_ms: is("praxis-telnyx") || account.provider === "vapi" ? null : 420 + index * 310,
      apply_lag_ms: is("praxis-telnyx") ? null : 6 + index,
      calls: [1842, 733, 214, 506, 96, 58][index] ?? 0,
    };
  });
}
