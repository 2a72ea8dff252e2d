import { expect, test } from "vitest";
import type { ProviderForm } from "$lib/host/bindings";
import { SlowHost } from "../testing/host";
import { Draft } from "./draft.svelte";

const RETELL: ProviderForm = {
  provider: "retell",
  title: "Retell AI",
  has_api: true,
  default_base_url: "https://api.retellai.com",
  cannot_delete: null,
  secrets: [{ name: "api_key", required: true, title: "", place: "", begins_with: null }],
  settings: [{ key: "poll_every", common: true, kind: "duration", required: false, default: "5m", choices: [], about: "", only_with: null }],
};
const TWILIO: ProviderForm = {
  ...RETELL,
  provider: "twilio",
  title: "Twilio",
  secrets: [{ name: "auth_token", required: true, title: "", place: "", begins_with: null }, { name: "api_key_sid", required: false, title: "", place: "", begins_with: null }],
  settings: [{ key: "account_sid", common: false, kind: "text", required: true, default: null, choices: [], about: "", only_with: null }],
};
const WORKS = { id: "", ok: true, asked: true, name: "Riverside Clinic", notes: [], error: null };

function drafted(taken: string[] = []): { host: SlowHost; draft: Draft } {
  const host = new SlowHost();
  return { host, draft: new Draft(host, () => taken) };
}

test("nobody is asked before what is needed is there, and nothing is written by asking", async () => {
  const { host, draft } = drafted();
  draft.choose(TWILIO);
  expect(draft.lacking).toEqual(["auth_token", "account_sid"]);
  await draft.try();
  expect(host.asked).toEqual([]);
  draft.secrets.auth_token = " token ";
  draft.settings.account_sid = "AC1";
  void draft.try();
  expect(host.asked.map(({ name }) => name)).toEqual(["accounts.try"]);
  expect(host.last("accounts.try").args, "spaces around a pasted key are not part of it").toEqual({ id: null, provider: "twilio", settings: { account_sid: "AC1" }, secrets: { auth_token: "token" } });
});

test("an answer about a key that was changed meanwhile does not count", async () => {
  const { host, draft } = drafted();
  draft.choose(RETELL);
  draft.secrets.api_key = "first";
  void draft.try();
  draft.secrets.api_key = "second";
  draft.changed();
  await host.last("accounts.try").answer(WORKS);
  expect(draft.trial.state).toBe("none");
  expect(draft.ready).toBe(false);
});

test("the id follows what the provider says, until a person writes one", async () => {
  const { host, draft } = drafted(["retell"]);
  draft.choose(RETELL);
  expect(draft.id).toBe("retell-2");
  draft.secrets.api_key = "key";
  void draft.try();
  await host.last("accounts.try").answer(WORKS);
  expect(draft.id).toBe("riverside-clinic-retell");
  draft.name("Front Desk");
  void draft.try();
  await host.last("accounts.try").answer({ ...WORKS, name: "Other" });
  expect(draft.id).toBe("front-desk");
});

test("a refused key is no account; a provider that cannot be reached does not forbid one", async () => {
  const { host, draft } = drafted();
  draft.choose(RETELL);
  draft.secrets.api_key = "key";
  void draft.try();
  await host.last("accounts.try").answer({ ...WORKS, ok: false, error: { code: "key_refused", message: "401", hint: null } });
  expect(draft.ready).toBe(false);
  void draft.try();
  await host.last("accounts.try").refuse({ code: "provider", message: "no route", hint: null });
  expect(draft.ready).toBe(true);
});

test("another provider gets nothing of what was typed for the one before", () => {
  const { draft } = drafted();
  draft.choose(RETELL);
  draft.secrets.api_key = "key of retell";
  draft.choose(TWILIO);
  expect(draft.secrets).toEqual({});
  expect(draft.trial.state).toBe("none");
  expect(draft.id).toBe("twilio");
});

test("what was added is forgotten here", async () => {
  const { host, draft } = drafted();
  draft.choose(RETELL);
  draft.secrets.api_key = "key";
  const added = draft.add();
  await host.last("accounts.add").answer({});
  expect(await added).toBe("retell");
  expect(draft.secrets).toEqual({});
});
