// Meetings for the fake: people with names who talk to each other, timed as speech is.

import type { SegmentJson } from "../bindings";
import { chance } from "./chance";
import type { Conversation } from "./speech";

type Line = [speaker: string, text: string];

/** How long a letter takes to say, and how long people wait for each other. */
const LETTER_MS = 62;
const PAUSE_MS = 420;

/** Everybody of a meeting, in the order in which they came in. */
export const GUESTS: Readonly<Record<string, string[]>> = {
  "meeting-roadmap": ["Ada Lindqvist", "Benjamin Okoro", "Chiara Conti", "Deniz Yılmaz", "Élodie Marchand"],
  "meeting-onboarding": ["Priya Raman", "Tom Becker"],
  "meeting-retrospective": ["Ada Lindqvist", "Ada Moreno", "Farid Haddad", "Grace Kim", "Hannes Vogel", "Ines Duarte", "Jonas Keller", "Kim", "+15550100147", "Meeting room Lisbon"],
};

const LINES: Readonly<Record<string, Line[]>> = {
  "meeting-roadmap": [
    ["Ada Lindqvist", "Good morning. Let us look at the roadmap for the spring."],
    ["Benjamin Okoro", "The importer is done. It moved forty thousand records over the weekend without a single retry."],
    ["Ada Lindqvist", "Wonderful. And the search?"],
    ["Chiara Conti", "It is fast, but people do not find it. In the last five sessions nobody saw the box."],
    ["Deniz Yılmaz", "I can move it into the header. Two days, perhaps three."],
    ["Chiara Conti", "Please do."],
    ["Élodie Marchand", "One thing from support: customers ask every day where their recordings are."],
    ["Benjamin Okoro", "That is the retention. After seven days they are gone at the provider."],
    ["Ada Lindqvist", "Then we keep them ourselves. Who takes that?"],
    ["Deniz Yılmaz", "I will take it, after the search."],
    ["Ada Lindqvist", "Thank you all. Same time next week."],
  ],
  "meeting-onboarding": [
    ["Tom Becker", "Hello Priya. Can you see my screen?"],
    ["Priya Raman", "Yes, perfectly. Is that the whole setup?"],
    ["Tom Becker", "That is all of it. You paste the address, tick the events, and the first call appears by itself."],
    ["Priya Raman", "And when our line is down for a night?"],
    ["Tom Becker", "Then it asks the provider in the morning for everything that was missed."],
    ["Priya Raman", "That is what we were hoping for. Could you send me the price for twelve seats?"],
    ["Tom Becker", "You will have it this afternoon."],
  ],
  "meeting-retrospective": [
    ["Grace Kim", "Let us begin. What went well?"],
    ["Ada Moreno", "The release went out on a Tuesday and nobody noticed. That is how I like it."],
    ["Farid Haddad", "The alerts were quiet. We had one false one in two weeks."],
    ["Hannes Vogel", "For me the reviews. They were short and they came the same day."],
    ["Grace Kim", "And what did not?"],
    ["Ada Lindqvist", "I lost a day to the certificates. Nobody had written down where they live."],
    ["Ines Duarte", "I have written it down now. It is the first page of the handbook."],
    ["Jonas Keller", "The phone bridge drops me every ten minutes."],
    ["+15550100147", "Me too. I am calling from the train, though."],
    ["Kim", "I will look into the bridge."],
    ["Grace Kim", "Good. One wish for the next two weeks?"],
    ["Ada Moreno", "Fewer meetings."],
    ["Hannes Vogel", "Agreed."],
  ],
};

const ABOUT: Readonly<Record<string, [title: string, summary: string]>> = {
  "meeting-roadmap": ["Roadmap for the spring", "The importer is finished. The search moves into the header, and recordings will be kept in-house before the provider's retention ends."],
  "meeting-onboarding": ["First look with a customer", "Tom walks Priya through the setup. She asks for a price for twelve seats."],
  "meeting-retrospective": ["Retrospective", "A quiet release and short reviews went well. A day was lost to certificates; the place is written down now. The phone bridge is being looked into."],
};

/** All meetings as conversations. */
export const meetings: Conversation[] = Object.entries(LINES).map(([name, lines]) => {
  const turns = timed(lines);
  const [title, summary] = ABOUT[name] ?? [name, name];
  return { name, title, summary, sentiment: "", successful: null, voicemail: false, duration_ms: (turns.at(-1)?.end_ms ?? 0) + 900, turns };
});

function timed(lines: readonly Line[]): SegmentJson[] {
  let at = 600;
  return lines.map(([speaker, text], index) => {
    const start_ms = at;
    const words = text.split(" ").map((word) => {
      const begin = at;
      at += 90 + word.length * LETTER_MS;
      return { text: word, start_ms: begin, end_ms: at };
    });
    const end_ms = at;
    at += PAUSE_MS + Math.round(chance(index, text.length) * 700);
    return { speaker, start_ms, end_ms, text, words };
  });
}
