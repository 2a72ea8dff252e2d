// Exports of the fake: each takes a moment, and nobody is asked where to.

import type { ExportArgs, ExportProgress, ExportRef } from "../bindings";

const STEP_MS = 120;
const STEPS = 5;
const FOLDER = "~/Downloads";

/** What is on its way out. */
export class FakeExports {
  readonly #known = new Map<number, ExportProgress>();
  readonly #isHere: (call: string) => boolean;
  readonly #tell: (progress: ExportProgress) => void;

  constructor(isHere: (call: string) => boolean, tell: (progress: ExportProgress) => void) {
    this.#isHere = isHere;
    this.#tell = tell;
  }

  start({ recordings, calls, form }: ExportArgs): ExportProgress {
    const here = calls.filter((call) => this.#isHere(call));
    const names = [...recordings, ...here].map((id) => `${FOLDER}/${id}.${form === "own" ? "wav" : form}`);
    const first: ExportProgress = {
      export: this.#known.size + 1,
      state: "running",
      total: names.length,
      written: 0,
      failed: 0,
      without: calls.length - here.length,
      share: 0,
      file: null,
      folder: FOLDER,
      asked: false,
      error: null,
    };
    this.#known.set(first.export, first);
    const step = (done: number) => {
      const known = this.#known.get(first.export);
      if (known === undefined || known.state !== "running") return;
      const written = Math.floor(done / STEPS);
      const state = written === names.length ? "done" : "running";
      this.#put({ ...known, written, state, share: done / STEPS / Math.max(1, names.length), file: names[written - 1] ?? null });
      setTimeout(() => step(done + 1), STEP_MS);
    };
    setTimeout(() => step(1), STEP_MS);
    return first;
  }

  stop({ export: number }: ExportRef): Record<string, never> {
    const known = this.#known.get(number);
    if (known !== undefined) this.#put({ ...known, state: "stopped" });
    return {};
  }

  #put(progress: ExportProgress): void {
    this.#known.set(progress.export, progress);
    this.#tell(progress);
  }
}
