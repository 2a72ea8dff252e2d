// What Ringback wants a person to know, newest first.

import type { AlertJson } from "$lib/host/bindings";
import type { Host } from "$lib/host/host";

/** The kind that tells of an absence. */
const DIGEST = "digest";

/** The alerts behind the bell. */
export class Alerts {
  #byId = $state.raw<Map<string, AlertJson>>(new Map());
  readonly #known: AlertJson[] = $derived(
    [...this.#byId.values()].sort((a, b) => (a.raised_at < b.raised_at ? 1 : a.raised_at > b.raised_at ? -1 : 0)),
  );
  all: AlertJson[] = $derived(this.#known.filter((alert) => alert.kind !== DIGEST));
  /** What happened while nobody was here, until a person puts it away. It is no worry: it has a place of its own. */
  digests: AlertJson[] = $derived(this.#known.filter((alert) => alert.kind === DIGEST && alert.acknowledged_at === null));
  fresh: number = $derived(this.all.filter((alert) => alert.acknowledged_at === null).length);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    const alerts = await this.#host.rpc("alerts.list", {});
    this.#byId = new Map(alerts.map((alert) => [alert.id, alert]));
  }

  /** Takes in news. What was acknowledged stays so. */
  fold(news: AlertJson): void {
    const known = this.#byId.get(news.id);
    if (known !== undefined && known.acknowledged_at !== null && news.acknowledged_at === null) return;
    this.#byId = new Map(this.#byId).set(news.id, news);
  }

  async acknowledge(id: string): Promise<void> {
    await this.#host.rpc("alerts.acknowledge", { id });
    const known = this.#byId.get(id);
    if (known !== undefined && known.acknowledged_at === null) {
      this.fold({ ...known, acknowledged_at: new Date().toISOString() });
    }
  }

  async acknowledgeAll(): Promise<void> {
    const fresh = this.all.filter((alert) => alert.acknowledged_at === null);
    await Promise.all(fresh.map((alert) => this.acknowledge(alert.id)));
  }
}
