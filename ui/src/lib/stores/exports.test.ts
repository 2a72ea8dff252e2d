import { expect, test } from "vitest";
import type { ExportProgress } from "$lib/host/bindings";
import { SlowHost } from "../testing/host";
import { Exports } from "./exports.svelte";

function progress(part: Partial<ExportProgress>): ExportProgress {
  return { export: 1, state: "running", total: 1, written: 0, failed: 0, without: 0, share: 0, file: null, folder: "Downloads", asked: true, error: null, ...part };
}

test("while a person is asked where to, nothing else begins", async () => {
  const host = new SlowHost();
  const exports = new Exports(host);
  const begun = exports.start({ recordings: ["a"] }, "mp3");
  void exports.start({ recordings: ["b"] }, "wav");
  expect(host.asked.map((one) => one.args)).toEqual([{ recordings: ["a"], calls: [], form: "mp3" }]);
  await host.last("export.start").answer(progress({}));
  await begun;
  expect(exports.current?.export).toBe(1);
  expect(exports.busy).toBe(true);
});

test("who thinks better of it sees nothing", async () => {
  const host = new SlowHost();
  const exports = new Exports(host);
  const begun = exports.start({ recordings: ["a"] });
  await host.last("export.start").answer(null);
  await begun;
  expect(exports.current).toBeNull();
  expect(exports.busy).toBe(false);
});

test("an export that is over stays over, and an older one says nothing any more", () => {
  const exports = new Exports(new SlowHost());
  exports.fold(progress({ export: 2, state: "done", written: 1, share: 1 }));
  exports.fold(progress({ export: 2, share: 0.5 }));
  exports.fold(progress({ export: 1, share: 0.9 }));
  expect(exports.current).toMatchObject({ export: 2, state: "done" });
});

test("a result is put away, one that goes on is not", () => {
  const exports = new Exports(new SlowHost());
  exports.fold(progress({}));
  exports.dismiss();
  expect(exports.current).not.toBeNull();
  exports.fold(progress({ state: "stopped" }));
  exports.dismiss();
  expect(exports.current).toBeNull();
});

test("the form that was chosen last is offered again, and an error says itself", async () => {
  const host = new SlowHost();
  const exports = new Exports(host);
  const begun = exports.start({ calls: ["c"] }, "flac");
  await host.last("export.start").refuse({ code: "cannot_write", message: "/x cannot be written", hint: null });
  await begun;
  expect(exports.form).toBe("flac");
  expect(exports.error?.code).toBe("cannot_write");
});
