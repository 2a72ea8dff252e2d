// The tables of words: one per language, with the same keys. Plurals are written out per form and
// chosen by `Intl.PluralRules`. This file is pure; `words.svelte.ts` holds the chosen language.

import de from "$messages/de.json";
import en from "$messages/en.json";

/** Every key there is. English leads; a test holds the other languages to it. */
export type MessageKey = keyof typeof en;

/** What stands in for `{names}` in a message. */
export type Params = Record<string, string | number>;

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
type Message = string | Forms;

/** The languages of the window. */
export type Language = "en" | "de";

const tables: Record<Language, Record<MessageKey, Message>> = { en, de };

const plurals: Record<Language, Intl.PluralRules> = {
  en: new Intl.PluralRules("en"),
  de: new Intl.PluralRules("de"),
};

const numbers: Record<Language, Intl.NumberFormat> = {
  en: new Intl.NumberFormat("en"),
  de: new Intl.NumberFormat("de"),
};

/** The message in a language, with its names filled in. A plural looks at `count`. */
export function translate(language: Language, key: MessageKey, params: Params = {}): string {
  const message = tables[language][key];
  const pattern = typeof message === "string" ? message : form(language, message, params.count);
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers[language].format(value) : value;
  });
}

/** Whether there is such a message; for words that come from outside, such as a reason. */
export function isMessage(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** The language to use: the one that was chosen, else the first of the system's that we have. */
export function pickLanguage(chosen: string | null, system: readonly string[]): Language {
  for (const wish of chosen === null ? system : [chosen, ...system]) {
    const short = wish.toLowerCase().split("-")[0];
    if (short === "en" || short === "de") return short;
  }
  return "en";
}

function form(language: Language, forms: Forms, count: string | number | undefined): string {
  return forms[plurals[language].select(Number(count ?? 0))] ?? forms.other;
}
