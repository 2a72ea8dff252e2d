// Short words at the edge of the window: "Link copied", or why something did not work.

import { HostError } from "$lib/host/host";
import { faultOf } from "$lib/i18n/faults";
import { t } from "$lib/i18n/words.svelte";

/** One notice. */
export interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
  /** What to do. */
  advice: string | null;
  /** What the other side said, in English. */
  detail: string | null;
}

const GOOD_MS = 2400;
const BAD_MS = 8000;

/** The notices on the screen. */
export class Notices {
  all = $state.raw<Notice[]>([]);
  #next = 1;

  /** Says that something worked. */
  good(text: string): void {
    this.#show({ tone: "good", text, advice: null, detail: null }, GOOD_MS);
  }

  /** Says that something did not. */
  bad(thrown: unknown): void {
    const { title, advice, detail } = faultOf(HostError.from(thrown));
    this.#show({ tone: "bad", text: title, advice, detail }, BAD_MS);
  }

  /** Carries something out and says so if it fails. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.bad(thrown);
      return undefined;
    }
  }

  /** Copies text for pasting elsewhere. */
  async copy(text: string, said: string = t("action.copied")): Promise<void> {
    await this.attempt(async () => {
      await navigator.clipboard.writeText(text);
      this.good(said);
    });
  }

  dismiss(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }

  #show(notice: Omit<Notice, "id">, ms: number): void {
    const id = this.#next++;
    this.all = [...this.all.slice(-2), { id, ...notice }];
    setTimeout(() => this.dismiss(id), ms);
  }
}
