import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { open, useWindow } from "./window";

useWindow();

/** The first account's card. */
const card = (page: Page) => page.locator("article").first();

test("the ledger is reached from Health, which stays marked in the rail", async () => {
  const page = await open({ at: "#/health" });
  await page.getByRole("link", { name: "Day by day" }).click();
  await page.getByRole("heading", { name: "Completeness", level: 1 }).waitFor();
  expect(await page.getByRole("link", { name: "Health", exact: true }).first().getAttribute("aria-current")).toBe("page");
  await card(page).getByText(/^Complete through/).waitFor();
  await page.getByText("This account cannot be asked, so nothing is claimed").waitFor();
});

test("arrows go from day to day, each with its numbers, and Enter opens its holes", async () => {
  const page = await open({ at: "#/health/ledger" });
  const days = card(page).getByRole("group", { name: /^Days of/ });
  await days.waitFor();
  expect(await days.locator('[tabindex="0"]').count(), "one stop for Tab").toBe(1);
  await days.locator('[tabindex="0"]').focus();
  const first = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  await page.keyboard.press("ArrowLeft");
  const second = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  expect(second).not.toBe(first);
  expect(second).toMatch(/: (no calls|\d+ calls?, \d[\d,]* of \d[\d,]* held)/);
  await page.keyboard.press("Home");
  await page.keyboard.press("End");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(first);
  await page.keyboard.press("Enter");
  await card(page).getByRole("region", { name: /^Holes of/ }).waitFor();
  expect(page.url()).toContain("day=");
});

test("a day's holes say what is lacking and why, and a repair tells how it went", async () => {
  const page = await open({ at: "#/health/ledger" });
  await card(page).locator(".strip .square.open").last().click();
  const holes = card(page).getByRole("region", { name: /^Holes of/ });
  const open_ = holes.getByRole("row").filter({ hasText: /failed|on its way|never asked|gone from the disk/ });
  const before = await open_.count();
  expect(before).toBeGreaterThan(0);
  await holes.getByRole("button", { name: "Repair this day" }).click();
  await holes.getByText(/^Asking the provider: \d of \d/).waitFor();
  await holes.getByText(/^Repaired: 4 updated/).waitFor();
  await expect.poll(() => open_.count(), { timeout: 8000 }).toBe(0);
});

test("one call is repaired by its own button, which names it", async () => {
  const page = await open({ at: "#/health/ledger" });
  await card(page).locator(".strip .square.open").last().click();
  const holes = card(page).getByRole("region", { name: /^Holes of/ });
  const button = holes.getByRole("button", { name: /^Repair call_/ }).first();
  const name = await button.getAttribute("aria-label");
  expect(name).toMatch(/^Repair call_\w+$/);
  await button.click();
  await expect.poll(() => button.isDisabled()).toBe(true);
});

test("the file is written by the other side, and its place is told", async () => {
  const page = await open({ at: "#/health/ledger" });
  await page.getByRole("button", { name: "Export CSV" }).click();
  await page.getByText(/^Written to .*ledger-.*\.csv/).waitFor();
});
