// Health of the fake: what its doctor found.

import type { AccountJson, Check, ConfigState, DiskJson, Finding, Health, JournalJson, KeysJson, Remedy, TunnelJson } from "../bindings";

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

const DISK: DiskJson = { free_bytes: 212_400_000_000, recordings_bytes: 61_280_000_000, per_day_bytes: 1_240_000_000, full_in_days: 171 };

const JOURNAL: JournalJson = { bytes: 412_700_000, events: 48_213, per_day_bytes: 3_100_000, oldest_pending_at: null };

/** Health as a whole. */
export function healthOf(now: number, trouble: boolean, accounts: AccountJson[], config: ConfigState, keys: KeysJson, pushed: boolean, forgotten: boolean): Health {
  const disk = trouble ? { ...DISK, free_bytes: 11_400_000_000, full_in_days: 9 } : DISK;
  const shown = forgotten ? accounts.map((account) => ({ ...account, refused: 0, last_refusal: null, refusals: [] })) : accounts;
  const copies = { place: "s3://call-recordings/clinic at ref.storage.supabase.co", recordings: 640, copied: trouble && !pushed ? 638 : 640, failed: trouble && !pushed ? 2 : 0 };
  const checks: Check[] = [
    config.ok
      ? check("config", "ok", { code: "accounts", count: accounts.length })
      : check("config", "problem", { code: "config_refused", file: config.file, line: config.line, error: (config.message ?? "").replace(/^line \d+: /, ""), advice: config.hint }, "open_config"),
    trouble ? check("disk", "warning", { code: "disk_fills_soon", ...disk }, "show_home") : check("disk", "ok", { code: "disk_room", ...disk }),
    check("database", "ok", { code: "database_readable" }),
    check("door", "ok", { code: "door_open", address: "127.0.0.1:7480" }),
    trouble
      ? check("tunnel", "problem", { code: "tunnel_down", reason: DOWN.reason ?? "", error: DOWN.message ?? "", advice: DOWN.hint }, "restart_tunnel")
      : check("tunnel", "ok", { code: "tunnel_up", url: "https://hooks.example", round_trip_ms: UP.round_trip_ms }),
    trouble ? check("sound", "warning", { code: "no_sound_device" }) : check("sound", "ok", { code: "sound_device" }),
    trouble ? check("journal", "warning", { code: "journal_unreadable", count: 1 }, "replay_failed") : check("journal", "ok", { code: "journal_applied", ...JOURNAL }),
    trouble ? check("queue", "warning", { code: "queue_failed", count: 2 }, "show_failed") : check("queue", "ok", { code: "queue_moving", waiting: 0, running: 1 }),
    keys.kind === "system" && !keys.open ? check("keys", "warning", { code: "key_store_locked" }, "read_keys") : check("keys", "ok", { code: "key_store_open" }),
    copies.failed > 0 ? check("offsite", "problem", { code: "copies_failed", ...copies }, "copy_again") : check("offsite", "ok", { code: "copies_done", ...copies }),
    ...shown.flatMap((account) => checksOf(account)),
  ];
  return {
    checks,
    accounts: shown,
    disk,
    journal: JOURNAL,
    tunnel: trouble ? { ...DOWN, next_try: new Date(now + 40_000).toISOString() } : { ...UP, since: new Date(now - 5 * 3_600_000).toISOString() },
    queue: {
      waiting: trouble ? 3 : 0,
      running: 1,
      failed: trouble ? 2 : 0,
      nearest_deadline: trouble ? new Date(now + 8 * 60_000).toISOString() : null,
      events_pending: 0,
      events_failed: trouble ? 1 : 0,
    },
    offsite: { ...copies, waiting: 0, bytes: 1_284_505_600, last_at: new Date(now - 3 * 60_000).toISOString() },
  };
}

/** The fake has no English of its own: the window's words come from the finding. */
function check(subject: string, state: string, finding: Finding, remedy: Remedy | null = null): Check {
  return { subject, state, finding, remedy, message: finding.code, hint: null };
}

/** An account can have several things wrong with it; each is a line. */
function checksOf(account: AccountJson): Check[] {
  const subject = `account:${account.id}`;
  const checks = account.missing_secrets.map((secret) =>
    check(subject, "problem", { code: "secret_missing", account: account.id, secret, variable: `RINGBACK_${account.id.toUpperCase().replaceAll("-", "_")}_${secret}` }, "show_account"),
  );
  if (account.paused) checks.push(check(subject, "ok", { code: "paused" }, "resume_account"));
  if (account.last_poll_error) checks.push(check(subject, "problem", { code: "poll_failed", error: account.last_poll_error }, "check_keys"));
  checks.push(...account.refusals.map((refusal) => check(subject, "warning", { code: "webhooks_refused", ...refusal }, "forget_refusals")));
  return checks.length > 0 ? checks : [check(subject, "ok", { code: "last_webhook", at: account.last_webhook_at ?? "" })];
}
