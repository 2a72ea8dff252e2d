// A day that goes on: phones ring, people talk, calls end, recordings come in.

import type { CallRow, SegmentJson } from "../bindings";
import { newestFirst } from "../../stores/fold";
import { between, chance, pick } from "./chance";
import { ACCOUNTS, conversationOf, number } from "./rows";
import type { Conversation } from "./speech";
import type { World } from "./world";

/** How far a running call has come. */
interface Running {
  conversation: Conversation;
  /** When the conversation began, Unix time in ms. */
  since: number;
  said: number;
}

/** Brings calls to life, one tick at a time. */
export class Living {
  readonly #world: World;
  readonly #tell: (rows: CallRow[]) => void;
  readonly #running = new Map<string, Running>();
  #next = 900_000;
  #ticks = 0;

  constructor(world: World, tell: (rows: CallRow[]) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  /** Starts some calls that are already going on. */
  begin(now: number, calls: number): void {
    for (let step = 0; step < calls; step += 1) {
      // The first one has only just begun to ring; the others are somewhere in the middle.
      const row = this.#ring(now - (step === 0 ? 1 : between(5, 34, step, 31)) * 1000, step === 0);
      if (row.status === "ongoing") this.#catchUp(row.id, now);
    }
    this.#world.head.sort(newestFirst);
  }

  /** What was said so far in a running call. */
  said(id: string): SegmentJson[] | null {
    const running = this.#running.get(id);
    return running === undefined ? null : running.conversation.turns.slice(0, running.said);
  }

  /** One step of the day. */
  tick(now: number): void {
    this.#ticks += 1;
    const news: (CallRow | null)[] = [];
    if (this.#ticks % 7 === 3 && this.#running.size < 7) news.push(this.#ring(now, true));
    for (const row of this.#world.head.slice(0, 30)) news.push(this.#advance(row, now));
    const told = news.filter((row) => row !== null);
    if (told.length > 0) this.#tell(told);
  }

  #ring(at: number, ringing: boolean): CallRow {
    const seed = this.#next++;
    const account = pick(ACCOUNTS, seed, 1);
    const inbound = chance(seed, 4) > 0.3;
    const conversation = conversationOf(account.id, seed);
    const row: CallRow = {
      id: `01K${seed.toString(36).toUpperCase().padStart(10, "0")}`,
      rev: 1,
      account: account.id,
      provider: account.provider,
      provider_call_id: `call_${seed.toString(16)}`,
      status: ringing ? "ringing" : "ongoing",
      direction: inbound ? "inbound" : "outbound",
      from: inbound ? number(seed) : "+15550100199",
      to: inbound ? "+15550100199" : number(seed),
      agent: pick<string>(account.agents, seed, 6),
      started_at: new Date(at).toISOString(),
      ended_at: null,
      duration_ms: null,
      cost: null,
      line: null,
      sentiment: null,
      successful: null,
      recording: null,
      has_transcript: false,
      heard: false,
      missing: [],
      snippet: null,
    };
    this.#world.add(row);
    this.#running.set(row.id, { conversation, since: at + (ringing ? 4000 : 0), said: 0 });
    return row;
  }

  #advance(row: CallRow, now: number): CallRow | null {
    const age = now - Date.parse(row.ended_at ?? row.started_at ?? "");
    if (row.status === "ringing") return age > 4000 ? this.#world.change(row.id, { status: "ongoing" }) : null;
    if (row.status === "ongoing") return this.#talk(row, now);
    const recording = row.recording;
    if (recording?.state === "expected" && age > 6000) {
      return this.#world.change(row.id, { recording: { ...recording, state: "downloading", reason: null } });
    }
    if (recording?.state === "downloading" && age > 8500) {
      return this.#world.change(row.id, {
        recording: { ...recording, state: "ready", reason: null },
        cost: { amount: (between(2000, 30_000, recording.count, age) / 100_000).toFixed(5), currency: "USD", provisional: true, parts: [] },
      });
    }
    return null;
  }

  #talk(row: CallRow, now: number): CallRow | null {
    const running = this.#running.get(row.id);
    if (running === undefined) return null;
    const into = now - running.since;
    if (into > running.conversation.duration_ms * 1.6 + 9000) return this.#end(row, running, now);
    return this.#catchUp(row.id, now);
  }

  #catchUp(id: string, now: number): CallRow | null {
    const running = this.#running.get(id);
    if (running === undefined) return null;
    const into = (now - running.since) / 1.6;
    const said = running.conversation.turns.filter((turn) => (turn.start_ms ?? 0) <= into).length;
    if (said === running.said) return null;
    running.said = said;
    return this.#world.change(id, { line: running.conversation.turns[said - 1]?.text ?? null, has_transcript: said > 0 });
  }

  #end(row: CallRow, running: Running, now: number): CallRow | null {
    this.#running.delete(row.id);
    return this.#world.change(row.id, {
      status: "ended",
      ended_at: new Date(now).toISOString(),
      duration_ms: running.conversation.duration_ms,
      line: running.conversation.summary,
      sentiment: running.conversation.sentiment.toLowerCase(),
      successful: running.conversation.successful,
      has_transcript: true,
      recording: { id: `rec-${row.id}`, state: "expected", reason: "processing", count: 1, link_expires_at: null },
    });
  }
}
