// What a resync changed, field by field, ready to be shown. Pure.

import type { ResyncItem } from "$lib/host/bindings";

/** One field before and after. */
export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** The changed fields of one call, and `missing` if that changed. */
export function changesOf(item: ResyncItem): Change[] {
  const fields = new Set([...item.changed, ...Object.keys(item.before), ...Object.keys(item.after)]);
  return [...fields]
    .filter((field) => JSON.stringify(item.before[field] ?? null) !== JSON.stringify(item.after[field] ?? null))
    .map((field) => ({ field, before: item.before[field] ?? null, after: item.after[field] ?? null }));
}
