import { expect, test } from "vitest";
import { SlowHost } from "../testing/host";
import { Setup } from "./setup.svelte";

const OPEN = { kind: "system", open: true, file: "keys.age" };
const IN_FORCE = { file: "config.toml", ok: true, line: null, message: null, hint: null, since: "2026-03-01T10:00:00Z", refused_since: null };
const account = (id: string) => ({ id, provider: "retell", title: "Retell AI", paused: false, settings: {}, secrets: [], webhook_url: null });

/** Answers the newest question of every kind. */
async function answer(host: SlowHost, ids: string[], part: { keys?: object; config?: object } = {}): Promise<void> {
  await host.last("providers.list").answer([]);
  await host.last("accounts.setup").answer({ accounts: ids.map(account), removed: [], shared: [] });
  await host.last("keys.state").answer(part.keys ?? OPEN);
  await host.last("config.state").answer(part.config ?? IN_FORCE);
}

test("whoever asked is told when the newest answer is there, not an overtaken one", async () => {
  const host = new SlowHost();
  const setup = new Setup(host);
  let told = false;
  const first = setup.load().then(() => (told = true));
  const overtaken = [...host.asked];
  void setup.load();
  for (const asked of overtaken) await asked.answer(asked.name === "accounts.setup" ? { accounts: [], removed: [], shared: [] } : asked.name === "providers.list" ? [] : asked.name === "keys.state" ? OPEN : IN_FORCE);
  expect(told).toBe(false);
  await answer(host, ["clinic"]);
  await first;
  expect(setup.account("clinic")?.id).toBe("clinic");
});

test("a refused file is told at once, and what follows from the news is read again", async () => {
  const host = new SlowHost();
  const setup = new Setup(host);
  setup.fold({ ...IN_FORCE, ok: false, line: 3, message: "line 3: no key", refused_since: IN_FORCE.since });
  expect(setup.config?.ok).toBe(false);
  await answer(host, ["clinic"]);
  expect(setup.config?.ok, "what is asked has the last word").toBe(true);
  expect(setup.accounts.map(({ id }) => id)).toEqual(["clinic"]);
});

test("keys are locked only where there is a sealed file that nobody has opened", async () => {
  const host = new SlowHost();
  const setup = new Setup(host);
  void setup.load();
  await answer(host, [], { keys: { kind: "none", open: false, file: "keys.age" } });
  expect(setup.locked).toBe(false);
  void setup.load();
  await answer(host, [], { keys: { kind: "sealed_file", open: false, file: "keys.age" } });
  expect(setup.locked).toBe(true);
  const unlocked = setup.unlock("open sesame");
  await host.last("keys.unlock").answer({ kind: "sealed_file", open: true, file: "keys.age" });
  expect(setup.locked).toBe(false);
  await answer(host, [], { keys: { kind: "sealed_file", open: true, file: "keys.age" } });
  await unlocked;
});
