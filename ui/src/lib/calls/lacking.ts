import type { CallJson } from "$lib/host/bindings";

/** For so long after its end what a call lacks is on its way; then the engine asks for it. */
const ON_ITS_WAY_MS = 15 * 60_000;

/** What to think of what a call lacks: it may still come by itself, or it should be here. */
export type Lacking = "nothing" | "to_come" | "missing";

export function lacking(call: Pick<CallJson, "missing" | "ended_at">, now: number): Lacking {
  if (call.missing.length === 0) return "nothing";
  const fresh = call.ended_at !== null && now - Date.parse(call.ended_at) < ON_ITS_WAY_MS;
  return fresh ? "to_come" : "missing";
}
