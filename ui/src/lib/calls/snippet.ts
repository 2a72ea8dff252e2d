// A place that was found: text with the hit between U+0001 and U+0002.

/** A piece of a snippet. */
export interface Piece {
  text: string;
  hit: boolean;
}

/** Cuts a snippet into pieces. Markers without a partner are dropped. */
export function pieces(snippet: string): Piece[] {
  return snippet
    .split(/(\u0001[^\u0001\u0002]*\u0002)/)
    .map((part) => ({ text: part.replace(/[\u0001\u0002]/g, ""), hit: part.startsWith("\u0001") && part.endsWith("\u0002") }))
    .filter((piece) => piece.text !== "");
}
