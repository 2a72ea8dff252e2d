// Picks the host. In the build that ships `__FAKE_HOST__` is false and the fake is not in it.

import type { Host } from "./host";
import { insideTauri, tauriHost } from "./tauri";

/** The host of this window; `null` if it was opened outside Ringback. */
export async function openHost(): Promise<Host | null> {
  if (insideTauri()) return tauriHost();
  if (__FAKE_HOST__) {
    const { openScene } = await import("./fake/open");
    return openScene(new URLSearchParams(location.search));
  }
  return null;
}
