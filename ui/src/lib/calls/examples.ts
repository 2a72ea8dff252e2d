// What has to stand in `config.toml` for a first account, per provider. Pure.

/** An example of an account. */
export interface Example {
  provider: string;
  /** The provider's name for people; `null` for a team's own backend. */
  title: string | null;
  config: string;
  /** The names of the environment's variables. */
  secrets: string[];
}

/** Examples for every provider, the simplest first. */
export const EXAMPLES: Example[] = [
  example("retell", "Retell", "clinic-retell", [], ["API_KEY"]),
  example("twilio", "Twilio", "bistro-twilio", ['account_sid = "AC…"'], ["AUTH_TOKEN"]),
  example("vapi", "Vapi", "sales-vapi", ['webhook_auth = "hmac"'], ["API_KEY", "WEBHOOK_SECRET"]),
  example("telnyx", "Telnyx", "intake-telnyx", ['public_key = "…"'], ["API_KEY"]),
  example("recall", "Recall.ai", "meetings-recall", ['region = "us-west-2"'], ["API_KEY", "WEBHOOK_SECRET"]),
  example("custom", null, "own-backend", [], ["WEBHOOK_SECRET"]),
];

function example(provider: string, title: string | null, id: string, more: string[], secrets: string[]): Example {
  const prefix = `RINGBACK_${id.toUpperCase().replaceAll("-", "_")}`;
  return {
    provider,
    title,
    config: ["[[accounts]]", `id = "${id}"`, `provider = "${provider}"`, ...more].join("\n"),
    secrets: secrets.map((name) => `${prefix}_${name}`),
  };
}
