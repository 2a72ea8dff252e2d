// The demo conversations: the same ones that the simulator speaks.

import type { SegmentJson } from "../bindings";
import { meetings } from "./meetings";

/** One conversation, as `assets/speech` tells it. */
export interface Conversation {
  name: string;
  title: string;
  summary: string;
  sentiment: string;
  successful: boolean | null;
  voicemail: boolean;
  duration_ms: number;
  turns: SegmentJson[];
}

const files = import.meta.glob<Conversation>("../../../../../assets/speech/*.json", { eager: true, import: "default" });

/** All conversations, by name. */
export const conversations: Conversation[] = [...Object.values(files).sort((a, b) => (a.name < b.name ? -1 : 1)), ...meetings];

/** Everything that is said in a conversation, for searching. */
export const spoken: string[] = conversations.map((one) => one.turns.map((turn) => turn.text).join(" "));

/** The conversation itself and then again until it is as long as wished, as long calls are. */
export function stretched(conversation: Conversation, duration_ms: number): SegmentJson[] {
  const rounds = Math.max(1, Math.round(duration_ms / conversation.duration_ms));
  return Array.from({ length: rounds }, (_, round) => conversation.turns.map((turn) => shifted(turn, round * conversation.duration_ms))).flat();
}

function shifted(turn: SegmentJson, by: number): SegmentJson {
  return {
    ...turn,
    start_ms: turn.start_ms === null ? null : turn.start_ms + by,
    end_ms: turn.end_ms === null ? null : turn.end_ms + by,
    words: turn.words.map((word) => ({ ...word, start_ms: word.start_ms + by, end_ms: word.end_ms + by })),
  };
}
