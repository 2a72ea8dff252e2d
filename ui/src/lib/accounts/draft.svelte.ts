// An account that is being added. Nothing of it is written anywhere until `add`: it dies with the
// page it stands on.

import type { AccountCheck, ProviderForm } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";
import { applies, asId, idProblem, settingProblem, suggestId, told } from "./forms";

/** What the provider says to the keys. */
export type Trial =
  | { state: "none" }
  | { state: "asking" }
  | { state: "works"; answer: AccountCheck }
  | { state: "refused"; error: HostError };

/** Errors with which an account may be added all the same: nobody said that the key is wrong. */
const NOT_ABOUT_THE_KEY: readonly string[] = ["provider", "rate_limited", "not_now"];

/** What stands in the boxes, and what is known of it. */
export class Draft {
  form = $state.raw<ProviderForm | null>(null);
  secrets: Record<string, string> = $state({});
  /** The settings as texts of their boxes. */
  settings: Record<string, string> = $state({});
  id: string = $state("");
  trial = $state.raw<Trial>({ state: "none" });
  adding: boolean = $state(false);
  /** The id is still ours to suggest. */
  #suggested = true;
  #tries = 0;
  readonly #host: Host;
  readonly #taken: () => readonly string[];

  /** What has to be filled in before anybody can be asked. */
  lacking: string[] = $derived.by(() => {
    if (this.form === null) return ["provider"];
    const secrets = this.form.secrets.filter(({ name, required }) => required && (this.secrets[name] ?? "").trim() === "").map(({ name }) => name);
    const form = this.form;
    const settings = form.settings.filter((setting) => applies(setting, form, this.settings) && settingProblem(setting, this.settings[setting.key] ?? "") !== null).map(({ key }) => key);
    return [...secrets, ...settings];
  });
  idProblem = $derived.by(() => idProblem(this.id, this.#taken()));
  /** A secret was typed. */
  touched: boolean = $derived(Object.values(this.secrets).some((secret) => secret !== ""));
  /** The keys were tried and nothing speaks against them. */
  vouched: boolean = $derived(this.trial.state === "works" || (this.trial.state === "refused" && NOT_ABOUT_THE_KEY.includes(this.trial.error.code)));
  /** Everything is there for adding it. */
  ready: boolean = $derived(this.lacking.length === 0 && this.idProblem === null && this.vouched);

  constructor(host: Host, taken: () => readonly string[]) {
    this.#host = host;
    this.#taken = taken;
  }

  /** Takes another provider. What was typed for the one before is dropped: a key of one is no business of another. */
  choose(form: ProviderForm): void {
    if (this.form?.provider === form.provider) return;
    this.form = form;
    this.secrets = {};
    this.settings = Object.fromEntries(form.settings.map((setting) => [setting.key, ""]));
    this.changed();
    this.#suggest(null);
  }

  /** Something that the provider was told is another thing now: what it answered does not count any more. */
  changed(): void {
    this.#tries += 1;
    this.trial = { state: "none" };
  }

  /** Takes an id from a person. An emptied box is ours again. */
  name(typed: string): void {
    this.id = asId(typed);
    this.#suggested = this.id === "";
  }

  /** Asks the provider whether the keys work. Nothing is written. An answer that was overtaken is dropped. */
  async try(): Promise<void> {
    const form = this.form;
    if (form === null || this.lacking.length > 0 || this.trial.state === "asking") return;
    const number = ++this.#tries;
    this.trial = { state: "asking" };
    try {
      const answer = await this.#host.rpc("accounts.try", { id: null, provider: form.provider, settings: told(form, this.settings), secrets: this.#kept() });
      if (number !== this.#tries) return;
      if (answer.ok) {
        this.trial = { state: "works", answer };
        this.#suggest(answer.name);
      } else this.trial = { state: "refused", error: HostError.from(answer.error) };
    } catch (thrown) {
      if (number === this.#tries) this.trial = { state: "refused", error: HostError.from(thrown) };
    }
  }

  /** Writes it down: the settings into `config.toml`, the secrets to where keys are kept. Gives its id. */
  async add(): Promise<string> {
    const form = this.form;
    if (form === null) throw new HostError({ code: "bad_request", message: "no provider is chosen", hint: null });
    this.adding = true;
    try {
      await this.#host.rpc("accounts.add", { id: this.id, provider: form.provider, settings: told(form, this.settings), secrets: this.#kept() });
      this.secrets = {};
      return this.id;
    } finally {
      this.adding = false;
    }
  }

  #suggest(name: string | null): void {
    if (this.#suggested && this.form !== null) this.id = suggestId(this.form.provider, name, this.#taken());
  }

  #kept(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.secrets).map(([name, secret]): [string, string] => [name, secret.trim()]).filter(([, secret]) => secret !== ""));
  }
}
