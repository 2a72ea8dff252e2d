import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { open, useWindow } from "./window";

useWindow();

const focusedRow = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("data-row"));

/** Waits until the first rows are there. */
const listed = (page: Page) => page.locator("[data-row] .who").first().waitFor();

test("a list of a million calls is scrolled from end to end by keyboard", async () => {
  const page = await open({ scene: "million", at: "#/calls" });
  const grid = page.getByRole("grid", { name: "Calls" });
  await listed(page);
  expect(Number(await grid.getAttribute("aria-rowcount"))).toBeGreaterThan(1_000_000);
  await page.keyboard.press("End");
  const last = Number(await grid.getAttribute("aria-rowcount")) - 2;
  expect(Number(await focusedRow(page))).toBe(last);
  const row = page.locator(`[data-row="${last}"]`);
  await row.getByText("ago").waitFor();
  const place = await row.boundingBox();
  expect(place && place.y + place.height, "the very last row is in sight").toBeLessThanOrEqual(800);
  await page.keyboard.press("k");
  expect(Number(await focusedRow(page))).toBe(last - 1);
  await page.keyboard.press("Home");
  expect(Number(await focusedRow(page))).toBe(0);
});

test("in a list of a million the wheel moves by rows, not by thousands", async () => {
  const page = await open({ scene: "million", at: "#/calls" });
  await listed(page);
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, 112);
  await page.locator('[data-row="2"]').waitFor();
  const place = await page.locator('[data-row="2"]').boundingBox();
  const head = await page.locator(".scroll").boundingBox();
  expect(Math.round((place?.y ?? 0) - (head?.y ?? 0)), "two rows of 56 px were passed").toBe(0);
});

test("only the rows in sight are in the document, and holes fill as they come into sight", async () => {
  const page = await open({ scene: "many", at: "#/calls" });
  await listed(page);
  await page.locator(".scroll").evaluate((box) => (box.scrollTop = box.scrollHeight * 0.6));
  await page.waitForFunction(() => [...document.querySelectorAll("[data-row]")].some((row) => Number(row.getAttribute("data-row")) > 59_000 && row.querySelector(".who")));
  expect(await page.locator("[data-row]").count()).toBeLessThan(40);
});

test("searching narrows the list as one types, marks the hit, and leads to it in the call", async () => {
  const page = await open({ scene: "many", at: "#/calls" });
  await page.keyboard.press("/");
  await page.keyboard.type("insur");
  // On a slow machine the first letters are searched for by themselves.
  await page.waitForFunction(() => document.querySelector("mark")?.textContent === "insur");
  expect(page.url()).toContain("q=insur");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
});

test("a call that was found opens at the words that were looked for", async () => {
  const page = await open({ scene: "many", at: "#/calls?q=insurance" });
  await page.locator("mark").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Transcript" }).getByText(/1 of \d/).waitFor();
  expect(await page.locator(".word.chosen").first().textContent()).toBe("insurance");
});

test("Escape goes back from a call to the list as it was left", async () => {
  const page = await open({ scene: "many", at: "#/calls?recording=ready" });
  await listed(page);
  for (let step = 0; step < 30; step += 1) await page.keyboard.press("j");
  const left = await focusedRow(page);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Resync", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await listed(page);
  expect(page.url()).toContain("recording=ready");
  await page.keyboard.press("j");
  expect(Number(await focusedRow(page)), "the selection was kept").toBe(Number(left) + 1);
});

test("filters are chosen by keyboard and taken off again", async () => {
  const page = await open({ at: "#/calls" });
  await page.getByRole("button", { name: "Recording", exact: true }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Remove filter Recording" }).waitFor();
  expect(page.url()).toContain("recording=deleted");
  await page.getByRole("button", { name: "Remove filter Recording" }).click();
  expect(page.url()).not.toContain("recording");
});

test("new calls wait behind a pill while older ones are being read", async () => {
  const page = await open({ scene: "day", at: "#/calls" });
  await listed(page);
  await page.locator(".scroll").evaluate((box) => (box.scrollTop = 2000));
  await page.locator('[data-row="40"]').waitFor();
  const pill = page.getByRole("button", { name: /new calls?$/ });
  await pill.waitFor({ timeout: 20_000 });
  await pill.click();
  await pill.waitFor({ state: "detached" });
  expect(await page.locator(".scroll").evaluate((box) => box.scrollTop)).toBe(0);
});

test("resync of everything that is missing shows its progress and then before and after", async () => {
  const page = await open({ at: "#/calls" });
  await page.getByRole("button", { name: "Resync all missing" }).click();
  await page.getByRole("progressbar", { name: "Fetching missing data" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Stopped").waitFor();
});

test("a resync of many calls is at hand in every view: it is paused, goes on, and shows how long it takes", async () => {
  const page = await open({ at: "#/calls" });
  await page.getByRole("button", { name: "Resync all missing" }).click();
  const bar = page.getByRole("region", { name: "Fetching missing data" });
  await bar.getByText(/left$/).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await bar.getByRole("button", { name: "Pause" }).click();
  const paused = page.getByRole("region", { name: "Resync paused" });
  await paused.getByRole("button", { name: "Go on" }).click();
  await bar.getByRole("button", { name: "Pause" }).waitFor();
  await bar.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Stopped").waitFor();
});

test("numbers are masked until a person wants to see them", async () => {
  const page = await open({ at: "#/calls" });
  await page.getByText(/^··· \d{4}$/).first().waitFor();
  expect(await page.getByText(/\+1 555/).count()).toBe(0);
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByRole("switch", { name: "Show phone numbers in full" }).click();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByText(/^\+1 555/).first().waitFor();
});
