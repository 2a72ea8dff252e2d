import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { open, useWindow } from "./window";

useWindow();

const row = (page: Page, index: number) => page.locator(`[data-row="${index}"]`);
const picked = (page: Page) => page.locator('[data-row][aria-selected="true"]').count();
const bar = (page: Page) => page.getByRole("toolbar", { name: "Picked calls" });

async function list(): Promise<Page> {
  const page = await open({ at: "#/calls" });
  await row(page, 3).locator(".who").first().waitFor();
  return page;
}

test("Ctrl picks single rows, Shift a stretch, and neither opens a call", async () => {
  const page = await list();
  expect(await page.getByRole("grid", { name: "Calls" }).getAttribute("aria-multiselectable")).toBe("true");
  await row(page, 2).locator(".about").click({ modifiers: ["Control"] });
  await row(page, 5).locator(".about").click({ modifiers: ["Shift"] });
  await bar(page).getByText("4 selected").waitFor();
  expect(await picked(page)).toBe(4);
  await row(page, 3).locator(".about").click({ modifiers: ["Control"] });
  await bar(page).getByText("3 selected").waitFor();
  expect(page.url()).toMatch(/#\/calls$/);
});

test("Shift with the arrows picks from the row with the focus on, there and back", async () => {
  const page = await list();
  await page.keyboard.press("j");
  for (let step = 0; step < 3; step += 1) await page.keyboard.press("Shift+ArrowDown");
  await bar(page).getByText("4 selected").waitFor();
  await page.keyboard.press("Shift+ArrowUp");
  await bar(page).getByText("3 selected").waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute("data-row"))).toBe("3");
});

test("X picks the row with the focus, and Escape clears everything", async () => {
  const page = await list();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await bar(page).getByText("1 selected").waitFor();
  await page.keyboard.press("Escape");
  await bar(page).waitFor({ state: "detached" });
  expect(await picked(page)).toBe(0);
});

test("the box of a row picks it", async () => {
  const page = await list();
  await row(page, 4).hover();
  await row(page, 4).getByRole("checkbox", { name: "Pick this call" }).click();
  await bar(page).getByText("1 selected").waitFor();
  expect(await row(page, 4).getByRole("checkbox").getAttribute("aria-checked")).toBe("true");
});

test("picked calls are resynced as one piece of work", async () => {
  const page = await list();
  await row(page, 6).locator(".about").click({ modifiers: ["Control"] });
  await row(page, 8).locator(".about").click({ modifiers: ["Shift"] });
  await bar(page).getByRole("button", { name: "Resync" }).click();
  await bar(page).waitFor({ state: "detached" });
  const result = page.getByRole("region", { name: "Resync finished" });
  await result.waitFor();
  await result.getByText(/\d updated, \d unchanged, \d failed/).waitFor();
});

test("picked calls are taken out together, which can be stopped", async () => {
  const page = await list();
  // So many that it cannot be over before somebody stops it.
  await row(page, 2).locator(".about").click({ modifiers: ["Control"] });
  await page.locator(".scroll").evaluate((box) => (box.scrollTop = 56 * 330));
  await row(page, 332).locator(".who").first().waitFor();
  await row(page, 332).locator(".about").click({ modifiers: ["Shift"] });
  await bar(page).getByRole("button", { name: "Export selected" }).click();
  await page.getByRole("option", { name: "FLAC" }).click();
  const running = page.getByRole("region", { name: "Exporting" });
  await running.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("region", { name: "Export stopped" }).waitFor();
  await bar(page).getByText("331 selected").waitFor();
});

test("another filter lets go of what was picked, because it may be out of sight", async () => {
  const page = await list();
  await page.keyboard.press("x");
  await bar(page).waitFor();
  await page.getByRole("button", { name: "Missing data" }).click();
  await bar(page).waitFor({ state: "detached" });
});

test("a stretch over rows that were never in sight picks them all", async () => {
  const page = await list();
  await row(page, 2).locator(".about").click({ modifiers: ["Control"] });
  await page.locator(".scroll").evaluate((box) => (box.scrollTop = 56 * 330));
  await row(page, 332).locator(".who").first().waitFor();
  await row(page, 332).locator(".about").click({ modifiers: ["Shift"] });
  await bar(page).getByText("331 selected").waitFor();
});
