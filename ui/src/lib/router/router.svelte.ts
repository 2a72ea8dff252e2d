// Where the window is, following the address.

import { formatRoute, NO_FILTERS, parseRoute, type Filters, type Route } from "./route";

/** The window's place. */
export class Router {
  route = $state.raw<Route>({ view: "live" });
  /** Counts every way in by an address, so that the same one followed again is told from the first time. */
  arrivals: number = $state(0);
  /** Where the window was before. */
  from: Route | null = null;
  /** The list of calls as it was last seen, to go back to. */
  lastCalls: string = formatRoute({ view: "calls", filters: NO_FILTERS });

  /** Follows the address; the returned function stops it. */
  start(): () => void {
    const follow = () => {
      this.from = this.route;
      this.route = parseRoute(location.hash);
      this.arrivals += 1;
      if (this.route.view === "calls") this.lastCalls = location.hash;
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }

  /** Goes somewhere, so that "back" returns. */
  go(address: string): void {
    if (location.hash !== address) location.hash = address;
  }

  /** Changes the filters of the list without a new step in the history. */
  filter(filters: Filters): void {
    this.route = { view: "calls", filters };
    this.lastCalls = formatRoute(this.route);
    history.replaceState(null, "", this.lastCalls);
  }

  /** From a call to the list it came from. */
  up(): void {
    if (this.route.view === "call") this.go(this.lastCalls);
  }
}
