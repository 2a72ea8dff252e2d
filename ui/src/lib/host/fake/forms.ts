// What the fake's providers ask for, as the real ones do.

import type { ProviderForm, SecretField, SettingField, SettingKind, SettingValue } from "../bindings";

function setting(key: string, kind: SettingKind, about: string, part: Partial<SettingField> = {}): SettingField {
  return { key, common: false, required: false, kind, default: null, choices: [], about, only_with: null, ...part };
}

function common(key: string, kind: SettingKind, about: string, usual: SettingValue | null = null): SettingField {
  return setting(key, kind, about, { common: true, default: usual });
}

function secret(name: string, required: boolean, title: string, place: string, begins_with: string | null = null): SecretField {
  return { name, required, title, place, begins_with };
}

const ASKED: SettingField[] = [
  common("poll_every", "duration", "How often the provider is asked for new calls.", "5m"),
  common("stuck_after", "duration", "When a call without news is looked at.", "2h"),
  common("delete_at_provider", "flag", "Whether recordings are deleted at the provider after a verified copy.", false),
  common("base_url", "address", "Where the API is."),
  common("requests_per_second", "number", "How often the API may be asked.", 10),
];

const ALWAYS: SettingField[] = [
  common("max_downloads", "number", "How many recordings come in at the same time.", 3),
  common("media_hosts", "list", "Further hosts that recordings may be fetched from."),
  common("accept_unsigned", "flag", "Whether unsigned events are taken as hints.", false),
  common("allow_private_network", "flag", "Whether private addresses are allowed.", false),
];

const CANNOT_DELETE = "whole calls only, with their transcripts and costs, can be deleted there";

function form(provider: string, title: string, default_base_url: string, secrets: SecretField[], settings: SettingField[], cannot_delete: string | null): ProviderForm {
  return { provider, title, has_api: true, default_base_url, cannot_delete, secrets, settings: [...settings, ...ASKED, ...ALWAYS] };
}

const HMAC = { key: "webhook_auth", values: ["hmac"] };

/** The forms of all providers. */
export const FORMS: readonly ProviderForm[] = [
  form("retell", "Retell AI", "https://api.retellai.com", [secret("api_key", true, "API key", "Settings, API Keys.", "key_")], [], CANNOT_DELETE),
  form(
    "vapi",
    "Vapi",
    "https://api.vapi.ai",
    [secret("api_key", true, "Private key", "Manage, API Keys."), secret("webhook_secret", false, "Secret", "Of your own making.")],
    [
      setting("webhook_auth", "choice", "How webhooks are signed.", { default: "secret", choices: ["secret", "bearer", "hmac", "none"] }),
      setting("header_name", "text", "The header of the token.", { only_with: { key: "webhook_auth", values: ["secret", "bearer"] } }),
      setting("signature_header", "text", "The header of the signature.", { default: "x-signature", only_with: HMAC }),
      setting("timestamp_header", "text", "The header with the moment of signing.", { default: "x-timestamp", only_with: HMAC }),
      setting("message_id_header", "text", "The header with the message's id.", { default: "svix-id", only_with: HMAC }),
      setting("signature_prefix", "text", "What stands before the signature.", { only_with: HMAC }),
      setting("payload_format", "text", "What is signed.", { default: "{timestamp}.{body}", only_with: HMAC }),
      setting("algorithm", "choice", "The algorithm.", { default: "sha256", choices: ["sha256", "sha512", "sha1"], only_with: HMAC }),
      setting("signature_encoding", "choice", "How the signature is written.", { default: "hex", choices: ["hex", "base64"], only_with: HMAC }),
      setting("secret_is_base64", "flag", "Whether the secret is base64.", { default: false, only_with: HMAC }),
      setting("include_timestamp", "flag", "Whether the moment of signing is signed.", { default: true, only_with: HMAC }),
    ],
    CANNOT_DELETE,
  ),
  form(
    "twilio",
    "Twilio",
    "https://api.twilio.com",
    [secret("auth_token", true, "Auth Token", "Start page of the console."), secret("api_key_sid", false, "SID", "API keys & tokens.", "SK"), secret("api_key_secret", false, "Secret", "API keys & tokens.")],
    [setting("account_sid", "text", "The account at Twilio.", { required: true })],
    null,
  ),
  form("telnyx", "Telnyx", "https://api.telnyx.com/v2", [secret("api_key", true, "API Key", "Keys & Credentials.", "KEY")], [setting("public_key", "text", "The key that webhooks are checked with.")], null),
  form(
    "recall",
    "Recall.ai",
    "https://us-west-2.recall.ai",
    [secret("api_key", true, "API key", "Developers, API Keys & Secrets."), secret("webhook_secret", false, "Workspace secret", "On the same page.", "whsec_")],
    [setting("region", "choice", "The region of the workspace.", { default: "us-west-2", choices: ["us-west-2", "us-east-1", "eu-central-1", "ap-northeast-1"] })],
    null,
  ),
  {
    provider: "custom",
    title: "Custom",
    has_api: false,
    default_base_url: "https://custom.invalid",
    cannot_delete: "a backend of your own has no API to ask",
    secrets: [secret("webhook_secret", true, "Webhook secret", "Of your own making.", "whsec_")],
    settings: [...ASKED, ...ALWAYS],
  },
];

/** The form of a provider. */
export function formOf(provider: string): ProviderForm {
  const found = FORMS.find((one) => one.provider === provider);
  if (found === undefined) throw new Error(`there is no provider ${provider} in the fake`);
  return found;
}
