import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { open, useWindow } from "./window";

useWindow();

/** Far longer than anything takes; over only in a test that fails. */
const SOON = { timeout: 15_000 };
const CALL = "#/calls/01K0000000001";
const player = (page: Page) => page.getByRole("region", { name: "Player" });
const mini = (page: Page) => page.getByRole("region", { name: "Now playing" });
const position = (page: Page) => page.getByRole("slider", { name: "Position" });
const seconds = async (page: Page) => Number(await position(page).getAttribute("aria-valuenow"));
const play = (page: Page) => player(page).getByRole("button", { name: "Play", exact: true });
const pause = (page: Page) => player(page).getByRole("button", { name: "Pause", exact: true });
/** What brings the page of the real window to a place. */
const go = readFileSync(new URL("../../../src-tauri/src/go.js", import.meta.url), "utf8");

/** The fake host as these tests change it. */
type Fake = { fakeHost: { rpc: (name: string, args: object) => Promise<unknown>; peaks: (args: object) => Promise<ArrayBuffer>; asked: number } };

test("a waveform is asked for once, and once more when the window has another width", async () => {
  const page = await open();
  await page.evaluate(() => {
    const { fakeHost } = window as unknown as Fake;
    const peaks = fakeHost.peaks.bind(fakeHost);
    fakeHost.asked = 0;
    fakeHost.peaks = (args) => ((fakeHost.asked += 1), peaks(args));
  });
  const asked = () => page.evaluate(() => (window as unknown as Fake).fakeHost.asked);
  await page.evaluate((to) => (location.hash = to), CALL);
  await page.locator("canvas:not(.waiting)").waitFor();
  // While it plays for a second, a page that asked again and again would have done so eight times.
  await page.keyboard.press(" ");
  await expect.poll(() => seconds(page), SOON).toBeGreaterThan(1);
  expect(await asked()).toBe(1);
  await page.setViewportSize({ width: 1100, height: 800 });
  await expect.poll(asked, SOON).toBe(2);
  const heard = await seconds(page);
  await expect.poll(() => seconds(page), SOON).toBeGreaterThan(heard + 1);
  expect(await asked()).toBe(2);
});

test("after a click Space pauses instead of clicking once more, and a control reached by Tab keeps it", async () => {
  const page = await open({ at: CALL });
  await page.locator(".transcript button.time").nth(2).click();
  await pause(page).waitFor();
  const begun = await seconds(page);
  await expect.poll(() => seconds(page), SOON).toBeGreaterThan(begun);
  const heard = await seconds(page);
  await page.keyboard.press(" ");
  await play(page).waitFor();
  expect(await seconds(page), "it holds where it was").toBeGreaterThanOrEqual(heard);

  const mute = player(page).getByRole("button", { name: "Mute" });
  await mute.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press(" ");
  await player(page).getByRole("button", { name: "Unmute" }).waitFor();
  expect(await pause(page).count(), "it still holds").toBe(0);
});

test("on the board J goes to a call that has ended, and Space plays it", async () => {
  const page = await open();
  await page.locator("section.recent .row:has(button) [data-call]").first().waitFor();
  const reached = () => page.evaluate(() => document.activeElement?.matches("section.recent .row:has(button) [data-call]") ?? false);
  const calls = await page.locator("[data-call]").count();
  for (let call = 0; call < calls && !(await reached()); call += 1) await page.keyboard.press("j");
  expect(await reached()).toBe(true);
  await page.keyboard.press(" ");
  await mini(page).getByRole("button", { name: "Pause" }).waitFor();
  expect(page.url(), "the board stays").toContain("#/live");
});

test("a call that cannot be played says so in the list, and no other call's page does", async () => {
  const page = await open({ at: "#/calls?recording=ready" });
  await page.evaluate(() => {
    const { fakeHost } = window as unknown as Fake;
    const rpc = fakeHost.rpc.bind(fakeHost);
    const gone = { code: "damaged", message: "the file is not in its place", hint: null };
    fakeHost.rpc = (name, args) => (name === "player.load" ? Promise.reject(gone) : rpc(name, args));
  });
  await page.getByRole("button", { name: "Play this call" }).first().click();
  await page.locator(".notice.bad").getByText("The file is not in its place").waitFor();
  await page.evaluate((to) => (location.hash = to), CALL);
  await play(page).waitFor();
  expect(await player(page).getByRole("alert").count()).toBe(0);
});

test("the same link opened again leads to its moment again", async () => {
  const page = await open({ at: `${CALL}?t=12.5` });
  await expect.poll(() => seconds(page), SOON).toBe(12.5);
  await page.keyboard.press("0");
  await expect.poll(() => seconds(page), SOON).toBe(0);
  await page.evaluate(`(${go})(${JSON.stringify(`${CALL}?t=12.5`)})`);
  await expect.poll(() => seconds(page), SOON).toBe(12.5);
});

test("the player at the foot of a list names no keys that mean something else there", async () => {
  const page = await open({ at: CALL });
  await page.keyboard.press(" ");
  await pause(page).waitFor();
  const back = (region: ReturnType<typeof player>) => region.getByRole("button", { name: /10 seconds/ }).first().getAttribute("data-tip-key");
  expect(await back(player(page))).toBe("J");
  await page.getByRole("link", { name: "Health", exact: true }).click();
  await mini(page).waitFor();
  expect(await back(mini(page))).toBeNull();
});
