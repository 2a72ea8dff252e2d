// The language of the window, and every message and number in it. Components that call these are
// drawn anew when the language changes.

import * as format from "./format";
import { isMessage, pickLanguage, translate, type Language, type MessageKey, type Params } from "./table";

let language = $state<Language>("en");
/** The language with the system's region, where that is the same language: 24 hours in Britain. */
let locale = $state("en");

/** The language in use. */
export function currentLanguage(): Language {
  return language;
}

/** Takes the chosen language, or the system's if none was chosen. */
export function useLanguage(chosen: string | null, system: readonly string[] = navigator.languages): void {
  language = pickLanguage(chosen, system);
  locale = system.find((one) => one.toLowerCase().split("-")[0] === language) ?? language;
}

/** The message for a key. */
export function t(key: MessageKey, params?: Params): string {
  return translate(language, key, params);
}

/** The message for a word that came from outside, such as `reason.` + word; `other` if there is none. */
export function tWord(prefix: string, word: string | null | undefined, other: MessageKey, params?: Params): string {
  const key = `${prefix}.${word ?? ""}`;
  return translate(language, isMessage(key) ? key : other, params);
}

/** The message for a word that came from outside, or the word itself where we have none. */
export function tOr(prefix: string, word: string): string {
  const key = `${prefix}.${word}`;
  return isMessage(key) ? translate(language, key) : word;
}

/** The name of a field of a call. */
export function fieldName(name: string): string {
  return tOr("field", name);
}

/** The functions of `format.ts` in the language in use. */
export const say = {
  clock: format.clock,
  span: (ms: number) => format.span(locale, ms),
  milliseconds: (ms: number) => format.milliseconds(locale, ms),
  money: (amount: string, currency: string) => format.money(locale, amount, currency),
  timeOfDay: (at: number) => format.timeOfDay(locale, at),
  timeWithSeconds: (at: number) => format.timeWithSeconds(locale, at),
  day: (at: number, now: number) => format.day(locale, at, now),
  weekday: (at: number, now: number) => format.weekday(locale, at, now),
  month: (at: number) => format.month(locale, at),
  dayAndTime: (at: number, now: number) => format.dayAndTime(locale, at, now),
  fullTime: (at: number) => format.fullTime(locale, at),
  moment: (at: number, now: number) => format.moment(locale, at, now),
  ago: (at: number, now: number) => format.relative(locale, at, now) ?? translate(language, "time.now"),
  bytes: (size: number) => format.bytes(locale, size),
  count: (value: number) => format.count(locale, value),
  percent: (share: number) => format.percent(locale, share),
  factor: (value: number) => format.factor(locale, value),
  list: (words: string[]) => format.list(locale, words),
};
