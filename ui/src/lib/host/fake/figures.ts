// Insights, health and accounts of the fake.

import type { AccountJson, Check, DayFigures, Health, Insights } from "../bindings";
import { addDecimals } from "../../calls/money";
import { between, chance } from "./chance";
import { ACCOUNTS } from "./rows";

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
  return ACCOUNTS.map((account, index) => ({
    id: account.id,
    provider: account.provider,
    title: account.title,
    webhook_url: trouble && index === 2 ? null : `https://hooks.example/webhooks/${account.id}`,
    missing_secrets: trouble && index === 2 ? ["API_KEY"] : [],
    last_webhook_at: trouble && index === 2 ? null : new Date(now - (index * 190 + 12) * 1000).toISOString(),
    last_poll_at: new Date(now - (index * 61 + 44) * 1000).toISOString(),
    last_poll_error: trouble && index === 1 ? { code: "rate_limited", message: "Twilio asks us to wait for 40 s.", hint: "Ringback goes on by itself." } : null,
    refused: trouble && index === 0 ? 17 : 0,
    last_refusal: trouble && index === 0 ? "timestamp too old" : null,
    calls: [1842, 733, 214][index] ?? 0,
  }));
}

/** Health as a whole. */
export function healthOf(now: number, trouble: boolean, accounts: AccountJson[]): Health {
  const checks: Check[] = [
    { subject: "disk", state: "ok", message: "212 GB free", hint: null },
    { subject: "database", state: "ok", message: "Opened, 41 MB, integrity checked today", hint: null },
    { subject: "config", state: "ok", message: "config.toml is complete", hint: null },
    { subject: "door", state: "ok", message: "Listening on 127.0.0.1:7480", hint: null },
    trouble
      ? { subject: "sound", state: "warning", message: "No sound device was found", hint: "Connect headphones or loudspeakers; playing goes on by itself." }
      : { subject: "sound", state: "ok", message: "Built-in Audio Analog Stereo, 48 kHz", hint: null },
  ];
  for (const account of accounts) {
    checks.push(
      account.missing_secrets.length > 0
        ? { subject: `account:${account.id}`, state: "problem", message: "The key API_KEY is not set", hint: `Run: ringback accounts set-secret ${account.id} API_KEY` }
        : { subject: `account:${account.id}`, state: "ok", message: "Webhooks and polling work", hint: null },
    );
  }
  return {
    checks,
    accounts,
    queue: {
      waiting: trouble ? 3 : 0,
      running: 1,
      failed: trouble ? 2 : 0,
      nearest_deadline: trouble ? new Date(now + 8 * 60_000).toISOString() : null,
      events_pending: 0,
      events_failed: trouble ? 1 : 0,
    },
  };
}
