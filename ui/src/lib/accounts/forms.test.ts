import { expect, test } from "vitest";
import type { ProviderForm, SettingField } from "$lib/host/bindings";
import { applies, asId, asText, asValue, changes, duration, idProblem, parted, sensible, settingProblem, suggestId, told } from "./forms";

function setting(key: string, kind: SettingField["kind"], part: Partial<SettingField> = {}): SettingField {
  return { key, kind, common: true, required: false, default: null, choices: [], about: "", only_with: null, ...part };
}

test("an id is small letters, digits and hyphens, and nobody else's", () => {
  expect(idProblem("clinic-retell", [])).toBeNull();
  expect(idProblem("", [])).toBe("add.id_empty");
  expect(idProblem("Clinic", [])).toBe("add.id_letters");
  expect(idProblem("a".repeat(65), [])).toBe("add.id_long");
  expect(idProblem("clinic-retell", ["clinic-retell"])).toBe("add.id_taken");
});

test("an id is suggested from what the provider calls the account", () => {
  expect(suggestId("retell", "Riverside Clinic", [])).toBe("riverside-clinic-retell");
  expect(suggestId("retell", "Praxis Müller & Söhne", [])).toBe("praxis-mueller-soehne-retell");
  expect(suggestId("vapi", "Vapi", []), "the provider's name stands there once").toBe("vapi");
  expect(suggestId("vapi", "東京", []), "what cannot be spelled is left out").toBe("vapi");
  expect(suggestId("twilio", null, ["twilio", "twilio-2"])).toBe("twilio-3");
});

test("a long name gives an id of whole words", () => {
  const id = suggestId("twilio", "The Extraordinarily Long Winded Hospitality Group Of Northern Bavaria", []);
  expect(id).toBe("the-extraordinarily-long-winded-twilio");
  expect(idProblem(id, [])).toBeNull();
});

test("what is typed as an id is brought closer to one, but not changed behind one's back", () => {
  expect(asId("Clinic Retell")).toBe("clinic-retell");
  expect(asId("clinic-"), "one may be in the middle of a word").toBe("clinic-");
  expect(asId("büro_2")).toBe("buero-2");
});

test("a setting goes through its box and back unchanged", () => {
  expect(asText(["a.example", "b.example:8443"])).toBe("a.example, b.example:8443");
  expect(asValue(setting("media_hosts", "list"), "a.example, b.example:8443")).toEqual(["a.example", "b.example:8443"]);
  expect(asValue(setting("accept_unsigned", "flag"), asText(true))).toBe(true);
  expect(asValue(setting("requests_per_second", "number"), "2,5")).toBe(2.5);
  expect(asValue(setting("poll_every", "duration"), "  "), "an empty box is the default").toBeNull();
});

test("what cannot be a time, a number or an address is said before anybody is asked", () => {
  expect(settingProblem(setting("poll_every", "duration"), "5m")).toBeNull();
  expect(settingProblem(setting("poll_every", "duration"), "1h 30m")).toBeNull();
  expect(settingProblem(setting("poll_every", "duration"), "soon")).toBe("setting.no_duration");
  expect(settingProblem(setting("requests_per_second", "number"), "many")).toBe("setting.no_number");
  expect(settingProblem(setting("base_url", "address"), "api.example")).toBe("setting.no_address");
  expect(settingProblem(setting("account_sid", "text", { required: true }), " ")).toBe("setting.required");
});

test("a length of time is read as the file writes it", () => {
  expect(duration("5m")).toBe(300_000);
  expect(duration("1h 30m")).toBe(5_400_000);
  expect(duration("0s")).toBe(0);
  expect(duration("soon")).toBeNull();
});

test("only what was changed is sent, and an emptied box gives the default back", () => {
  const forms = [setting("poll_every", "duration"), setting("accept_unsigned", "flag"), setting("media_hosts", "list")];
  const known = { poll_every: "10m", accept_unsigned: false };
  expect(changes(forms, { poll_every: "10m", accept_unsigned: "false", media_hosts: "" }, known)).toEqual({});
  expect(changes(forms, { poll_every: "", accept_unsigned: "true", media_hosts: "a.example" }, known)).toEqual({ poll_every: null, accept_unsigned: true, media_hosts: ["a.example"] });
});

const TWILIO: ProviderForm = {
  provider: "twilio",
  title: "Twilio",
  has_api: true,
  default_base_url: "https://api.twilio.com",
  cannot_delete: null,
  secrets: [],
  settings: [
    setting("account_sid", "text", { common: false, required: true }),
    setting("poll_every", "duration", { default: "5m" }),
    setting("media_hosts", "list"),
  ],
};

test("a switch that is turned on and off again changes nothing", () => {
  const flag = setting("accept_unsigned", "flag", { default: false });
  expect(changes([flag], { accept_unsigned: "false" }, {})).toEqual({});
  expect(changes([flag], { accept_unsigned: "false" }, { accept_unsigned: true })).toEqual({ accept_unsigned: false });
});

test("one is asked first for what an account cannot do without", () => {
  expect(parted(TWILIO, {}).first.map(({ key }) => key)).toEqual(["account_sid"]);
  expect(parted({ ...TWILIO, has_api: false }, {}).first.map(({ key }) => key), "who only pushes says from where").toEqual(["account_sid", "media_hosts"]);
});

test("settings that mean nothing at a provider are shown only if they stand in the file", () => {
  const form = { ...TWILIO, has_api: false, cannot_delete: "nobody to ask", settings: [setting("poll_every", "duration"), setting("max_downloads", "number"), setting("delete_at_provider", "flag")] };
  expect(sensible(form, {}).map(({ key }) => key)).toEqual(["max_downloads"]);
  expect(sensible(form, {}, { poll_every: "5m" }).map(({ key }) => key)).toEqual(["poll_every", "max_downloads"]);
  expect(sensible({ ...form, has_api: true }, {}).map(({ key }) => key), "a provider that deletes whole calls only is not told to").toEqual(["poll_every", "max_downloads"]);
});

test("a setting that only counts with another is not asked for, and not sent, without it", () => {
  const header = setting("signature_header", "text", { common: false, only_with: { key: "webhook_auth", values: ["hmac"] } });
  const auth = setting("webhook_auth", "choice", { common: false, default: "secret", choices: ["secret", "hmac"] });
  const form = { ...TWILIO, settings: [auth, header] };
  expect(applies(header, form, {})).toBe(false);
  expect(told(form, { signature_header: "x-sign" })).toEqual({});
  expect(told(form, { webhook_auth: "hmac", signature_header: "x-sign" })).toEqual({ webhook_auth: "hmac", signature_header: "x-sign" });
  expect(changes(form.settings, { webhook_auth: "", signature_header: "x-sign" }, { webhook_auth: "hmac", signature_header: "x-sign" }), "it leaves with the other").toEqual({ webhook_auth: null, signature_header: null });
});

test("what counts anyway is not written into the file of a new account", () => {
  expect(told(TWILIO, { account_sid: "AC1", poll_every: "5m", media_hosts: "" })).toEqual({ account_sid: "AC1" });
});
