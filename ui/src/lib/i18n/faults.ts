// Errors as people read them: what happened and what to do in the window's language, and below it
// what the other side said, in its own words.

import type { ErrorJson } from "$lib/host/bindings";
import { isMessage } from "./table";
import { currentLanguage, t } from "./words.svelte";

/** An error in words. */
export interface Fault {
  title: string;
  /** What to do; `null` if nothing helps but waiting. */
  advice: string | null;
  /** What the other side said. It speaks English. */
  detail: string | null;
}

/** An error in the language in use. A hint of the other side knows more than our general advice, where it can be read. */
export function faultOf(error: ErrorJson | null | undefined): Fault {
  const known = `error.${error?.code ?? ""}`;
  const general = `error_advice.${error?.code ?? ""}`;
  const hint = error?.hint || null;
  const ours = isMessage(general) ? t(general) : null;
  const readable = currentLanguage() === "en" && hint !== null;
  return {
    title: t(isMessage(known) ? known : "state.load_failed"),
    advice: readable ? hint : ours,
    detail: sentences([error?.message, readable ? null : hint]),
  };
}

/** A fault on one line, for where there is no room for more. */
export function faultLine(error: ErrorJson | null | undefined): string {
  const { title, advice, detail } = faultOf(error);
  return sentences([title, advice, detail]) ?? title;
}

/** Texts as sentences one after the other; messages of the other side begin small and end without a full stop. */
function sentences(texts: (string | null | undefined)[]): string | null {
  const said = texts.map((text) => (text ?? "").trim()).filter((text) => text !== "");
  return said.length === 0 ? null : said.map(sentence).join(" ");
}

/** A text of the other side as a sentence. A file's name or a command keeps its small letter; an ordinary word at the beginning does not. */
export function sentence(text: string): string {
  const begun = /^[a-z]+[ ,;]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
