// What a person has set, with our answers where nothing was set. Kept on the other side, so that
// every window agrees.

import { UNSET_DESKTOP } from "$lib/desktop/desktop";
import type { Settings } from "$lib/host/bindings";
import type { Host } from "$lib/host/host";
import { useLanguage } from "$lib/i18n/words.svelte";

const UNSET: Settings = {
  language: null,
  theme: null,
  density: null,
  listener: null,
  click_plays: null,
  show_numbers: null,
  desktop: UNSET_DESKTOP,
};

/** Where the last theme and language are remembered, so that the window does not open in the wrong ones. */
const THEME_KEY = "ringback.theme";
const LANGUAGE_KEY = "ringback.language";

/** The settings, and their effect on the document. */
export class SettingsStore {
  set = $state.raw<Settings>(UNSET);
  /** Whether the system prefers dark. */
  #systemDark: boolean = $state(false);
  readonly #host: Host;

  /** The theme on the screen. */
  theme: "light" | "dark" = $derived(
    this.set.theme === "dark" || (this.set.theme !== "light" && this.#systemDark) ? "dark" : "light",
  );
  density: "comfortable" | "compact" = $derived(this.set.density === "compact" ? "compact" : "comfortable");
  clickPlays: boolean = $derived(this.set.click_plays ?? false);
  showNumbers: boolean = $derived(this.set.show_numbers ?? false);

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    this.fold(await this.#host.rpc("settings.get", {}));
  }

  fold(news: Settings): void {
    this.set = news;
    useLanguage(news.language);
    remember(THEME_KEY, news.theme);
    remember(LANGUAGE_KEY, news.language);
  }

  /** Changes something. Shown at once; the answer has the last word. */
  async change(part: Partial<Settings>): Promise<void> {
    this.fold({ ...this.set, ...part });
    this.fold(await this.#host.rpc("settings.set", this.set));
  }

  /** Follows the system's preference for light or dark. */
  followSystem(): () => void {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => (this.#systemDark = dark.matches);
    follow();
    dark.addEventListener("change", follow);
    return () => dark.removeEventListener("change", follow);
  }
}

/** The theme to begin with, before the settings are known. */
export function firstTheme(): "light" | "dark" {
  const last = localStorage.getItem(THEME_KEY);
  if (last === "light" || last === "dark") return last;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** The language to begin with; `null` for the system's. It speaks even when nobody answers. */
export function firstLanguage(): string | null {
  return localStorage.getItem(LANGUAGE_KEY);
}

function remember(key: string, value: string | null): void {
  if (value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, value);
}
