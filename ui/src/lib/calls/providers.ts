// The providers' names as people write them, and the two letters that stand for each where there
// is no room for a name. The letters are ours: nobody's logo is borrowed. Pure.

/** What a provider is called; `title` is `null` where the name is a matter of language. */
interface Named {
  title: string | null;
  letters: string;
}

const PROVIDERS: Readonly<Record<string, Named>> = {
  retell: { title: "Retell", letters: "Rt" },
  vapi: { title: "Vapi", letters: "Va" },
  twilio: { title: "Twilio", letters: "Tw" },
  telnyx: { title: "Telnyx", letters: "Te" },
  recall: { title: "Recall.ai", letters: "Rc" },
  custom: { title: null, letters: "{}" },
};

/** The provider's name; `null` if it is named differently in every language. */
export function titleOf(provider: string): string | null {
  const known = PROVIDERS[provider];
  return known === undefined ? capital(provider) : known.title;
}

/** The letters of a provider. */
export function lettersOf(provider: string): string {
  return PROVIDERS[provider]?.letters ?? capital(provider).slice(0, 2);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
