// The ledger of the fake: a year of days, most of them whole.

import type { AccountLedgerJson, HoleJson, HolesPage, HoleThing, LedgerDayJson, LedgerJson, LedgerSums } from "../bindings";
import { ACCOUNTS, type FakeAccount } from "./accounts";
import { between, chance } from "./chance";

const DAY = 86_400_000;

/** Reasons that days of this fake know, with what they are about. */
const EXCUSED: readonly HoleThing[] = [
  { thing: "recording", reason: "too_short", class: "absent" },
  { thing: "recording", reason: "policy", class: "withheld" },
  { thing: "transcript", reason: "not_told", class: "absent" },
  { thing: "recording", reason: "link_expired", class: "expired" },
  { thing: "record", reason: "not_found", class: "gone" },
];
const OPEN: readonly HoleThing[] = [
  { thing: "recording", reason: "network", class: "failed" },
  { thing: "recording", reason: "file_missing", class: "failed" },
  { thing: "transcript", reason: "not_due", class: "not_due" },
  { thing: "analysis", reason: "never_asked", class: "never_asked" },
];

/** How an account's day is: how many calls, and the holes of those that have some. */
interface FakeDay {
  day: string;
  calls: number;
  holes: { at: number; things: HoleThing[] }[];
}

/** What was repaired: a later look finds it whole. */
const mended = new Set<string>();

/** Fills what asking can fill, of one call or of all whose key begins so. */
export function mend(key: string): void {
  mended.add(key);
}

function isMended(account: string, day: string, call: string): boolean {
  return mended.has("") || mended.has(account) || mended.has(`${account}/${day}`) || mended.has(call);
}

function dayOf(account: FakeAccount, number: number, today: number, empty: boolean): FakeDay {
  const at = number * DAY;
  const day = new Date(at).toISOString().slice(0, 10);
  const seed = number * 31 + ACCOUNTS.indexOf(account);
  const weekend = [0, 6].includes(new Date(at).getUTCDay());
  const began = today - 300 + ACCOUNTS.indexOf(account) * 40;
  const calls = empty || number < began || (weekend && chance(seed, 1) > 0.3) ? 0 : between(weekend ? 2 : 12, weekend ? 9 : 60, seed, 2);
  const holes: FakeDay["holes"] = [];
  const lacking = chance(seed, 3) > 0.72 && calls > 0 ? between(1, 4, seed, 4) : 0;
  const isRecent = number > today - 9 && chance(seed, 5) > 0.35;
  for (let one = 0; one < lacking; one += 1) {
    const from = account.provider !== "custom" && isRecent ? OPEN : EXCUSED;
    const thing = from[between(0, from.length - 1, seed, 20 + one)] ?? EXCUSED[0]!;
    const call = idOf(account, day, one);
    const repairable = !["absent", "withheld"].includes(thing.class);
    if (repairable && thing.class !== "gone" && isMended(account.id, day, call)) continue;
    const more: HoleThing[] = thing.reason === "policy" ? [{ ...thing, thing: "transcript" }] : [];
    holes.push({ at: at + between(8, 17, seed, 30 + one) * 3_600_000 + one * 61_000, things: [thing, ...more] });
  }
  return { day, calls, holes };
}

function idOf(account: FakeAccount, day: string, index: number): string {
  return account.call_id(`${day.replaceAll("-", "")}${index}a`);
}

function sumsOf(days: readonly FakeDay[], account: FakeAccount): LedgerSums {
  const makes = account.provider === "retell" || account.provider === "vapi";
  const things: Record<string, [number, number]> = { record: [0, 0], recording: [0, 0], transcript: [0, 0], analysis: [0, 0], cost: [0, 0] };
  const sums: LedgerSums = { calls: 0, expected: 0, held: 0, excused: 0, open: 0, things, holes: {} };
  for (const { calls, holes } of days) {
    sums.calls += calls;
    const talked = Math.max(holes.length, Math.round(calls * 0.92));
    const expected: Record<string, number> = { record: calls, recording: talked, transcript: account.provider === "twilio" ? 0 : talked, analysis: makes ? talked : 0, cost: account.provider === "custom" ? 0 : calls };
    for (const [thing, count] of Object.entries(expected)) {
      const lacking = holes.flatMap((hole) => hole.things).filter((one) => one.thing === thing && count > 0);
      const sum = things[thing];
      if (sum === undefined) continue;
      sum[0] += count;
      sum[1] += count - lacking.length;
      sums.expected += count;
      sums.held += count - lacking.length;
      for (const { reason, class: kind } of lacking) {
        sums.holes[reason] = (sums.holes[reason] ?? 0) + 1;
        if (["failed", "not_due", "never_asked"].includes(kind)) sums.open += 1;
        else sums.excused += 1;
      }
    }
  }
  return sums;
}

/** The ledger of all accounts. */
export function ledgerOf(since: string, until: string, now: number, accounts: boolean, empty: boolean): LedgerJson {
  return { since, until, accounts: accounts ? ACCOUNTS.map((account) => accountOf(account, since, until, now, empty)) : [] };
}

function accountOf(account: FakeAccount, since: string, until: string, now: number, empty: boolean): AccountLedgerJson {
  const today = Math.floor(now / DAY);
  const year = Array.from({ length: 366 }, (_, step) => dayOf(account, today - 365 + step, today, empty));
  const days: LedgerDayJson[] = year.filter(({ day, calls }) => day >= since && day <= until && calls > 0).map((day) => ({ day: day.day, sums: sumsOf([day], account) }));
  const has_api = account.provider !== "custom";
  const walked = has_api ? new Date(now - 3 * 60_000).toISOString() : null;
  const open = year.flatMap(({ holes }) => holes).filter(({ things }) => things.some((one) => ["failed", "not_due", "never_asked"].includes(one.class)));
  const blocked = open.length === 0 ? null : new Date(Math.min(...open.map(({ at }) => at))).toISOString();
  return {
    account: account.id,
    provider: account.provider,
    title: account.title,
    has_api,
    complete_through: walked === null ? null : blocked !== null && blocked < walked ? blocked : walked,
    walked_until: walked,
    blocked_at: blocked,
    total: sumsOf(year, account),
    days,
  };
}

/** The holes of a day. */
export function holesOf(id: string, day: string, now: number): HolesPage {
  const account = ACCOUNTS.find((one) => one.id === id) ?? ACCOUNTS[0]!;
  const found = dayOf(account, Math.floor(Date.parse(day) / DAY), Math.floor(now / DAY), false);
  const rows = found.holes.map(({ at, things }, index): HoleJson => {
    const gone = things.some((one) => one.thing === "record");
    const began = new Date(at).toISOString();
    return {
      call: gone ? null : "01K0000000001",
      account: id,
      provider_call_id: idOf(account, day, index),
      began,
      since: new Date(at + 90_000).toISOString(),
      age_ms: Math.max(0, now - at - 90_000),
      holes: things,
      repairable: things.some((one) => !["absent", "withheld", "cannot_be_asked"].includes(one.class)),
    };
  });
  return { rows: rows.sort((a, b) => (a.began < b.began ? -1 : 1)), next: null };
}
