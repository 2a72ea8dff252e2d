// How the fake's accounts are set up. What changes a file or a key needs a real other side.

import type { AccountJson, ConfigState, Setup } from "../bindings";
import { HostError } from "../host";

/** Every account as it would stand in the file. */
export function setupOf(accounts: AccountJson[]): Setup {
  return {
    accounts: accounts.map(({ id, provider, title, webhook_url, missing_secrets }) => ({
      id,
      provider,
      title,
      paused: false,
      settings: {},
      secrets: missing_secrets.map((name) => ({
        name,
        required: true,
        source: "missing",
        variable: `RINGBACK_${id}_${name}`.replaceAll("-", "_").toUpperCase(),
      })),
      webhook_url,
    })),
    removed: [],
  };
}

/** A file that is in force. */
export function configStateOf(now: number): ConfigState {
  return {
    file: "~/.config/ringback/config.toml",
    ok: true,
    line: null,
    message: null,
    hint: null,
    since: new Date(now - 3_600_000).toISOString(),
    refused_since: null,
  };
}

/** The answer where nothing can be played. */
export function notInAFake(): never {
  throw new HostError({ code: "not_now", message: "There is nothing to change in a fake.", hint: null });
}
