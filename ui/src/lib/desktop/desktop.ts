// What can be set for the desktop.

import type { DesktopSettings } from "$lib/host/bindings";

/** What notifications can be about, in the order in which it is shown. */
export const TOPICS = ["recordings", "connection", "calls", "limits", "digest"] as const;

/** Quiet hours to begin with. */
export const EVENING = "20:00";
export const MORNING = "07:00";

/** Nothing set. */
export const UNSET_DESKTOP: DesktopSettings = {
  keep_running: null,
  autostart: null,
  muted: [],
  quiet_from: null,
  quiet_to: null,
  show_content: null,
  knows_tray: false,
};

/** The muted topics after one of them was switched on or off. */
export function withTopic(muted: readonly string[], topic: string, told: boolean): string[] {
  const others = muted.filter((one) => one !== topic);
  return told ? others : [...others, topic];
}
