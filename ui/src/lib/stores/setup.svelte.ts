// The accounts as they are configured, what a provider's form asks for, where keys are kept, and
// whether `config.toml` was taken. Everything is asked again when the other side says that it changed.

import type { AccountSetup, ConfigState, KeysJson, ProviderForm, RemovedAccount, SharedSecretJson } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";

/** What can be set up. */
export class Setup {
  forms = $state.raw<ProviderForm[]>([]);
  accounts = $state.raw<AccountSetup[]>([]);
  /** Accounts that are not configured any more, and whose calls are here. */
  removed = $state.raw<RemovedAccount[]>([]);
  /** Keys of no account that are taken or there. */
  shared = $state.raw<SharedSecretJson[]>([]);
  keys = $state.raw<KeysJson | null>(null);
  config = $state.raw<ConfigState | null>(null);
  /** False until the first answers. */
  loaded: boolean = $state(false);
  error: HostError | null = $state(null);
  /** A person has put the question for the passphrase away. */
  later: boolean = $state(false);
  readonly #host: Host;
  #asked = 0;
  #newest: Promise<void> = Promise.resolve();

  /** There is a sealed file, and nobody has opened it yet. */
  locked: boolean = $derived(this.keys?.kind === "sealed_file" && !this.keys.open);

  constructor(host: Host) {
    this.#host = host;
  }

  /** Reads everything anew. Done when the newest answer is there, also if that was asked for later. */
  load(): Promise<void> {
    this.#newest = this.#read(++this.#asked);
    return this.#newest;
  }

  /** Takes in news of `config.toml`, and reads what follows from it. */
  fold(news: ConfigState): void {
    this.config = news;
    void this.load();
  }

  /** The form of a provider. */
  form(provider: string): ProviderForm | null {
    return this.forms.find((form) => form.provider === provider) ?? null;
  }

  /** An account as it is configured. */
  account(id: string): AccountSetup | null {
    return this.accounts.find((account) => account.id === id) ?? null;
  }

  /** Opens the sealed file, or makes one with this passphrase. */
  async unlock(passphrase: string): Promise<void> {
    this.keys = await this.#host.rpc("keys.unlock", { passphrase });
    await this.load();
  }

  async #read(asked: number): Promise<void> {
    try {
      const [forms, setup, keys, config] = await Promise.all([
        this.#host.rpc("providers.list", {}),
        this.#host.rpc("accounts.setup", {}),
        this.#host.rpc("keys.state", {}),
        this.#host.rpc("config.state", {}),
      ]);
      if (asked !== this.#asked) return await this.#newest;
      this.forms = forms;
      this.accounts = setup.accounts;
      this.removed = setup.removed;
      this.shared = setup.shared;
      this.keys = keys;
      this.config = config;
      this.error = null;
      this.loaded = true;
    } catch (thrown) {
      if (asked !== this.#asked) return await this.#newest;
      this.error = HostError.from(thrown);
    }
  }
}
