// Recordings on their way out, folded by the number of the export. One is shown: the newest.

import type { ExportArgs, ExportForm, ExportProgress } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";

/** The forms that are offered, in this order. */
export const FORMS: readonly ExportForm[] = ["own", "wav", "flac", "mp3"];

/** What is being taken out, and what was last. */
export class Exports {
  /** The newest, until a person puts it away. */
  current: ExportProgress | null = $state.raw(null);
  /** Whether a person is being asked where to. */
  asking: boolean = $state(false);
  /** The form that was chosen last. */
  form: ExportForm = $state("own");
  error: HostError | null = $state(null);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether another one can begin. */
  get busy(): boolean {
    return this.asking || this.current?.state === "running";
  }

  /** Asks where to and begins. Nothing happens if the person thinks better of it. */
  async start(what: Partial<Pick<ExportArgs, "recordings" | "calls">>, form: ExportForm = this.form): Promise<void> {
    if (this.busy) return;
    this.form = form;
    this.error = null;
    this.asking = true;
    try {
      const begun = await this.#host.rpc("export.start", { recordings: [], calls: [], ...what, form });
      if (begun !== null) this.fold(begun);
    } catch (thrown) {
      this.error = HostError.from(thrown);
    }
    this.asking = false;
  }

  /** Takes in news. An older export says nothing any more, and one that is over stays over. */
  fold(news: ExportProgress): void {
    const known = this.current;
    if (known !== null && news.export < known.export) return;
    if (known?.export === news.export && known.state !== "running" && news.state === "running") return;
    this.current = news;
  }

  /** Stops the one that goes on; whole files stay. */
  async stop(): Promise<void> {
    await this.#about("export.stop");
  }

  /** Shows what was written in its folder. */
  async reveal(): Promise<void> {
    await this.#about("export.reveal");
  }

  /** Puts the result away. */
  dismiss(): void {
    this.error = null;
    if (this.current?.state !== "running") this.current = null;
  }

  async #about(command: "export.stop" | "export.reveal"): Promise<void> {
    if (this.current === null) return;
    this.error = null;
    try {
      await this.#host.rpc(command, { export: this.current.export });
    } catch (thrown) {
      this.error = HostError.from(thrown);
    }
  }
}
