// A day that goes on: phones ring, people talk, calls end, recordings come in.

import type { CallRow, SegmentJson } from "../bindings";
import { newestFirst } from "../../stores/fold";
import { accountOf, ACCOUNTS, sidesOf, type FakeAccount } from "./accounts";
import { between, pick } from "./chance";
import { conversationOf } from "./rows";
import { conversations, stretched, type Conversation } from "./speech";
import type { World } from "./world";

/** How far a running call has come. */
interface Running {
  conversation: Conversation;
  /** When the conversation began, Unix time in ms. */
  since: number;
  /** What was heard so far: so many turns, so many words of the last one. */
  said: [turns: number, words: number];
}

/** The id of the meeting that goes on and on. */
export const LONG_MEETING = "long-meeting";

/** How much slower than the recorded speech people talk here. */
const CALM = 1.6;

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
    if (calls > 0) this.#meet(now);
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
    if (running === undefined) return null;
    const [turns, words] = running.said;
    // The last turn is still being said: only the words so far, and no end yet.
    return running.conversation.turns.slice(0, turns).map((turn, index) => {
      if (index < turns - 1 || words >= turn.words.length) return turn;
      const so_far = turn.words.slice(0, words);
      return { ...turn, end_ms: null, text: so_far.map((word) => word.text).join(" "), words: so_far };
    });
  }

  /** A phone rings; nobody is told yet. */
  ring(now: number): CallRow {
    return this.#ring(now, true);
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

  /** A meeting that has been going on for a while and has a lot to say. */
  #meet(now: number): void {
    const found = conversations.find((one) => one.name === "meeting-roadmap");
    if (found === undefined) return;
    const account = accountOf("team-recall");
    const turns = stretched(found, found.duration_ms * 40);
    const conversation = { ...found, turns, duration_ms: found.duration_ms * 40 };
    const since = now - 11 * 60_000;
    const row = blank(LONG_MEETING, account, sidesOf(account, found.name, 2), since, "ongoing");
    this.#world.add(row);
    this.#running.set(row.id, { conversation, since, said: [0, 0] });
    this.#catchUp(row.id, now);
  }

  #ring(at: number, ringing: boolean): CallRow {
    const seed = this.#next++;
    const account = pick(ACCOUNTS, seed, 1);
    const conversation = conversationOf(account.id, seed);
    const id = `01K${seed.toString(36).toUpperCase().padStart(10, "0")}`;
    const row = blank(id, account, sidesOf(account, conversation.name, seed), at, ringing ? "ringing" : "ongoing");
    this.#world.add(row);
    this.#running.set(row.id, { conversation, since: at + (ringing ? 4000 : 0), said: [0, 0] });
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
    if (into > running.conversation.duration_ms * CALM + 9000) return this.#end(row, running, now);
    return this.#catchUp(row.id, now);
  }

  #catchUp(id: string, now: number): CallRow | null {
    const running = this.#running.get(id);
    if (running === undefined) return null;
    const into = (now - running.since) / CALM;
    const turns = running.conversation.turns.filter((turn) => (turn.start_ms ?? 0) <= into).length;
    const words = running.conversation.turns[turns - 1]?.words.filter((word) => word.start_ms <= into).length ?? 0;
    if (turns === running.said[0] && words === running.said[1]) return null;
    running.said = [turns, words];
    return this.#world.change(id, { line: this.said(id)?.at(-1)?.text || null, has_transcript: turns > 0 });
  }

  #end(row: CallRow, running: Running, now: number): CallRow | null {
    this.#running.delete(row.id);
    return this.#world.change(row.id, {
      status: "ended",
      ended_at: new Date(now).toISOString(),
      duration_ms: running.conversation.duration_ms,
      line: running.conversation.summary,
      sentiment: running.conversation.sentiment.toLowerCase() || null,
      successful: running.conversation.successful,
      has_transcript: true,
      recording: { id: `rec-${row.id}`, state: "expected", reason: "processing", count: 1, link_expires_at: null },
    });
  }
}

/** A call of which nothing but its beginning is known. */
function blank(id: string, account: FakeAccount, sides: ReturnType<typeof sidesOf>, at: number, status: string): CallRow {
  return {
    id,
    rev: 1,
    account: account.id,
    provider: account.provider,
    provider_call_id: account.call_id(id.toLowerCase()),
    part_of: null,
    status,
    ...sides,
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
    stuck: null,
    snippet: null,
  };
}
