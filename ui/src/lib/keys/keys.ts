// What a key means. Pure: a key and where it was pressed give a wish; the views carry it out.
//
// J and K mean "down" and "up" in lists, "back" and "pause" while listening. The place decides.

import type { ViewName } from "$lib/router/route";

/** What a person wants. */
export type Wish =
  | { to: "go"; view: ViewName }
  | { to: "search" }
  | { to: "sheet" }
  | { to: "back" }
  | { to: "play" }
  | { to: "seek"; ms: number }
  | { to: "speed"; direction: 1 | -1 }
  | { to: "tenth"; tenth: number }
  | { to: "move"; rows: number; extend?: true }
  | { to: "pick" }
  | { to: "page"; direction: 1 | -1 }
  | { to: "end"; which: "first" | "last" }
  | { to: "open" }
  | { to: "neighbour"; direction: 1 | -1 }
  | { to: "export" };

/** Where a key was pressed: over a list of calls, or over one call. */
export type Place = "list" | "call";

/** The parts of a key press that matter. */
export interface Press {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** The second key after `g`. */
const GO: Record<string, ViewName> = { l: "live", c: "calls", i: "insights", h: "health", s: "settings" };

/** Whether the next key chooses a view. */
export function beginsGo(press: Press): boolean {
  return press.key.toLowerCase() === "g" && !press.shiftKey && !modified(press);
}

/** What the key after `g` wants. */
export function readGo(press: Press): Wish | null {
  const view = GO[press.key.toLowerCase()];
  return view === undefined || modified(press) ? null : { to: "go", view };
}

/** What a key wants. */
export function readKey(press: Press, place: Place): Wish | null {
  if ((press.ctrlKey || press.metaKey) && press.key.toLowerCase() === "f") return { to: "search" };
  if (modified(press)) return null;
  // By the place on the keyboard, because Shift with comma gives another sign on every layout.
  if (press.shiftKey && press.code === "Comma") return { to: "speed", direction: -1 };
  if (press.shiftKey && press.code === "Period") return { to: "speed", direction: 1 };
  return everywhere(press) ?? (place === "list" ? inList(press) : atCall(press));
}

function everywhere(press: Press): Wish | null {
  if (/^[0-9]$/.test(press.key)) return { to: "tenth", tenth: Number(press.key) };
  switch (press.key) {
    case "/":
      return { to: "search" };
    case "?":
      return { to: "sheet" };
    case "Escape":
      return { to: "back" };
    case " ":
      return { to: "play" };
    case "ArrowLeft":
      return { to: "seek", ms: -5000 };
    case "ArrowRight":
      return { to: "seek", ms: 5000 };
    default:
      return null;
  }
}

function inList(press: Press): Wish | null {
  if (press.shiftKey && (press.key === "ArrowDown" || press.key === "J")) return { to: "move", rows: 1, extend: true };
  if (press.shiftKey && (press.key === "ArrowUp" || press.key === "K")) return { to: "move", rows: -1, extend: true };
  switch (press.key) {
    case "j":
    case "ArrowDown":
      return { to: "move", rows: 1 };
    case "k":
    case "ArrowUp":
      return { to: "move", rows: -1 };
    case "PageDown":
      return { to: "page", direction: 1 };
    case "PageUp":
      return { to: "page", direction: -1 };
    case "Home":
      return { to: "end", which: "first" };
    case "End":
      return { to: "end", which: "last" };
    case "Enter":
      return { to: "open" };
    case "x":
      return { to: "pick" };
    default:
      return null;
  }
}

function atCall(press: Press): Wish | null {
  switch (press.key.toLowerCase()) {
    case "k":
      return { to: "play" };
    case "j":
      return { to: "seek", ms: -10_000 };
    case "l":
      return { to: "seek", ms: 10_000 };
    case "n":
      return { to: "neighbour", direction: 1 };
    case "p":
      return { to: "neighbour", direction: -1 };
    case "e":
      return press.shiftKey ? null : { to: "export" };
    default:
      return null;
  }
}

function modified(press: Press): boolean {
  return press.ctrlKey || press.metaKey || press.altKey;
}
