// Who is on the other side, and how much of a number may be seen. Pure.

import type { CallJson, CallRow } from "$lib/host/bindings";
import { peopleOf } from "./people";

/** What is known of the other side of a call. */
export type Who = { kind: "number"; number: string } | { kind: "people"; names: string[] } | { kind: "meeting"; platform: string | null } | { kind: "web" | "unknown" };

/** The other side: who called us, whom we called, or who met. */
export function otherSide(call: Pick<CallRow | CallJson, "direction" | "from" | "to">): Who {
  if (call.direction === "web") return { kind: "web" };
  if (call.direction === "meeting") {
    const names = peopleOf(call.from);
    return names.length > 0 ? { kind: "people", names } : { kind: "meeting", platform: call.to };
  }
  const number = call.direction === "outbound" ? call.to : call.from;
  return number ? { kind: "number", number } : { kind: "unknown" };
}

/** The last four digits behind dots. What is no number at all (a name, an address) keeps its first letter. */
export function masked(number: string): string {
  const digits = number.replace(/\D/g, "");
  if (digits.length >= 4) return `··· ${digits.slice(-4)}`;
  return `${number.slice(0, 1)}···`;
}

/** A number in groups, for reading aloud: `+1 555 010 0123`. Anything else stays as it is. */
export function grouped(number: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  const other = /^\+(\d{2})(\d{2,3})(\d{3,4})(\d{2,5})$/.exec(number);
  if (other) return `+${other[1]} ${other[2]} ${other[3]} ${other[4]}`;
  return number;
}
