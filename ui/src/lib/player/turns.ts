// A transcript as it is read and followed: turns of words with times, the word at a moment, and
// the places where something is said. Pure.

import type { SegmentJson, WordJson } from "$lib/host/bindings";

/** One turn of a speaker. */
export interface Turn {
  /** Which segment of the transcript. */
  segment: number;
  speaker: string;
  /** `tool` and `system` lines are shown compactly. */
  aside: boolean;
  start_ms: number | null;
  end_ms: number | null;
  /** The words; one without a time of its own has that of the turn's share. */
  words: TurnWord[];
}

/** A word of a turn. */
export interface TurnWord {
  text: string;
  start_ms: number | null;
  end_ms: number | null;
}

/** Where the sound is: a turn and, if known, a word of it. */
export interface Place {
  turn: number;
  word: number | null;
}

/** Turns of segments that were met before: a running call is read again with every new line. */
const known = new WeakMap<SegmentJson, Turn>();

/**
 * The turns of a transcript. Segments without words are cut at spaces, without times. The same
 * segment at the same place is the same turn, so that only what is new is drawn.
 */
export function turnsOf(transcript: readonly SegmentJson[]): Turn[] {
  return transcript.map((segment, index) => {
    const before = known.get(segment);
    if (before?.segment === index) return before;
    const turn = turnOf(segment, index);
    known.set(segment, turn);
    return turn;
  });
}

/**
 * A transcript that was read again, with the segments that did not change taken from the one
 * before, object for object.
 */
export function keepSame(before: readonly SegmentJson[] | null | undefined, now: SegmentJson[]): SegmentJson[] {
  return now.map((segment, index) => {
    const old = before?.[index];
    return old !== undefined && isSame(old, segment) ? old : segment;
  });
}

function turnOf(segment: SegmentJson, index: number): Turn {
  return {
    segment: index,
    speaker: segment.speaker,
    aside: segment.speaker === "tool" || segment.speaker === "system",
    start_ms: segment.start_ms ?? segment.words[0]?.start_ms ?? null,
    end_ms: segment.end_ms ?? segment.words.at(-1)?.end_ms ?? null,
    words: segment.words.length > 0 ? segment.words.map(timed) : split(segment.text),
  };
}

function isSame(a: SegmentJson, b: SegmentJson): boolean {
  const last = a.words.length - 1;
  return (
    a.speaker === b.speaker &&
    a.text === b.text &&
    a.start_ms === b.start_ms &&
    a.end_ms === b.end_ms &&
    a.words.length === b.words.length &&
    a.words[0]?.start_ms === b.words[0]?.start_ms &&
    a.words[last]?.end_ms === b.words[last]?.end_ms
  );
}

/**
 * What is being said at a moment. Speakers may talk over each other: the turn that began last
 * counts. In a pause the last said word stays, so that the eye does not lose its place.
 */
export function placeAt(turns: readonly Turn[], ms: number): Place | null {
  let found = -1;
  let began = -1;
  turns.forEach((turn, index) => {
    if (turn.aside || turn.start_ms === null || turn.start_ms > ms || turn.start_ms < began) return;
    began = turn.start_ms;
    found = index;
  });
  const turn = turns[found];
  return turn === undefined ? null : { turn: found, word: wordAt(turn, ms) };
}

/** Where a search text is found: every word that begins or contains a part of it. */
export function findPlaces(turns: readonly Turn[], text: string): Place[] {
  const wanted = fold(text);
  if (wanted === "") return [];
  return turns.flatMap((turn, index) => placesIn(turn, wanted).map((word) => ({ turn: index, word })));
}

/** How many words from `place.word` on belong to a hit of this text. */
export function hitLength(text: string): number {
  return Math.max(1, fold(text).split(" ").length);
}

function placesIn(turn: Turn, wanted: string): number[] {
  const starts: number[] = [];
  let all = "";
  for (const word of turn.words) {
    starts.push(all.length);
    all += `${fold(word.text)} `;
  }
  const places: number[] = [];
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + wanted.length)) {
    const word = starts.findLastIndex((start) => start <= at);
    if (places.at(-1) !== word) places.push(word);
  }
  return places;
}

function wordAt(turn: Turn, ms: number): number | null {
  const at = turn.words.findLastIndex((word) => word.start_ms !== null && word.start_ms <= ms);
  return at < 0 ? null : at;
}

/** For comparing: without case, accents and surplus spaces. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}

function timed(word: WordJson): TurnWord {
  return { text: word.text, start_ms: word.start_ms, end_ms: word.end_ms };
}

function split(text: string): TurnWord[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => ({ text: word, start_ms: null, end_ms: null }));
}
