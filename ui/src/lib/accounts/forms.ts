// What a form about an account has in it and what fits: ids, settings as texts and back. Pure.

import type { ProviderForm, SecretField, SettingField, SettingValue } from "$lib/host/bindings";
import type { MessageKey } from "$lib/i18n/table";

/** The longest id that there may be. */
const LONGEST_ID = 64;

/** What is wrong with an id; `null` if it fits. `taken` are the ids that are in use. */
export function idProblem(id: string, taken: readonly string[]): MessageKey | null {
  if (id === "") return "add.id_empty";
  if (id.length > LONGEST_ID) return "add.id_long";
  if (!/^[a-z0-9-]+$/.test(id)) return "add.id_letters";
  return taken.includes(id) ? "add.id_taken" : null;
}

/** An id for a new account: what the provider calls it and the provider itself, in letters that may be used. */
export function suggestId(provider: string, name: string | null, taken: readonly string[]): string {
  const words = slug(name ?? "").split("-").filter((word) => word !== "" && word !== provider);
  let base = "";
  for (const word of words) {
    if (base.length + word.length + provider.length + 2 > 40) break;
    base += `${word}-`;
  }
  const wanted = `${base}${provider}`;
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const next = `${wanted}-${number}`;
    if (!taken.includes(next)) return next;
  }
}

/** What is typed into the box of an id, brought closer to what an id may be. */
export function asId(typed: string): string {
  return spelled(typed).toLowerCase().replace(/[\s_.]+/g, "-");
}

/** A setting in the text of its box. Several hosts stand with commas between. */
export function asText(value: SettingValue | null | undefined): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** What is typed into a setting's box, as it goes to the other side; `null` for what stands there by itself. */
export function asValue(form: SettingField, text: string): SettingValue | null {
  const typed = text.trim();
  if (typed === "") return null;
  switch (form.kind) {
    case "flag":
      return typed === "true";
    case "number":
      return Number(typed.replace(",", "."));
    case "list":
      return typed.split(/[\s,;]+/).filter((one) => one !== "");
    default:
      return typed;
  }
}

/** What of a setting's text does not fit before anybody is asked; `null` if it may. */
export function settingProblem(form: SettingField, text: string): MessageKey | null {
  const typed = text.trim();
  if (typed === "") return form.required ? "setting.required" : null;
  if (form.kind === "duration") return /^(\d+(\.\d+)?\s*(ms|s|m|h|d|w)\s*)+$/.test(typed) || typed === "0" ? null : "setting.no_duration";
  if (form.kind === "number") return Number.isFinite(Number(typed.replace(",", "."))) ? null : "setting.no_number";
  if (form.kind === "address") return /^https?:\/\/\S+$/.test(typed) ? null : "setting.no_address";
  return null;
}

/** A length of time as the file writes it, in ms; `null` if it is none. */
export function duration(text: string): number | null {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g)];
  return parts.length === 0 ? null : parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

/** What looks odd about a secret; `null` if nothing does. The provider has the last word. Several may stand with spaces between. */
export function secretProblem(field: SecretField, text: string): MessageKey | null {
  const parts = text.trim().split(/\s+/).filter((part) => part !== "");
  const { begins_with } = field;
  return begins_with !== null && parts.some((part) => !part.startsWith(begins_with.slice(0, part.length))) ? "secret.beginning" : null;
}

/** The settings that differ from what is there, as they go to the other side. */
export function changes(forms: readonly SettingField[], texts: Readonly<Record<string, string>>, known: Readonly<Record<string, SettingValue | undefined>>): Record<string, SettingValue | null> {
  const changed: Record<string, SettingValue | null> = {};
  for (const form of forms) {
    const text = applies(form, { settings: [...forms] }, texts) ? (texts[form.key] ?? "") : "";
    const value = asValue(form, text);
    const asUsual = known[form.key] === undefined && asText(value) === asText(form.default);
    if (!asUsual && text.trim() !== asText(known[form.key]).trim()) changed[form.key] = value;
  }
  return changed;
}

/** The settings that a new account is asked for at once, and those with good answers of their own. Who only pushes has to say from where. */
export function parted(form: ProviderForm, texts: Readonly<Record<string, string>>): { first: SettingField[]; more: SettingField[] } {
  const asked = ({ key, common, required, only_with }: SettingField) => required || (!common && only_with === null) || (key === "media_hosts" && !form.has_api);
  const all = sensible(form, texts);
  return { first: all.filter(asked), more: all.filter((setting) => !asked(setting)) };
}

/** Settings about asking a provider: nothing to those whose backend only pushes. */
const OF_ASKING: readonly string[] = ["base_url", "poll_every", "requests_per_second", "delete_at_provider", "accept_unsigned"];

/** The settings that mean something at this provider, given the others; those that stand in the file in any case. */
export function sensible(form: ProviderForm, texts: Readonly<Record<string, string>>, known: Readonly<Record<string, SettingValue | undefined>> = {}): SettingField[] {
  return form.settings.filter((setting) => {
    if (known[setting.key] !== undefined) return true;
    if (!form.has_api && OF_ASKING.includes(setting.key)) return false;
    if (setting.key === "delete_at_provider" && form.cannot_delete !== null) return false;
    return applies(setting, form, texts);
  });
}

/** Settings that every account has and that are looked at now and then; the others hardly ever. */
const EVERYDAY: readonly string[] = ["poll_every", "stuck_after", "delete_at_provider"];

/** Whether a setting is one of those that a person comes for. */
export function everyday(setting: SettingField, form: ProviderForm): boolean {
  return !setting.common || EVERYDAY.includes(setting.key) || (setting.key === "media_hosts" && !form.has_api);
}

/** Whether a setting counts at all, given the others. */
export function applies(setting: SettingField, form: Pick<ProviderForm, "settings">, texts: Readonly<Record<string, string>>): boolean {
  const condition = setting.only_with;
  if (condition === null) return true;
  const other = form.settings.find(({ key }) => key === condition.key);
  return condition.values.includes((texts[condition.key] ?? "").trim() || asText(other?.default));
}

/** The settings of a new account, as they go to the other side: those that say something else than what counts anyway. */
export function told(form: ProviderForm, texts: Readonly<Record<string, string>>): Record<string, SettingValue> {
  const values: Record<string, SettingValue> = {};
  for (const setting of form.settings) {
    const value = applies(setting, form, texts) ? asValue(setting, texts[setting.key] ?? "") : null;
    if (value !== null && asText(value) !== asText(setting.default)) values[setting.key] = value;
  }
  return values;
}

function slug(name: string): string {
  return spelled(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/** Letters with marks as they are written where there are none. */
function spelled(text: string): string {
  const german: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", Ä: "Ae", Ö: "Oe", Ü: "Ue" };
  return text
    .replace(/[äöüßÄÖÜ]/g, (letter) => german[letter] ?? letter)
    .normalize("NFD")
    .replace(/\p{M}/gu, "");
}
