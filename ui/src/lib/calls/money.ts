// Sums of decimal texts, exactly. Amounts never become floating-point numbers.

/** Adds decimal texts; `null` if one of them is not a decimal. */
export function addDecimals(amounts: readonly string[]): string | null {
  const parsed = amounts.map(parse);
  if (parsed.some((one) => one === null)) return null;
  const known = parsed as Decimal[];
  const places = Math.max(0, ...known.map((one) => one.places));
  const sum = known.reduce((total, one) => total + one.digits * 10n ** BigInt(places - one.places), 0n);
  return write(sum, places);
}

/** The distance of two decimal texts; `null` if one of them is not a decimal. */
export function distance(a: string, b: string): string | null {
  const difference = addDecimals([a, b.startsWith("-") ? b.slice(1) : `-${b}`]);
  return difference === null ? null : difference.replace(/^-/, "");
}

/** Whether `a` is more than `b`. */
export function isMore(a: string, b: string): boolean {
  const difference = addDecimals([a, b.startsWith("-") ? b.slice(1) : `-${b}`]);
  return difference !== null && !difference.startsWith("-") && /[1-9]/.test(difference);
}

/** A part as a share of a total, 0 to 1, for drawing only. */
export function share(part: string, total: string): number {
  const whole = Math.abs(Number(total));
  return whole > 0 ? Math.min(1, Math.abs(Number(part)) / whole) : 0;
}

interface Decimal {
  digits: bigint;
  places: number;
}

function parse(text: string): Decimal | null {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (found === null) return null;
  const [, sign = "", whole = "0", rest = ""] = found;
  return { digits: BigInt(`${sign}${whole}${rest}`), places: rest.length };
}

function write(digits: bigint, places: number): string {
  const sign = digits < 0n ? "-" : "";
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  return places === 0 ? sign + text : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`;
}
