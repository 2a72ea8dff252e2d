// A host that needs nothing but a browser. The handlers are typed by the list of commands, so a
// new command does not compile until the fake can answer it.

import { addDecimals } from "../../calls/money";
import { UNSET_DESKTOP } from "../../desktop/desktop";
import { isLive } from "../../stores/fold";
import { findPlaces, turnsOf } from "../../player/turns";
import type { AlertJson, CallRow, Commands, ErrorJson, Event, PeaksArgs, RepairScopeJson, ResyncItem, ResyncProgress, ResyncScope, Settings } from "../bindings";
import { HostError, type Host } from "../host";
import { driftOf } from "./checks";
import { carrierOf } from "./conversations";
import { detailOf, recordingsOf } from "./detail";
import { FakeExports } from "./exports";
import { insightsOf } from "./figures";
import { FORMS } from "./forms";
import { healthOf } from "./health";
import { holesOf, ledgerOf, mend } from "./ledger";
import { Living } from "./living";
import { peakBytes } from "./peaks";
import { FakePlayer } from "./player";
import { addEveryState, alertsOf, type Scene } from "./scenes";
import { FakeSetup } from "./setup";
import { FakeWebhooks } from "./webhooks";
import { World } from "./world";

type Handlers = { [K in keyof Commands]: (args: Commands[K]["args"]) => Commands[K]["result"] };

/** Beside the scene: the time, how long an answer takes, and settings to begin with. */
export interface Surroundings {
  now: () => number;
  answer_ms: number;
  settings: Partial<Settings>;
}

/** The other side, played by this file. */
export class FakeHost implements Host {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #scene: Scene;
  readonly #around: Surroundings;
  readonly #world: World;
  readonly #living: Living;
  readonly #player: FakePlayer;
  readonly #webhooks: FakeWebhooks;
  readonly #exports: FakeExports;
  readonly #resyncs = new Map<number, ResyncProgress>();
  #alerts: AlertJson[];
  #settings: Settings;
  #demo: boolean;
  #pushed = false;
  #forgotten = false;
  readonly #setup: FakeSetup;

  constructor(scene: Scene, around: Surroundings) {
    const now = around.now();
    this.#scene = scene;
    this.#around = around;
    this.#world = new World(scene.history, now - 115 * 60_000);
    if (scene.every_state) addEveryState(this.#world, now);
    this.#living = new Living(this.#world, (data) => this.#tell({ type: "calls", data }));
    this.#living.begin(now, scene.live);
    if (scene.trouble) {
      const [first, second] = this.#world.head.filter(isLive);
      if (first) this.#world.change(first.id, { stuck: "still_ongoing" });
      if (second) this.#world.change(second.id, { stuck: "cannot_ask" });
    }
    this.#player = new FakePlayer(around.now, (data) => this.#tell({ type: "player", data }));
    this.#webhooks = new FakeWebhooks(around.now);
    this.#exports = new FakeExports((id) => this.#row(id).recording?.state === "ready", (data) => this.#tell({ type: "export", data }));
    this.#alerts = alertsOf(scene, now);
    this.#settings = { language: null, theme: null, density: null, listener: null, click_plays: null, show_numbers: null, desktop: UNSET_DESKTOP, ...around.settings };
    this.#demo = scene.demo;
    this.#setup = new FakeSetup(around.now, scene, (data) => this.#tell({ type: "config", data }));
    if (scene.goes_on) setInterval(() => this.#living.tick(around.now()), scene.tick_ms);
  }

  onEvent(callback: (event: Event) => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  async rpc<K extends keyof Commands>(name: K, args: Commands[K]["args"]): Promise<Commands[K]["result"]> {
    await this.#delay();
    return structuredClone(this.#handlers[name](args));
  }

  async peaks({ id, columns }: PeaksArgs): Promise<ArrayBuffer> {
    await this.#delay();
    const row = this.#rowOfRecording(id);
    const { call } = detailOf(this.#world, row, null);
    const recording = call.recordings.find((one) => one.id === id);
    return peakBytes(call.transcript ?? [], row.duration_ms ?? 0, columns, recording?.channels ?? 1);
  }

  /** Sends an event, for tests. */
  send(event: Event): void {
    this.#tell(event);
  }

  readonly #handlers: Handlers = {
    "app.info": () => ({
      version: "0.1.0",
      demo: this.#demo,
      home: "~/.local/share/ringback",
      accounts: this.#setup.setup.accounts.length,
      door: "127.0.0.1:7480",
      background_elsewhere: false,
    }),
    "accounts.list": () => this.#accountList(),
    "accounts.check": () =>
      this.#accountList().map((account) =>
        account.missing_secrets.length > 0
          ? { id: account.id, ok: false, asked: true, name: null, notes: [], error: { code: "key_refused", message: "The key is not set.", hint: "Set API_KEY." } }
          : { id: account.id, ok: true, asked: account.provider !== "custom", name: account.title, notes: account.provider === "twilio" ? ["Recording callbacks are not set at the number."] : [], error: null },
      ),
    "accounts.setup": () => this.#setup.setup,
    "accounts.try": (args) => this.#setup.try(args),
    "accounts.add": (args) => this.#setup.add(args),
    "accounts.edit": ({ id, settings }) => this.#setup.edit(id, settings),
    "accounts.pause": ({ id, paused }) => this.#setup.pause(id, paused),
    "accounts.remove": ({ id, data, forget_secrets }) => this.#setup.remove(id, data, forget_secrets),
    "accounts.set_secret": ({ id, name }) => this.#setup.place(id, name, null),
    "accounts.forget_secret": ({ id, name }) => this.#setup.place(id, name, "missing"),
    "accounts.move_secrets": ({ id }) => ({ variables: this.#setup.move(id) }),
    "providers.list": () => [...FORMS],
    "keys.state": () => this.#setup.keys,
    "keys.unlock": ({ passphrase }) => this.#setup.unlock(passphrase),
    "keys.read": () => this.#setup.read(),
    "keys.set_shared": ({ id, name }) => this.#setup.placeShared(id, name, null),
    "keys.forget_shared": ({ id, name }) => this.#setup.placeShared(id, name, "missing"),
    "live.list": () => this.#world.head.filter(isLive),
    "calls.page": ({ query, offset, limit }) => this.#world.page(query, offset, limit),
    "calls.get": ({ id }) => detailOf(this.#world, this.#row(id), this.#living.said(this.#row(id).id), this.#alerts),
    "calls.hits": ({ id, text }) => {
      const row = this.#row(id);
      const turns = turnsOf(detailOf(this.#world, row, this.#living.said(row.id)).call.transcript ?? []);
      return findPlaces(turns, text).map(({ turn, word }) => ({
        segment: turn,
        word,
        start_ms: (word === null ? null : turns[turn]?.words[word]?.start_ms) ?? turns[turn]?.start_ms ?? null,
      }));
    },
    "calls.check": ({ id }) => ({ status: this.#unstick(id, null).status }),
    "calls.mark_ended": ({ id }) => ({ status: this.#unstick(id, "ended").status }),
    "resync.start": ({ scope, dry_run }) => this.#resync(scope, dry_run),
    "resync.pause": ({ run }) => this.#steer(run, { paused: true, eta_ms: null }),
    "resync.resume": ({ run }) => this.#steer(run, { paused: false }),
    "resync.cancel": ({ run }) => this.#steer(run, { done: true, cancelled: true, eta_ms: null }),
    "resync.list": () => [...this.#resyncs.values()],
    "export.start": (args) => this.#exports.start(args),
    "export.stop": (args) => this.#exports.stop(args),
    "export.reveal": () => ({}),
    "recordings.retry": ({ id }) => {
      const row = this.#rowOfRecording(id);
      this.#recording(row, "available", "queued");
      setTimeout(() => this.#recording(row, "downloading", null), 1500);
      setTimeout(() => this.#recording(row, "ready", null), 3500);
      return {};
    },
    "player.state": () => this.#player.state,
    "player.load": ({ id, at_ms, play }) => {
      const row = this.#rowOfRecording(id);
      if (row.recording?.state !== "ready") throw problem("not_ready", "The recording is not here yet.");
      const changed = row.heard ? null : this.#world.change(row.id, { heard: true });
      if (changed) this.#tell({ type: "calls", data: [changed] });
      return this.#player.load(id, row.id, row.duration_ms ?? 0, at_ms, play);
    },
    "player.play": () => (this.#player.play(), {}),
    "player.pause": () => (this.#player.pause(), {}),
    "player.seek": ({ ms }) => (this.#player.seek(ms), {}),
    "player.set": (settings) => (this.#player.set(settings), {}),
    "insights.get": ({ days }) => insightsOf(days, this.#around.now(), this.#world.size === 0),
    "ledger.get": ({ since, until }) => ledgerOf(since ?? "2000-01-01", until ?? "2999-12-31", this.#around.now(), this.#setup.setup.accounts.length > 0, this.#world.size === 0),
    "ledger.holes": ({ account, day }) => holesOf(account, day, this.#around.now()),
    "ledger.repair": (scope) => this.#repair(scope),
    "ledger.export": ({ since, until }) => ({ file: `~/.local/share/ringback/exports/ledger-${since}-${until}.csv` }),
    "health.get": () => this.#health(),
    "health.report": () => ({ file: "~/.local/share/ringback/exports/ringback-report-2026-11-21T20-00-00Z.zip" }),
    "events.replay_failed": () => ({ replayed: 1, failed: 1 }),
    "refusals.forget": () => {
      this.#forgotten = true;
      return {};
    },
    "home.reveal": () => ({}),
    "webhook.look": ({ account }) => this.#webhooks.look(account, this.#providerOf(account)),
    "webhook.register": ({ account, targets }) => this.#webhooks.register(account, this.#providerOf(account), targets),
    "webhook.restore": ({ account, target }) => this.#webhooks.restore(account, this.#providerOf(account), target),
    "webhook.test": ({ account }) => this.#webhooks.test(account, this.#providerOf(account)),
    "webhook.consent": ({ account, keep }) => (this.#webhooks.consent(account, keep), {}),
    "tunnel.get": () => this.#health().tunnel,
    "tunnel.restart": () => {
      this.#tell({ type: "health" });
      return {};
    },
    "settings.get": () => this.#settings,
    "settings.set": (settings) => {
      this.#settings = settings;
      this.#tell({ type: "settings", data: settings });
      return settings;
    },
    "alerts.list": () => this.#alerts,
    "alerts.acknowledge": ({ id }) => {
      this.#alerts = this.#alerts.map((alert) => (alert.id === id ? { ...alert, acknowledged_at: new Date(this.#around.now()).toISOString() } : alert));
      return {};
    },
    "checks.get": () => this.#setup.checks,
    "checks.set": (args) => this.#setup.setChecks(args),
    "drift.get": () => driftOf(this.#around.now(), this.#scene.trouble),
    "demo.start": () => {
      this.#demo = true;
      this.#setup.fill();
      this.#living.begin(this.#around.now(), 3);
      setInterval(() => this.#living.tick(this.#around.now()), 1000);
      setTimeout(() => this.#tell({ type: "stale" }), 50);
      return {};
    },
    "recordings.reveal": () => ({}),
    "offsite.push": () => {
      this.#pushed = true;
      return { queued: 2 };
    },
    "config.open": () => ({}),
    "config.state": () => this.#setup.config,
  };

  /** Mends the fake's `config.toml`, for tests. */
  mend(): void {
    this.#setup.mend();
  }

  /** A call comes in, with news of it or without, for tests. */
  ring(told = true): void {
    const row = this.#living.ring(this.#around.now());
    if (told) this.#tell({ type: "calls", data: [row] });
  }

  /** An event of an account comes in at the door, for tests. */
  arrive(id: string): void {
    this.#setup.arrive(id);
    this.#tell({ type: "health" });
  }

  #providerOf(account: string): string {
    const found = this.#accountList().find((one) => one.id === account);
    if (!found) throw problem("not_found", "There is no such account.");
    return found.provider;
  }

  #health() {
    return healthOf(this.#around.now(), this.#scene.trouble, this.#accountList(), this.#setup.config, this.#setup.keys, this.#pushed, this.#forgotten);
  }

  #accountList() {
    return this.#setup.live();
  }

  #row(id: string): CallRow {
    const row = this.#world.find(id);
    if (row === null) throw problem("not_found", "There is no such call.");
    return row;
  }

  #rowOfRecording(id: string): CallRow {
    const below = /^carrier-(rec-.*)$/.exec(id)?.[1];
    if (below !== undefined) return carrierOf(this.#rowOfRecording(below));
    const seed = /^rec-(\d+)/.exec(id)?.[1];
    const row =
      this.#world.head.find((one) => recordingsOf(one).some((recording) => recording.id === id)) ??
      (seed === undefined ? null : this.#world.find(`01K${Number(seed).toString(36).toUpperCase().padStart(10, "0")}`));
    if (row === null || row === undefined) throw problem("not_found", "There is no such recording.");
    return row;
  }

  #recording(row: CallRow, state: string, reason: string | null): void {
    const known = this.#world.find(row.id)?.recording;
    if (!known) return;
    const changed = this.#world.change(row.id, { recording: { ...known, state, reason, link_expires_at: null }, missing: state === "ready" ? [] : row.missing });
    if (changed) this.#tell({ type: "calls", data: [changed] });
  }

  #unstick(id: string, status: string | null): CallRow {
    const row = this.#row(id);
    const ended_at = new Date(this.#around.now()).toISOString();
    const changed = status === null ? null : this.#world.change(row.id, { status, ended_at, stuck: null });
    if (changed) this.#tell({ type: "calls", data: [changed] });
    return changed ?? row;
  }

  #steer(run: number, change: Partial<ResyncProgress>): Record<string, never> {
    const known = this.#resyncs.get(run);
    if (known === undefined || known.done) throw problem("not_found", "There is no such resync that still goes on.");
    this.#progress({ ...known, ...change });
    return {};
  }

  #resync(scope: ResyncScope, dry_run: boolean): ResyncProgress {
    const run = this.#resyncs.size + 1;
    const call = scope.scope === "call" ? this.#row(scope.id).id : null;
    const wanted =
      scope.scope === "call" ? [this.#row(scope.id)]
      : scope.scope === "calls" ? scope.ids.map((id) => this.#row(id))
      : this.#world.page({ missing: true }, 0, 500).rows;
    const report = { dry_run, checked: 0, updated: 0, unchanged: 0, failed: 0, items: [] };
    const first: ResyncProgress = { run, call, stored: call === null, total: wanted.length, eta_ms: null, paused: false, done: wanted.length === 0, cancelled: false, report };
    this.#resyncs.set(run, first);
    const step = (index: number) => {
      const known = this.#resyncs.get(run);
      const row = wanted[index];
      if (known === undefined || known.done || row === undefined) return;
      if (known.paused) return void setTimeout(() => step(index), 100);
      const item = this.#ask(row, dry_run, index);
      const counted = { ...known.report, checked: index + 1, items: [...known.report.items, item] };
      if (item.outcome === "updated") counted.updated += 1;
      else if (item.outcome === "unchanged") counted.unchanged += 1;
      else counted.failed += 1;
      const left = wanted.length - index - 1;
      this.#progress({ ...known, done: left === 0, eta_ms: left === 0 ? null : left * 100, report: counted });
      setTimeout(() => step(index + 1), 100);
    };
    setTimeout(() => step(0), call === null ? 300 : 900);
    return first;
  }

  /** Fills holes one after the other; what the provider lost stays lost. */
  #repair(scope: RepairScopeJson): ResyncProgress {
    const run = this.#resyncs.size + 1;
    const total = scope.scope === "call" ? 1 : 4;
    const report = { dry_run: false, checked: 0, updated: 0, unchanged: 0, failed: 0, items: [] };
    const first: ResyncProgress = { run, call: null, stored: scope.scope !== "call", total, eta_ms: null, paused: false, done: false, cancelled: false, report };
    this.#resyncs.set(run, first);
    const step = (checked: number) => {
      const known = this.#resyncs.get(run);
      if (known === undefined || known.done) return;
      const done = checked === total;
      if (done) mend(scope.scope === "call" ? scope.id : scope.scope === "day" ? `${scope.account}/${scope.day}` : (scope.account ?? ""));
      this.#progress({ ...known, done, report: { ...known.report, checked, updated: checked } });
      if (!done) setTimeout(() => step(checked + 1), 250);
    };
    setTimeout(() => step(1), 400);
    return first;
  }

  #ask(row: CallRow, dry_run: boolean, index: number): ResyncItem {
    const item: ResyncItem = { call: row.id, provider_call_id: row.provider_call_id, outcome: "unchanged", before: {}, after: {}, changed: [], error: null };
    if (row.missing.includes("cost")) {
      const amount = addDecimals(["0.0218", `0.00${100 + (index % 800)}`]) ?? "0";
      const cost = { amount, currency: "USD", provisional: false, parts: [] };
      const missing = row.missing.filter((field) => field !== "cost");
      const changed = dry_run ? null : this.#world.change(row.id, { cost, missing });
      if (changed) this.#tell({ type: "calls", data: [changed] });
      return { ...item, outcome: "updated", before: { missing: row.missing, cost: null }, after: { missing, cost }, changed: ["cost"] };
    }
    if (row.recording?.reason === "link_expired") {
      const error: ErrorJson = { code: "not_found", message: "The provider does not know this call any more.", hint: null };
      return { ...item, outcome: "failed", error };
    }
    return item;
  }

  #progress(progress: ResyncProgress): void {
    this.#resyncs.set(progress.run, progress);
    this.#tell({ type: "resync", data: progress });
  }

  #tell(event: Event): void {
    const copy = structuredClone(event);
    for (const listener of this.#listeners) listener(copy);
  }

  async #delay(): Promise<void> {
    if (this.#scene.silent) throw problem("internal", "The other side does not answer.");
    if (this.#around.answer_ms > 0) await new Promise((resolve) => setTimeout(resolve, this.#around.answer_ms));
  }
}

function problem(code: ErrorJson["code"], message: string): HostError {
  return new HostError({ code, message, hint: null });
}
