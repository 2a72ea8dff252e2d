// Everything the window knows, in one place: one store per piece of state, all fed by the one
// stream of events. Components take it from the context and keep no second copy.

import { getContext, setContext } from "svelte";
import type { Event } from "$lib/host/bindings";
import type { Host } from "$lib/host/host";
import { Router } from "$lib/router/router.svelte";
import { Alerts } from "./alerts.svelte";
import { Board } from "./board.svelte";
import { CallStore } from "./call.svelte";
import { Clock, systemTime, type TimeSource } from "./clock.svelte";
import { Exports } from "./exports.svelte";
import { Info } from "./info.svelte";
import { CallList } from "./list.svelte";
import { Notices } from "./notices.svelte";
import { Player } from "./player.svelte";
import { Resyncs } from "./resync.svelte";
import { Selection } from "./selection.svelte";
import { SettingsStore } from "./settings.svelte";
import { Setup } from "./setup.svelte";

/** How long to wait before asking again when the other side did not answer. */
const AGAIN_MS = 2000;

/** The window's state. */
export class App {
  readonly host: Host;
  readonly clock: Clock;
  readonly router = new Router();
  readonly notices = new Notices();
  readonly info: Info;
  readonly settings: SettingsStore;
  readonly board: Board;
  readonly list: CallList;
  readonly selection = new Selection();
  readonly call: CallStore;
  readonly player: Player;
  readonly resyncs: Resyncs;
  readonly exports: Exports;
  readonly alerts: Alerts;
  readonly setup: Setup;
  /** True once the first answers are there. */
  ready: boolean = $state(false);

  constructor(host: Host, time: TimeSource = systemTime) {
    this.host = host;
    this.clock = new Clock(time);
    this.info = new Info(host);
    this.settings = new SettingsStore(host);
    this.board = new Board(host);
    this.list = new CallList(host);
    this.call = new CallStore(host);
    this.player = new Player(host, () => this.clock.exact());
    this.resyncs = new Resyncs(host);
    this.exports = new Exports(host);
    this.alerts = new Alerts(host);
    this.setup = new Setup(host);
  }

  /** Listens, reads what there is, and goes on until the returned function is called. */
  start(): () => void {
    const stops = [
      this.clock.start(),
      this.router.start(),
      this.settings.followSystem(),
      this.host.onEvent((event) => this.fold(event)),
    ];
    void this.#read();
    return () => stops.forEach((stop) => stop());
  }

  /** Gives an event to the stores that it concerns. */
  fold(event: Event): void {
    switch (event.type) {
      case "calls":
        this.board.fold(event.data);
        this.list.fold(event.data);
        this.call.fold(event.data);
        break;
      case "stale":
        void this.#read();
        void this.list.reload();
        this.call.refresh();
        break;
      case "player":
        this.player.fold(event.data);
        break;
      case "resync":
        this.resyncs.fold(event.data);
        break;
      case "export":
        this.exports.fold(event.data);
        break;
      case "alert":
        this.alerts.fold(event.data);
        break;
      case "settings":
        this.settings.fold(event.data);
        break;
      case "health":
        void this.info.loadHealth();
        break;
      case "config":
        this.setup.fold(event.data);
        void this.info.load().catch(() => undefined);
        void this.info.loadHealth();
        break;
    }
  }

  async #read(): Promise<void> {
    try {
      await Promise.all([
        this.settings.load(),
        this.info.load(),
        this.board.load(),
        this.player.load(),
        this.resyncs.load(),
        this.alerts.load(),
      ]);
      this.info.lost = false;
      this.ready = true;
    } catch {
      this.info.lost = true;
      setTimeout(() => void this.#read(), AGAIN_MS);
    }
    void this.setup.load();
    void this.info.loadHealth();
  }
}

const KEY = Symbol("app");

/** Puts the app into the context of the components below. */
export function provideApp(app: App): App {
  return setContext(KEY, app);
}

/** The app, for a component. */
export function useApp(): App {
  return getContext<App>(KEY);
}
