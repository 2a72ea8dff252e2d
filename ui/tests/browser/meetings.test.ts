import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { open, useWindow } from "./window";

useWindow();

const MEETING = "#/calls/meeting-retrospective";
const RUNNING = "#/calls/long-meeting";
const log = (page: Page) => page.getByRole("log", { name: "Transcript" });
const atEnd = (page: Page) => log(page).evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop < 60);

test("a meeting is named by its people, and all of them can be read", async () => {
  const page = await open({ at: MEETING });
  const title = page.getByRole("heading", { level: 1 });
  await title.getByText("Ada L., Ada M. and 8 more").waitFor();
  expect(await title.locator("[data-tip*='Ada Lindqvist']").getAttribute("data-tip")).toContain("Meeting room Lisbon");
  await page.getByText(/Notetaker/).first().waitFor();
});

test("in the list and on the board there is no telephone number in a meeting", async () => {
  const page = await open({ at: "#/calls?direction=meeting" });
  const row = page.locator("[data-row]", { hasText: "Priya and Tom" }).first();
  await row.waitFor();
  expect(await row.getAttribute("aria-label"), "screen readers hear everybody's full name").toContain("Priya Raman and Tom Becker");
  await row.getByText(/Notetaker/).waitFor();
  expect(await row.textContent()).not.toContain("···");
});

test("every person keeps a colour of their own, with letters beside it", async () => {
  const page = await open({ at: "#/calls/meeting-roadmap" });
  await page.locator(".speaker.person").first().waitFor();
  const colours = await page.locator(".speaker.person:has(.avatar)").evaluateAll((all) => all.map((one) => [one.textContent?.trim(), getComputedStyle(one).color]));
  const byName = new Map(colours.map(([name, colour]) => [name, colour]));
  expect(byName.size, "five people speak").toBe(5);
  expect(new Set(byName.values()).size, "in five colours").toBe(5);
  for (const [name, colour] of colours) expect(colour, String(name)).toBe(byName.get(name));
});

test("the only lane of a meeting is drawn in the colours of those who speak", async () => {
  const page = await open({ at: "#/calls/meeting-roadmap?t=49" });
  await page.locator("canvas:not(.waiting)").waitFor();
  await page.waitForFunction(() => (document.querySelector("canvas")?.width ?? 0) > 300);
  const colours = () =>
    page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
      const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const seen = new Map<string, number>();
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.set(`${data[at]},${data[at + 1]},${data[at + 2]}`, (seen.get(`${data[at]},${data[at + 1]},${data[at + 2]}`) ?? 0) + 1);
      return [...seen.values()].filter((count) => count > 120).length;
    });
  await expect.poll(colours).toBeGreaterThanOrEqual(5);
});

test("nobody of a meeting can be heard alone, and it says why", async () => {
  const page = await open({ at: MEETING });
  const only = page.getByRole("switch", { name: "Caller only" });
  await only.waitFor();
  expect(await only.getAttribute("aria-disabled")).toBe("true");
  expect(await only.getAttribute("data-tip")).toContain("everybody on it");
});

test("who took part is listed with their share of the talk, and the silent ones too", async () => {
  const page = await open({ at: MEETING });
  const people = page.locator("section.people");
  await people.getByText("Meeting room Lisbon").waitFor();
  expect(await people.getByRole("listitem").count()).toBe(10);
  await people.getByText("silent", { exact: true }).waitFor();
  expect(await people.getByText(/^\d+%/).count()).toBe(9);
  expect(await people.textContent(), "who dialled in is masked").toContain("··· 0147");
  expect(await people.textContent()).not.toContain("5550100147");
});

test("the card of a running call shows what is being said, line by line", async () => {
  const page = await open({ scene: "talk" });
  const card = page.locator('[data-call="long-meeting"]');
  await card.locator(".line").waitFor();
  const first = await card.locator(".line").textContent();
  await expect.poll(() => card.locator(".line").textContent(), { timeout: 15_000 }).not.toBe(first);
  await card.locator(".before").waitFor({ timeout: 15_000 });
});

test("the page of a running call follows its newest words by itself", async () => {
  const page = await open({ scene: "talk", at: RUNNING });
  await log(page).waitFor();
  const before = await page.locator("[data-turn]").last().textContent();
  await expect.poll(() => page.locator("[data-turn]").last().textContent(), { timeout: 15_000 }).not.toBe(before);
  await expect.poll(() => atEnd(page)).toBe(true);
});

test("who reads further up is left alone, and a button leads back to the newest words", async () => {
  const page = await open({ scene: "talk", at: RUNNING });
  await log(page).hover();
  await expect.poll(() => atEnd(page)).toBe(true);
  await page.mouse.wheel(0, -900);
  const jump = page.getByRole("button", { name: /^Jump to newest/ });
  await jump.waitFor();
  // The wheel goes on turning for a moment; the place counts when it has come to rest.
  let place = Number.NaN;
  await expect
    .poll(async () => {
      const before = place;
      place = await log(page).evaluate((box) => box.scrollTop);
      return place === before;
    })
    .toBe(true);
  await page.getByRole("button", { name: /^Jump to newest ?\d+ new/ }).waitFor({ timeout: 20_000 });
  expect(Math.abs((await log(page).evaluate((box) => box.scrollTop)) - place), "the text did not move under the eyes").toBeLessThan(4);
  await jump.click();
  await jump.waitFor({ state: "detached" });
  await expect.poll(() => atEnd(page)).toBe(true);
});

test("who searched in a running call reads where they like while people go on talking", async () => {
  const page = await open({ scene: "talk", at: `${RUNNING}?find=the` });
  await page.locator(".word.chosen").first().waitFor();
  const top = () => log(page).evaluate((box) => box.scrollTop);
  // The last place there is, far from the beginning.
  await page.getByRole("button", { name: "Previous hit" }).click();
  await expect.poll(top, { timeout: 15_000 }).toBeGreaterThan(400);
  await log(page).evaluate((box) => box.scrollTo({ top: 0, behavior: "instant" }));
  for (let line = 0; line < 3; line += 1) {
    const before = await page.locator("[data-turn]").last().textContent();
    await expect.poll(() => page.locator("[data-turn]").last().textContent(), { timeout: 15_000 }).not.toBe(before);
  }
  expect(await top()).toBe(0);
});

test("what is not used of an event's kinds is kept, and says so", async () => {
  const page = await open({ at: "#/calls/strange-end" });
  await page.getByText("call.in-progress.error-vapifault-worker-died").waitFor();
  await page.getByRole("tab", { name: "History" }).click();
  const entry = page.getByRole("listitem").filter({ hasText: "model-output" });
  await entry.getByText("Kept, not used").waitFor();
  await entry.getByText("events of this kind tell nothing about calls").waitFor();
});
