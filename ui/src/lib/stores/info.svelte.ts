// What the program tells of itself: version, demo, accounts; and whether it answers at all.

import type { AccountJson, AppInfo, Health } from "$lib/host/bindings";
import { HostError, type Host } from "$lib/host/host";

/** Facts about the running program and its accounts. */
export class Info {
  app = $state.raw<AppInfo | null>(null);
  accounts = $state.raw<AccountJson[]>([]);
  health = $state.raw<Health | null>(null);
  healthError: HostError | null = $state(null);
  /** Set while the other side does not answer. */
  lost: boolean = $state(false);
  readonly #host: Host;

  /** The worst state among the checks. */
  worst: "ok" | "warning" | "problem" = $derived.by(() => {
    const states = new Set((this.health?.checks ?? []).map((check) => check.state));
    return states.has("problem") ? "problem" : states.has("warning") ? "warning" : "ok";
  });

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    const [app, accounts] = await Promise.all([this.#host.rpc("app.info", {}), this.#host.rpc("accounts.list", {})]);
    this.app = app;
    this.accounts = accounts;
  }

  async loadHealth(): Promise<void> {
    try {
      this.health = await this.#host.rpc("health.get", {});
      this.accounts = this.health.accounts;
      this.healthError = null;
    } catch (thrown) {
      this.healthError = HostError.from(thrown);
    }
  }
}
