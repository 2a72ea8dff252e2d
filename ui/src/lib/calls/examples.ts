// What has to be written down for a first account, per provider: lines of `config.toml`, secrets in
// the environment, and the address that the provider is given. Pure.

import type { MessageKey } from "$lib/i18n/table";

/** An example of an account. */
export interface Example {
  provider: string;
  /** The account's id in the example; part of its address and of its secrets' names. */
  id: string;
  config: string;
  /** The names of the environment's variables. */
  secrets: string[];
  /** The same for the system's key store: a command that asks for the first secret. */
  command: string;
  /** Where at the provider the address belongs. */
  where: MessageKey;
}

/** The public address in examples, until there is a real one. */
const SOMEWHERE = "https://hooks.example";

/** Examples for every provider, the simplest first. */
export const EXAMPLES: readonly Example[] = [
  example("retell", "clinic-retell", [], ["API_KEY"], "example.where_retell"),
  example("vapi", "sales-vapi", ['webhook_auth = "hmac"  # or "secret", "bearer", "none"'], ["API_KEY", "WEBHOOK_SECRET"], "example.where_vapi"),
  example("twilio", "bistro-twilio", ['account_sid = "AC…"'], ["AUTH_TOKEN"], "example.where_twilio"),
  example("telnyx", "intake-telnyx", ['public_key = "…"  # Mission Control: Keys & Credentials'], ["API_KEY"], "example.where_telnyx"),
  example("recall", "meetings-recall", ['region = "us-west-2"'], ["API_KEY", "WEBHOOK_SECRET"], "example.where_recall"),
  example("custom", "own-backend", [], ["WEBHOOK_SECRET"], "example.where_custom"),
];

/** Where the tunnel ends, as far as the accounts that are set up tell; `null` if none does. */
export function publicAddress(accounts: readonly { webhook_url: string | null }[]): string | null {
  for (const { webhook_url } of accounts) {
    const found = /^(https?:\/\/.+)\/webhooks\/[^/]+$/.exec(webhook_url ?? "");
    if (found?.[1] !== undefined) return found[1];
  }
  return null;
}

/** What stands in `config.toml`: the account, and before it the public address if that is not there yet. */
export function configOf(one: Example, known: string | null): string {
  return known === null ? `[intake]\npublic_url = "${SOMEWHERE}"  # where your tunnel ends\n\n${one.config}` : one.config;
}

/** The address that the provider is given. */
export function addressOf(one: Example, known: string | null): string {
  return `${known ?? SOMEWHERE}/webhooks/${one.id}`;
}

function example(provider: string, id: string, more: string[], secrets: string[], where: MessageKey): Example {
  const prefix = `RINGBACK_${id.toUpperCase().replaceAll("-", "_")}`;
  return {
    provider,
    id,
    config: ["[[accounts]]", `id = "${id}"`, `provider = "${provider}"`, ...more].join("\n"),
    secrets: secrets.map((name) => `${prefix}_${name}`),
    command: `ringback accounts set-secret ${id} ${secrets[0]?.toLowerCase() ?? ""}`,
    where,
  };
}
