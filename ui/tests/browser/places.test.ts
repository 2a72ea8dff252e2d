import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { open, useWindow } from "./window";

useWindow();

/** The part of the fake host that these tests play with. */
interface Fake {
  rpc: (name: string, args: { offset?: number }) => Promise<unknown>;
  send: (event: object) => void;
  ring: (told?: boolean) => void;
}

const focused = (page: Page, row: number) => page.locator(`[data-row="${row}"]:focus`).waitFor();
const listed = (page: Page, row = 0) => page.locator(`[data-row="${row}"] .who`).first().waitFor();
const rows = async (page: Page) => Number(await page.getByRole("grid", { name: "Calls" }).getAttribute("aria-rowcount"));

/** A call comes in, with news of it or without. */
const ring = (page: Page, told = true) => page.evaluate((told) => (window as unknown as { fakeHost: Fake }).fakeHost.ring(told), told);

/** The ids of calls by their places in the whole list. */
const ids = (page: Page, offset: number, limit: number) =>
  page.evaluate(async ([offset, limit]) => {
    const { fakeHost } = window as unknown as { fakeHost: { rpc: (name: string, args: object) => Promise<{ rows: { id: string }[] }> } };
    return (await fakeHost.rpc("calls.page", { query: {}, offset, limit })).rows.map(({ id }) => id);
  }, [offset, limit] as const);

const at = (page: Page, id: string) => page.waitForFunction((id) => location.hash === `#/calls/${id}`, id);

/** Waits until the page is that of another call, and gives its title. */
async function named(page: Page, id: string | undefined, before: string): Promise<string> {
  await at(page, id ?? "");
  await page.waitForFunction((before) => document.title !== before && !document.title.startsWith("Calls"), before);
  return page.title();
}

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let step = 0; step < times; step += 1) await page.keyboard.press(key);
}

test("a call that comes in at the top moves the focus along, so that a key still means the same call", async () => {
  const page = await open({ at: "#/calls" });
  await listed(page);
  await press(page, "j", 3);
  await focused(page, 3);
  const [meant = ""] = await ids(page, 3, 1);
  await ring(page);
  await focused(page, 4);
  await page.keyboard.press("Enter");
  await at(page, meant);
});

test("what is read stays where it is, and new calls stay counted, when the list is read anew", async () => {
  const page = await open({ at: "#/calls" });
  await listed(page);
  await page.locator(".scroll").evaluate((box) => (box.scrollTop = 56 * 150));
  await listed(page, 152);
  await ring(page);
  const pill = page.getByRole("button", { name: "1 new call" });
  await pill.waitFor();
  const label = (await page.locator('[data-row="152"]').getAttribute("aria-label")) ?? "";
  const place = () => page.locator(`[data-row][aria-label="${label}"]`).boundingBox();
  const [before, count] = [await place(), await rows(page)];

  // Another call came in that nobody told of.
  await ring(page, false);
  await page.evaluate(() => (window as unknown as { fakeHost: Fake }).fakeHost.send({ type: "stale" }));
  await page.waitForFunction((count) => Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount")) === count, count + 1);
  expect(await place()).toEqual(before);
  expect(await page.locator('[data-row="153"]').getAttribute("aria-label"), "it has another number").toBe(label);
  await pill.click();
  await pill.waitFor({ state: "detached" });
  await focused(page, 0);
});

test("the next call is at hand beyond a block's edge, and the way back leads to its row", async () => {
  const page = await open({ at: "#/calls" });
  await listed(page);
  const calls = await ids(page, 0, 110);
  await page.locator(".scroll").evaluate((box) => (box.scrollTop = 56 * 78));
  await listed(page, 84);
  await page.locator('[data-row="84"] .about').click();
  let title = await named(page, calls[84], "Calls · Ringback");
  for (let row = 85; row <= 102; row += 1) {
    await page.keyboard.press("n");
    title = await named(page, calls[row], title);
  }
  await page.keyboard.press("Escape");
  await focused(page, 102);
  const [row, box] = [await page.locator('[data-row="102"]').boundingBox(), await page.locator(".scroll").boundingBox()];
  expect(row?.y).toBeGreaterThanOrEqual(box?.y ?? 0);
  expect((row?.y ?? 0) + (row?.height ?? 0)).toBeLessThanOrEqual((box?.y ?? 0) + (box?.height ?? 0) + 1);
});

test("a list of today keeps place, focus and selection over hours, and is another one after midnight", async () => {
  const page = await open({ scene: "many", at: "#/calls?time=today", now: new Date(2026, 2, 3, 10, 0) });
  await listed(page);
  await press(page, "j", 30);
  await focused(page, 30);
  await page.keyboard.press("x");
  const bar = page.getByRole("toolbar", { name: "Picked calls" });
  await bar.getByText("1 selected").waitFor();
  const ago = await page.locator('[data-row="30"] .ago').textContent();
  await page.clock.setFixedTime(new Date(2026, 2, 3, 15, 7));
  await page.waitForFunction((ago) => document.querySelector('[data-row="30"] .ago')?.textContent !== ago, ago);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Resync", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await focused(page, 30);
  await bar.getByText("1 selected").waitFor();
  await page.clock.setFixedTime(new Date(2026, 2, 4, 0, 5));
  await page.getByText("No call matches").waitFor();
  await bar.waitFor({ state: "detached" });
});

test("rows that could not be loaded say so and come by themselves", async () => {
  const page = await open({ at: "#/calls" });
  await listed(page);
  await page.evaluate(() => {
    const { fakeHost } = window as unknown as { fakeHost: Fake };
    const answer = fakeHost.rpc.bind(fakeHost);
    fakeHost.rpc = (name, args) => (name === "calls.page" && (args.offset ?? 0) > 0 ? Promise.reject(new Error("Not now.")) : answer(name, args));
    Object.assign(window, { mend: () => (fakeHost.rpc = answer) });
  });
  await page.locator(".scroll").evaluate((box) => (box.scrollTop = 56 * 500));
  const told = page.getByRole("alert").filter({ hasText: "it is tried again" });
  await told.waitFor();
  expect(await page.locator(".scroll .skeleton").count()).toBeGreaterThan(0);
  await page.evaluate(() => (window as unknown as { mend: () => void }).mend());
  await listed(page, 502);
  await told.waitFor({ state: "detached" });
});

test("from the search the arrow leads to the first hit, into the call, and back to its row", async () => {
  const page = await open({ at: "#/live" });
  await page.keyboard.press("/");
  const search = page.getByRole("searchbox", { name: "Search calls" });
  await page.locator("input[data-search]:focus").waitFor();
  await page.keyboard.type("nothing like this was said");
  await page.keyboard.press("Enter");
  await page.getByText("No call matches").waitFor();
  await page.locator("input[data-search]:focus").waitFor();
  await search.fill("insurance");
  await page.keyboard.press("ArrowDown");
  await focused(page, 0);
  expect(await page.title()).toBe("Calls · Ringback");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Transcript" }).waitFor();
  await page.locator("main:focus").waitFor();
  await page.waitForFunction(() => /^··· \d{4} · .+ · Ringback$/.test(document.title));
  expect(await page.getByRole("main").getAttribute("aria-label"), "the page is announced by its name").toMatch(/^··· \d{4} · /);
  await page.keyboard.press("Escape");
  await focused(page, 0);
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("main", { name: "Insights" }).and(page.locator(":focus")).waitFor();
});
