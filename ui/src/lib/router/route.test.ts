import { expect, test } from "vitest";
import { toQuery, days, filterCount, queryKey } from "./query";
import { callAddress, callsAddress, deepLink, formatRoute, NO_FILTERS, parseRoute } from "./route";

test("an address and its route are two sides of one thing", () => {
  for (const address of ["#/live", "#/calls", "#/insights", "#/health", "#/health/ledger", "#/health/ledger?account=clinic&day=2026-03-01", "#/settings", "#/settings/accounts/clinic-retell", "#/settings/accounts/clinic-retell?replace=api_key", "#/settings/add", "#/settings/add?provider=vapi", "#/calls?q=insurance&recording=failed%2Cexpired&missing=1&time=7d", "#/calls/01K0?t=83.4"]) {
    expect(formatRoute(parseRoute(address))).toBe(address);
  }
});

test("a link to a moment of a call is read in seconds", () => {
  expect(parseRoute("#/calls/01K0?t=83.4")).toEqual({ view: "call", id: "01K0", seconds: 83.4, find: null });
  expect(parseRoute("#/calls/01K0?t=never")).toMatchObject({ seconds: null });
  expect(parseRoute("#/calls/01K0?t=-4")).toMatchObject({ seconds: null });
});

test("ids from outside survive the address, however strange", () => {
  const id = "a/b c?d#e%";
  expect(parseRoute(callAddress(id))).toMatchObject({ view: "call", id });
});

test("what is not understood leads to the board", () => {
  expect(parseRoute("")).toEqual({ view: "live" });
  expect(parseRoute("#/nowhere")).toEqual({ view: "live" });
  expect(parseRoute("#/calls/%E0%A4%A"), "a broken escape does not break the window").toMatchObject({ view: "call" });
});

test("the deep link has the position in seconds with one place", () => {
  expect(deepLink("01K0", 83_449)).toBe("ringback://call/01K0?t=83.4");
});

test("filters become the question that the other side understands", () => {
  const now = Date.parse("2026-03-08T12:00:30Z");
  const filters = { ...NO_FILTERS, search: "  invoice ", account: "clinic", recording: ["failed"], missing: true, time: "24h" };
  expect(toQuery(filters, now)).toEqual({ search: "invoice", account: "clinic", recording: ["failed"], missing: true, since: "2026-03-07T12:00:00.000Z" });
  expect(filterCount(filters)).toBe(4);
  expect(toQuery(NO_FILTERS, now)).toEqual({});
});

test("a bar of a chart leads to exactly its UTC days", () => {
  expect(toQuery({ ...NO_FILTERS, time: "2026-03-01" }, 0)).toEqual({ since: "2026-03-01T00:00:00.000Z", until: "2026-03-02T00:00:00.000Z" });
  expect(toQuery({ ...NO_FILTERS, time: "2026-03-01..2026-03-03" }, 0).until).toBe("2026-03-04T00:00:00.000Z");
  expect(days("2026-99-99")).toBeNull();
  expect(callsAddress({ time: "2026-03-01" })).toBe("#/calls?time=2026-03-01");
});

test("a list is the same for as long as its filters and, if they count from now on, the day are", () => {
  const noon = new Date(2026, 2, 8, 12, 0).getTime();
  const evening = new Date(2026, 2, 8, 23, 59).getTime();
  const night = new Date(2026, 2, 9, 0, 0).getTime();
  for (const time of ["today", "24h", "7d", "30d"]) {
    const filters = { ...NO_FILTERS, time };
    expect(queryKey(filters, evening), time).toBe(queryKey(filters, noon));
    expect(queryKey(filters, night), `${time} after midnight`).not.toBe(queryKey(filters, noon));
  }
  for (const time of [null, "2026-03-01", "2026-03-01..2026-03-03"]) {
    expect(queryKey({ ...NO_FILTERS, time }, night), `${time}`).toBe(queryKey({ ...NO_FILTERS, time }, noon));
  }
  expect(queryKey({ ...NO_FILTERS, search: "invoice " }, noon)).toBe(queryKey({ ...NO_FILTERS, search: "invoice" }, noon));
  expect(queryKey({ ...NO_FILTERS, account: "clinic" }, noon)).not.toBe(queryKey(NO_FILTERS, noon));
});
