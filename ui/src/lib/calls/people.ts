// The people of a meeting: told as one text, "Ada Lovelace, Ben Okri", and shown as names short
// enough for a row, as initials, and in full where there is room. Pure.

/** How many names a row has room for; of more people only the first two are named. */
const NAMED = 3;

/** The names in a text of participants, in their order, each once. */
export function peopleOf(text: string | null): string[] {
  const names = (text ?? "").split(/,\s+/).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** Which names are shown, and how many people are not. Two of four are named, but all of three. */
export function named(names: readonly string[]): { shown: string[]; more: number } {
  const short = shortened(names);
  return names.length <= NAMED ? { shown: short, more: 0 } : { shown: short.slice(0, NAMED - 1), more: names.length - NAMED + 1 };
}

/** First names, with as much of the last name as keeps two people apart: "Ada L.", "Ada B.". */
export function shortened(names: readonly string[]): string[] {
  const parts = names.map(parted);
  return names.map((name, index) => {
    const mine = parts[index];
    if (mine === undefined || mine.last === null) return mine?.first ?? name;
    const namesakes = parts.filter((other, at) => at !== index && other.first === mine.first);
    if (namesakes.length === 0) return mine.first;
    const letter = firstSign(mine.last);
    const twins = namesakes.some((other) => other.last !== null && firstSign(other.last) === letter);
    return twins ? name : `${mine.first} ${letter}.`;
  });
}

/** One or two letters that stand for a name: "AL" for Ada Lovelace, "B" for Ben; "#" for a number. */
export function initials(name: string): string {
  if (isNumber(name)) return "#";
  const words = name
    .replace(/\(.*?\)/g, " ")
    .split(/[\s._@-]+/)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word) && !TITLES.test(word));
  const first = words[0] ?? name.trim();
  const last = words.length > 1 ? words.at(-1) : undefined;
  const letters = firstSign(first) + (last === undefined ? "" : firstSign(last));
  return letters.toLocaleUpperCase("en") || "?";
}

/** Whether somebody takes part by telephone and has a number for a name. */
export function isNumber(name: string): boolean {
  return /^\+?[\d\s()./-]{6,}$/.test(name.trim());
}

const TITLES = /^(dr|prof|mr|mrs|ms|mx|herr|frau|sir|dame)\.?$/i;

interface Parts {
  first: string;
  last: string | null;
}

/**
 * A name in two parts, where it is plainly first and last name. Titles, rooms, devices and
 * addresses are shown as they are: half of "Room 4 (Berlin)" names nobody.
 */
function parted(name: string): Parts {
  if (/^\S+@\S+$/.test(name)) return { first: name.slice(0, name.indexOf("@")), last: null };
  const words = name.split(/\s+/);
  const plain = words.length >= 2 && words.length <= 4 && words.every((word) => /^[\p{L}\p{M}][\p{L}\p{M}'’.-]*$/u.test(word));
  const [first = name, ...rest] = words;
  if (!plain || TITLES.test(first) || !isCapital(first) || !isCapital(rest.at(-1) ?? "")) return { first: name, last: null };
  return { first, last: rest.at(-1) ?? null };
}

function isCapital(word: string): boolean {
  return /^\p{Lu}/u.test(word);
}

/** The first sign as a person sees it; an accent belongs to its letter. */
function firstSign(text: string): string {
  const [first] = new Intl.Segmenter().segment(text);
  return first?.segment ?? "";
}
