// Times, amounts and sizes as people write them. Pure: the language comes in as a parameter.

/** `1:23`, `1:02:03`; minutes without a leading zero, seconds with one. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** A length in words, in its two largest units: `1 min 23 s`, `2 h 5 min`, `820 ms`. */
export function span(language: string, ms: number): string {
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
  if (ms < 1000) return unit(Math.round(ms), "millisecond");
  if (ms < 10_000) return unit(ms / 1000, "second", 1);
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return unit(seconds, "second");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return both(unit(minutes, "minute"), seconds % 60, unit(seconds % 60, "second"));
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return both(unit(hours, "hour"), minutes % 60, unit(minutes % 60, "minute"));
  return both(unit(Math.floor(hours / 24), "day"), hours % 24, unit(hours % 24, "hour"));
}

/** Milliseconds without a change of unit, for comparing: `1,010 ms`. */
export function milliseconds(language: string, ms: number): string {
  return new Intl.NumberFormat(language, { style: "unit", unit: "millisecond", maximumFractionDigits: 0 }).format(ms);
}

/**
 * Money exactly as told: every digit of the decimal text is shown, none is made up beyond the
 * currency's usual places. `0.05218 USD` is `$0.05218`, `1 USD` is `$1.00`.
 */
export function money(language: string, amount: string, currency: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(amount)) return `${amount} ${currency}`;
  const told = amount.split(".")[1]?.length ?? 0;
  try {
    const usual = new Intl.NumberFormat(language, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    const format = new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      minimumFractionDigits: Math.min(usual, 20),
      maximumFractionDigits: Math.min(Math.max(told, usual), 20),
    });
    // The text itself, not a number made from it: `format` reads decimal strings exactly.
    return format.format(amount as Intl.StringNumericLiteral);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** `14:03` */
export function timeOfDay(language: string, at: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(at);
}

/** `14:03:27` */
export function timeWithSeconds(language: string, at: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(at);
}

/** Day and time to the second: `Nov 20, 11:46:09 PM`. */
export function dayAndTime(language: string, at: number, now: number): string {
  return `${day(language, at, now)}, ${timeWithSeconds(language, at)}`;
}

/** A short day: `12 Nov`, with the year if it is another one than `now`'s. */
export function day(language: string, at: number, now: number): string {
  return new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    ...(sameYear(at, now) ? {} : { year: "numeric" }),
  }).format(at);
}

/** A day with its weekday: `Sun, 1 Mar`, with the year if it is another one than `now`'s. */
export function weekday(language: string, at: number, now: number): string {
  return new Intl.DateTimeFormat(language, {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(sameYear(at, now) ? {} : { year: "numeric" }),
  }).format(at);
}

/** A short month: `Mar`. */
export function month(language: string, at: number): string {
  return new Intl.DateTimeFormat(language, { month: "short" }).format(at);
}

/** Day and time in full, for headers and tooltips: `Friday, 21 November 2026 at 14:03:27`. */
export function fullTime(language: string, at: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium" }).format(at);
}

/** The time if it was today, else the day with the time; of other years the day says enough. */
export function moment(language: string, at: number, now: number): string {
  if (sameDay(at, now)) return timeOfDay(language, at);
  const named = day(language, at, now);
  return sameYear(at, now) ? `${named}, ${timeOfDay(language, at)}` : named;
}

/** `3 min. ago`, `in 2 hr.`, `yesterday`; `null` when it is so near that "just now" says it. */
export function relative(language: string, at: number, now: number): string | null {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const seconds = Math.round((at - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return null;
  if (size < 45 * 60) return format.format(Math.round(seconds / 60), "minute");
  if (size < 22 * 3600) return format.format(Math.round(seconds / 3600), "hour");
  if (size < 26 * 86_400) return format.format(Math.round(seconds / 86_400), "day");
  if (size < 320 * 86_400) return format.format(Math.round(seconds / (30.44 * 86_400)), "month");
  return format.format(Math.round(seconds / (365.25 * 86_400)), "year");
}

/** `12.4 MB`, in steps of 1000 as file managers count. */
export function bytes(language: string, size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = size;
  let step = 0;
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step === 0 || value >= 100 ? 0 : 1;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[step],
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(value);
}

/** `12,345` */
export function count(language: string, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** `42 %` */
export function percent(language: string, share: number): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** `1.25` as people of the language write it. */
export function factor(language: string, value: number): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value);
}

/** `a, b and c` */
export function list(language: string, words: string[]): string {
  return new Intl.ListFormat(language, { style: "long", type: "conjunction" }).format(words);
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}

function both(first: string, rest: number, second: string): string {
  return rest === 0 ? first : `${first} ${second}`;
}
