// Insights, health and accounts of the fake.

import type { AccountJson, Check, DayFigures, Health, Insights, TunnelJson } from "../bindings";
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
      refused: is("clinic-retell") ? 17 : 0,
      last_refusal: is("clinic-retell") ? "signature_too_old" : null,
      calls: [1842, 733, 214, 506, 96, 58][index] ?? 0,
    };
  });
}

const UP: TunnelJson = {
  kind: "ssh",
  state: "up",
  url: "https://hooks.example",
  last_url: "https://hooks.example",
  since: null,
  round_trip_ms: 48.2,
  reason: null,
  message: null,
  hint: null,
  tries: 0,
  next_try: null,
};

const DOWN: TunnelJson = {
  ...UP,
  state: "down",
  url: null,
  round_trip_ms: null,
  reason: "no_answer",
  message: "https://hooks.example answers 502: the proxy there finds nothing behind it",
  hint: "Check that the proxy in front leads to the forwarded port, and that the name of `public_url` leads to it.",
  tries: 3,
};

/** Health as a whole. */
export function healthOf(now: number, trouble: boolean, accounts: AccountJson[], pushed: boolean): Health {
  const checks: Check[] = [
    { subject: "config", state: "ok", message: `${accounts.length} accounts are configured`, hint: null },
    { subject: "disk", state: "ok", message: "212 GB are free", hint: null },
    { subject: "database", state: "ok", message: "readable; 48213 events in the journal", hint: null },
    { subject: "door", state: "ok", message: "open on 127.0.0.1:7480", hint: null },
    trouble
      ? { subject: "tunnel", state: "problem", message: DOWN.message ?? "", hint: DOWN.hint }
      : { subject: "tunnel", state: "ok", message: "providers reach the door at https://hooks.example (probed in 48 ms)", hint: null },
    trouble
      ? { subject: "sound", state: "warning", message: "there is no sound device", hint: "Connect headphones or speakers; everything but listening works without." }
      : { subject: "sound", state: "ok", message: "there is a sound device", hint: null },
    trouble
      ? { subject: "journal", state: "warning", message: "1 events could not be read; they are kept", hint: "`ringback events list --state failed` shows them with their reasons." }
      : { subject: "journal", state: "ok", message: "everything that arrived is applied", hint: null },
    ...accounts.flatMap(checksOf),
  ];
  return {
    checks,
    accounts,
    tunnel: trouble ? { ...DOWN, next_try: new Date(now + 40_000).toISOString() } : { ...UP, since: new Date(now - 5 * 3_600_000).toISOString() },
    queue: {
      waiting: trouble ? 3 : 0,
      running: 1,
      failed: trouble ? 2 : 0,
      nearest_deadline: trouble ? new Date(now + 8 * 60_000).toISOString() : null,
      events_pending: 0,
      events_failed: trouble ? 1 : 0,
    },
    offsite: {
      place: "s3://call-recordings/clinic at ref.storage.supabase.co",
      recordings: 640,
      copied: trouble && !pushed ? 638 : 640,
      waiting: 0,
      failed: trouble && !pushed ? 2 : 0,
      bytes: 1_284_505_600,
      last_at: new Date(now - 3 * 60_000).toISOString(),
    },
  };
}

/** An account can have several things wrong with it; each is a line. */
function checksOf(account: AccountJson): Check[] {
  const subject = `account:${account.id}`;
  const checks: Check[] = account.missing_secrets.map((secret) => ({ subject, state: "problem", message: `${secret} is not set`, hint: `Set RINGBACK_${account.id.toUpperCase().replaceAll("-", "_")}_${secret} in the environment and start again.` }));
  if (account.last_poll_error) checks.push({ subject, state: "problem", message: `the last poll failed: ${account.last_poll_error.message}`, hint: account.last_poll_error.hint });
  if (account.last_refusal) checks.push({ subject, state: "warning", message: `${account.refused} webhooks were refused, the last one because: ${account.last_refusal}`, hint: "Check that the key here is the one the provider signs with, and that public_url is exactly what is configured there." });
  return checks.length > 0 ? checks : [{ subject, state: "ok", message: `the last webhook came ${account.last_webhook_at}`, hint: null }];
}
