// Setting accounts up in the fake: a file and a place for keys that live as long as the window.
//
// A key with "wrong" in it is refused, and nobody can be reached with one that says "offline"; the
// passphrase is "open sesame".

import type { AccountCheck, AccountJson, AccountRemoved, AccountSetup, AddAccountArgs, ChecksJson, ConfigState, ErrorCode, KeysJson, RemovedAccount, RemovedData, SecretPlace, SetChecksArgs, SettingValue, Setup, SharedSecretJson, TryAccountArgs } from "../bindings";
import { HostError } from "../host";
import { checksOf } from "./checks";
import { accountsOf } from "./figures";
import { formOf } from "./forms";

const PASSPHRASE = "open sesame";
const FILE = "~/.config/ringback/config.toml";

/** What stands in the file of the day's accounts. */
const SETTINGS: Readonly<Record<string, Record<string, SettingValue>>> = {
  "luigis-twilio": { account_sid: "AC5ef8732a3c49700934481addd5ce1659", poll_every: "2m" },
  "team-recall": { region: "eu-central-1" },
  "garage-backend": { media_hosts: ["files.garage.example"] },
};

/** Where keys lie when the window opens. */
export type KeysScene = "system" | "shut" | "locked" | "none";

/** An account as the fake keeps it. */
interface Kept {
  setup: AccountSetup;
  last_webhook_at: string | null;
}

/** The fake's file and keys. */
export class FakeSetup {
  readonly #now: () => number;
  readonly #changed: (state: ConfigState) => void;
  readonly #trouble: boolean;
  #accounts: Kept[] = [];
  #removed: RemovedAccount[] = [];
  #shared: SharedSecretJson[] = [
    { of: "tunnel", taken: true, secret: { name: "passphrase", required: false, source: "environment", variable: "RINGBACK_TUNNEL_PASSPHRASE" } },
    { of: "offsite", taken: true, secret: { name: "access_key_id", required: true, source: "key_store", variable: "RINGBACK_OFFSITE_ACCESS_KEY_ID" } },
    { of: "offsite", taken: true, secret: { name: "secret_access_key", required: true, source: "key_store", variable: "RINGBACK_OFFSITE_SECRET_ACCESS_KEY" } },
  ];
  #checks: ChecksJson | null = null;
  #keys: KeysJson;
  #broken: boolean;

  constructor(now: () => number, scene: { accounts: boolean; trouble: boolean; keys: KeysScene; broken: boolean }, changed: (state: ConfigState) => void) {
    this.#now = now;
    this.#changed = changed;
    this.#trouble = scene.trouble;
    this.#broken = scene.broken;
    this.#keys = { kind: scene.keys === "system" || scene.keys === "shut" ? "system" : scene.keys === "none" ? "none" : "sealed_file", open: scene.keys === "system", file: "~/.local/share/ringback/keys.age" };
    if (scene.accounts) this.fill();
  }

  /** The accounts of a day, as the demo has them. */
  fill(): void {
    this.#accounts = accountsOf(this.#now(), this.#trouble).map((account, index): Kept => ({
      last_webhook_at: account.last_webhook_at,
      setup: {
        id: account.id,
        provider: account.provider,
        title: account.title,
        paused: false,
        settings: SETTINGS[account.id] ?? {},
        secrets: this.#standings(account.id, account.provider, (name) => (account.missing_secrets.includes(name.toUpperCase()) ? "missing" : index === 1 && name === "auth_token" ? "environment" : null)),
        webhook_url: account.webhook_url,
      },
    }));
  }

  get setup(): Setup {
    return { accounts: this.#accounts.map(({ setup }) => setup), removed: this.#removed, shared: this.#shared };
  }

  get keys(): KeysJson {
    return this.#keys;
  }

  get config(): ConfigState {
    const since = new Date(this.#now() - 3_600_000).toISOString();
    return this.#broken
      ? { file: FILE, ok: false, line: 14, message: "line 14: [[accounts]] has no key `pol_every`", hint: "Did you mean `poll_every`?", since, refused_since: new Date(this.#now() - 40_000).toISOString() }
      : { file: FILE, ok: true, line: null, message: null, hint: null, since, refused_since: null };
  }

  /** The accounts as they live: those of the day, and new ones with nothing yet. */
  live(): AccountJson[] {
    const day = accountsOf(this.#now(), this.#trouble);
    return this.#accounts.map(({ setup, last_webhook_at }) => {
      const missing_secrets = setup.secrets.filter(({ required, source }) => required && source === "missing").map(({ name }) => name.toUpperCase());
      const known = day.find(({ id }) => id === setup.id);
      if (known !== undefined) {
        const key = missing_secrets.length > 0 ? "missing" : known.key === "missing" ? "unknown" : known.key;
        return { ...known, paused: setup.paused, missing_secrets, key };
      }
      const { id, provider, title, webhook_url, paused } = setup;
      const key = missing_secrets.length > 0 ? "missing" : "unknown";
      return { id, provider, title, paused, webhook_url, missing_secrets, last_webhook_at, last_poll_at: null, last_poll_error: null, refused: 0, last_refusal: null, refusals: [], key, key_in_environment: null, delivery_lag_ms: null, apply_lag_ms: null, calls: 0 };
    });
  }

  get checks(): ChecksJson {
    return (this.#checks ??= checksOf(this.live()));
  }

  setChecks({ account, rules }: SetChecksArgs): ChecksJson {
    for (const value of Object.values(rules)) if (value === "soon") throw problem("config", "success_rate is no share such as \"80%\" or 0.8, or \"off\"");
    const kept = this.checks.written.filter((one) => !(one.account === account && one.key in rules));
    const added = Object.entries(rules).flatMap(([key, value]) => (value === null ? [] : [{ account, key, value }]));
    this.#checks = { ...this.checks, written: [...kept, ...added] };
    return this.#checks;
  }

  try({ id, provider, secrets }: TryAccountArgs): AccountCheck {
    const form = formOf(provider);
    const told = Object.values(secrets);
    if (told.some((secret) => secret.includes("offline"))) throw problem("provider", `${new URL(form.default_base_url).host} cannot be resolved`);
    const refused = told.some((secret) => secret.includes("wrong"));
    const error = refused ? { code: "key_refused" as const, message: `${form.title} answers 401: the key is not valid`, hint: null } : null;
    return { id: id ?? provider, ok: !refused, asked: form.has_api, name: form.has_api ? "Riverside Clinic" : null, notes: provider === "twilio" && !refused ? ["2 phone numbers tell nobody of their calls."] : [], error };
  }

  add({ id, provider, settings, secrets }: AddAccountArgs): AccountSetup {
    this.#writable();
    if (this.#accounts.some((account) => account.setup.id === id)) throw problem("bad_request", `there is an account ${id} already`, "Give it another id.");
    const form = formOf(provider);
    const setup: AccountSetup = { id, provider, title: form.title, paused: false, settings, secrets: this.#standings(id, provider, (name) => (name in secrets ? null : "missing")), webhook_url: `https://hooks.example/webhooks/${id}` };
    this.#accounts = [...this.#accounts, { setup, last_webhook_at: null }];
    this.#removed = this.#removed.filter((one) => one.id !== id);
    this.#tell();
    return setup;
  }

  /** A webhook of the account comes in. */
  arrive(id: string): void {
    this.#accounts = this.#accounts.map((account) => (account.setup.id === id ? { ...account, last_webhook_at: new Date(this.#now()).toISOString() } : account));
  }

  edit(id: string, settings: Record<string, SettingValue | null>): AccountSetup {
    this.#writable();
    if (settings.poll_every === "1ms") throw problem("config", "line 9: poll_every is shorter than a second", "Write a longer time, or \"0s\" for never.");
    return this.#change(id, (setup) => ({ ...setup, settings: Object.fromEntries(Object.entries({ ...setup.settings, ...settings }).filter((one): one is [string, SettingValue] => one[1] !== null)) }));
  }

  pause(id: string, paused: boolean): AccountSetup {
    this.#writable();
    return this.#change(id, (setup) => ({ ...setup, paused }));
  }

  remove(id: string, data: RemovedData, forget: boolean): AccountRemoved {
    this.#writable();
    const calls = this.live().find((account) => account.id === id)?.calls ?? 0;
    const { provider, secrets } = this.#account(id);
    this.#accounts = this.#accounts.filter((account) => account.setup.id !== id);
    if (calls > 0) this.#removed = [...this.#removed, { id, provider, calls }];
    this.#tell();
    return { id, calls, quarantined: data === "quarantine" ? calls : 0, not_moved: 0, secrets_forgotten: forget ? secrets.length : 0 };
  }

  place(id: string, name: string, source: SecretPlace | null): AccountSetup {
    if (!this.#keys.open) throw problem("locked", "the sealed file is locked");
    return this.#change(id, (setup) => ({ ...setup, secrets: setup.secrets.map((one) => (one.name === name ? { ...one, source: source ?? this.#source() } : one)) }));
  }

  placeShared(of: string, name: string, source: SecretPlace | null): SharedSecretJson[] {
    if (!this.#keys.open) throw problem("locked", "the key store is locked");
    this.#shared = this.#shared.map((one) => (one.of === of && one.secret.name === name ? { ...one, secret: { ...one.secret, source: source ?? this.#source() } } : one));
    this.#tell();
    return this.#shared;
  }

  move(id: string | null): string[] {
    return this.#accounts
      .filter(({ setup }) => id === null || setup.id === id)
      .flatMap(({ setup }) => setup.secrets)
      .concat(id === null ? this.#shared.map(({ secret }) => secret) : [])
      .filter(({ source }) => source === "environment")
      .map(({ variable }) => variable);
  }

  unlock(passphrase: string): KeysJson {
    if (this.#keys.kind === "sealed_file" && passphrase !== PASSPHRASE) throw problem("config", "the passphrase does not open the file");
    this.#keys = { ...this.#keys, kind: this.#keys.kind === "none" ? "sealed_file" : this.#keys.kind, open: true };
    this.#accounts = this.#accounts.map((account) => ({ ...account, setup: { ...account.setup, secrets: account.setup.secrets.map((one) => (one.source === "missing" && one.required ? { ...one, source: this.#source() } : one)) } }));
    this.#tell();
    return this.#keys;
  }

  /** A key store that was locked asks for its password, and somebody types it. */
  read(): KeysJson {
    this.#keys = { ...this.#keys, open: this.#keys.kind === "system" || this.#keys.open };
    this.#tell();
    return this.#keys;
  }

  /** Somebody mends the file by hand, for tests. */
  mend(): void {
    this.#broken = false;
    this.#tell();
  }

  #standings(id: string, provider: string, source: (name: string) => SecretPlace | null): AccountSetup["secrets"] {
    return formOf(provider).secrets.map(({ name, required }) => ({
      name,
      required,
      source: source(name) ?? (required ? (this.#keys.open ? this.#source() : "missing") : "missing"),
      variable: `RINGBACK_${id}_${name}`.replaceAll("-", "_").toUpperCase(),
    }));
  }

  #source(): SecretPlace {
    return this.#keys.kind === "system" ? "key_store" : "sealed_file";
  }

  #account(id: string): AccountSetup {
    const found = this.#accounts.find((account) => account.setup.id === id)?.setup;
    if (found === undefined) throw problem("not_found", `there is no account ${id}`);
    return found;
  }

  #change(id: string, change: (setup: AccountSetup) => AccountSetup): AccountSetup {
    const setup = change(this.#account(id));
    this.#accounts = this.#accounts.map((account) => (account.setup.id === id ? { ...account, setup } : account));
    this.#tell();
    return setup;
  }

  #writable(): void {
    if (this.#broken) throw problem("config", "config.toml is refused as it stands: line 14: [[accounts]] has no key `pol_every`", "Mend it first; what the window changes is written into the same file.");
  }

  #tell(): void {
    setTimeout(() => this.#changed(this.config), 0);
  }
}

function problem(code: ErrorCode, message: string, hint: string | null = null): HostError {
  return new HostError({ code, message, hint });
}
