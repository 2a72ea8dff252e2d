// The address of everything in the window: `#/live`, `#/calls?recording=failed`,
// `#/calls/01K...?t=83.4`. Pure: text to route and back.

/** The views in the rail. */
export const VIEWS = ["live", "calls", "insights", "health", "settings"] as const;
export type ViewName = (typeof VIEWS)[number];

/** Where the window is. */
export type Route =
  | { view: Exclude<ViewName, "calls"> }
  | { view: "calls"; filters: Filters }
  | { view: "call"; id: string; seconds: number | null; find: string | null }
  | { view: "ledger"; account: string | null; day: string | null }
  | { view: "account"; id: string; replace: string | null }
  | { view: "add"; provider: string | null };

/** What the list of calls is narrowed to, in the words of the address. */
export interface Filters {
  search: string;
  account: string | null;
  status: string[];
  recording: string[];
  direction: string | null;
  missing: boolean;
  /** `today`, `24h`, `7d`, `30d`, or a UTC day or days: `2026-03-01`, `2026-03-01..2026-03-07`. */
  time: string | null;
}

export const NO_FILTERS: Filters = {
  search: "",
  account: null,
  status: [],
  recording: [],
  direction: null,
  missing: false,
  time: null,
};

/** Reads an address. What is not understood leads to the board. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const params = new URLSearchParams(search);
  const [view, id, one] = path.split("/");
  if (view === "calls" && id) return callRoute(decode(id), params);
  if (view === "calls") return { view, filters: parseFilters(params) };
  if (view === "health" && id === "ledger") return { view: "ledger", account: params.get("account"), day: params.get("day") };
  if (view === "settings" && id === "accounts" && one) return { view: "account", id: decode(one), replace: params.get("replace") };
  if (view === "settings" && id === "add") return { view: "add", provider: params.get("provider") };
  if (view === "insights" || view === "health" || view === "settings") return { view };
  return { view: "live" };
}

/** Writes an address. */
export function formatRoute(route: Route): string {
  if (route.view === "call") {
    const params = new URLSearchParams();
    if (route.seconds !== null) params.set("t", String(route.seconds));
    if (route.find) params.set("find", route.find);
    return withParams(`#/calls/${encodeURIComponent(route.id)}`, params);
  }
  if (route.view === "calls") return withParams("#/calls", filterParams(route.filters));
  if (route.view === "ledger") return ledgerAddress(route.account, route.day);
  if (route.view === "account") return accountAddress(route.id, route.replace);
  if (route.view === "add") return addAddress(route.provider);
  return `#/${route.view}`;
}

/** The address of an account's settings, with the box for a new secret of that name open. */
export function accountAddress(id: string, replace: string | null = null): string {
  const params = new URLSearchParams();
  if (replace !== null) params.set("replace", replace);
  return withParams(`#/settings/accounts/${encodeURIComponent(id)}`, params);
}

/** The address where an account is added, of a provider that is chosen already or not. */
export function addAddress(provider: string | null = null): string {
  const params = new URLSearchParams();
  if (provider !== null) params.set("provider", provider);
  return withParams("#/settings/add", params);
}

/** The address of a list of calls, for numbers that open the calls behind them. */
export function callsAddress(filters: Partial<Filters>): string {
  return formatRoute({ view: "calls", filters: { ...NO_FILTERS, ...filters } });
}

/** The address of a call. */
export function callAddress(id: string, find: string | null = null): string {
  return formatRoute({ view: "call", id, seconds: null, find });
}

/** The address of the ledger, with an account's day open. */
export function ledgerAddress(account: string | null = null, day: string | null = null): string {
  const params = new URLSearchParams();
  if (account !== null) params.set("account", account);
  if (day !== null) params.set("day", day);
  return withParams("#/health/ledger", params);
}

/** The link that opens a call at a moment from anywhere on the desktop. */
export function deepLink(id: string, position_ms: number): string {
  return `ringback://call/${encodeURIComponent(id)}?t=${(Math.round(position_ms / 100) / 10).toFixed(1)}`;
}

function callRoute(id: string, params: URLSearchParams): Route {
  const told = params.get("t");
  const seconds = told === null ? Number.NaN : Number(told);
  return {
    view: "call",
    id,
    seconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
    find: params.get("find"),
  };
}

function parseFilters(params: URLSearchParams): Filters {
  const several = (name: string) => (params.get(name) ?? "").split(",").filter((word) => word !== "");
  return {
    search: params.get("q") ?? "",
    account: params.get("account"),
    status: several("status"),
    recording: several("recording"),
    direction: params.get("direction"),
    missing: params.get("missing") === "1",
    time: params.get("time"),
  };
}

function filterParams(filters: Filters): URLSearchParams {
  const params = new URLSearchParams();
  if (filters.search) params.set("q", filters.search);
  if (filters.account !== null) params.set("account", filters.account);
  if (filters.status.length > 0) params.set("status", filters.status.join(","));
  if (filters.recording.length > 0) params.set("recording", filters.recording.join(","));
  if (filters.direction !== null) params.set("direction", filters.direction);
  if (filters.missing) params.set("missing", "1");
  if (filters.time !== null) params.set("time", filters.time);
  return params;
}

function withParams(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
