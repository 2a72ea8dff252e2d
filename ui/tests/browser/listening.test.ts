import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { open, useWindow } from "./window";

useWindow();

const CALL = "#/calls/01K0000000001";
const position = (page: Page) => page.getByRole("slider", { name: "Position" });
const seconds = async (page: Page) => Number(await position(page).getAttribute("aria-valuenow"));

test("Space plays the call on the page and pauses it again", async () => {
  const page = await open({ at: CALL });
  const player = page.getByRole("region", { name: "Player" });
  await player.getByRole("button", { name: "Play", exact: true }).waitFor();
  await page.keyboard.press(" ");
  await player.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.keyboard.press(" ");
  await player.getByRole("button", { name: "Play", exact: true }).waitFor();
  const stopped = await seconds(page);
  expect(stopped).toBeGreaterThan(0);
});

test("the position is moved by keys, by the slider and by words", async () => {
  const page = await open({ at: CALL });
  await position(page).waitFor();
  await page.keyboard.press("l");
  expect(await seconds(page)).toBe(10);
  await page.keyboard.press("ArrowLeft");
  expect(await seconds(page)).toBe(5);
  await page.keyboard.press("0");
  expect(await seconds(page)).toBe(0);
  await position(page).focus();
  await page.keyboard.press("PageUp");
  expect(await seconds(page), "the slider has keys of its own").toBe(10);
  expect(await position(page).getAttribute("aria-valuetext")).toMatch(/^0:10 of \d+:\d\d$/);
  const word = page.locator('[data-turn="1"] [data-word="2"]');
  await word.click();
  expect(await seconds(page)).toBeGreaterThan(3);
});

test("a link to a moment opens the call at that moment, paused", async () => {
  const page = await open({ at: `${CALL}?t=12.5` });
  await position(page).waitFor();
  expect(await seconds(page)).toBe(12.5);
  await page.getByRole("region", { name: "Player" }).getByRole("button", { name: "Play", exact: true }).waitFor();
});

test("copying the link gives the deep link of this moment", async () => {
  const page = await open({ at: `${CALL}?t=12.5` });
  await position(page).waitFor();
  await page.getByRole("button", { name: "Copy link to this moment" }).click();
  await page.getByText("Link copied").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("ringback://call/01K0000000001?t=12.5");
});

test("the recording is taken out in the form that is chosen, and it is said where it is", async () => {
  const page = await open({ at: CALL });
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("option", { name: "MP3" }).click();
  const bar = page.getByRole("region", { name: "Exported" });
  await bar.getByText(/Downloads\/.+\.mp3/).waitFor();
  await bar.getByText("There is no file dialog here").waitFor();
  await bar.getByRole("button", { name: "Show in folder" }).click();
  await bar.getByRole("button", { name: "Close" }).click();
  await bar.waitFor({ state: "detached" });
  await position(page).waitFor();
  await page.keyboard.press("e");
  await page.getByRole("region", { name: "Exported" }).getByText(/\.mp3/).waitFor();
});

test("the word that is heard is marked and follows the sound", async () => {
  const page = await open({ at: CALL });
  await page.keyboard.press(" ");
  await page.locator(".word.now").waitFor();
  const first = await page.locator(".word.now").textContent();
  await expect.poll(() => page.locator(".word.now").textContent(), { timeout: 8000 }).not.toBe(first);
});

test("scrolling by hand stops the following, and a button takes it up again", async () => {
  const page = await open({ at: "#/calls/01K0000000001?t=20", size: { width: 1280, height: 620 } });
  await page.keyboard.press(" ");
  await page.locator(".word.now").waitFor();
  await page.locator(".transcript .scroll").hover();
  await page.mouse.wheel(0, 400);
  await page.getByRole("button", { name: "Jump to current" }).click();
  await page.getByRole("button", { name: "Jump to current" }).waitFor({ state: "detached" });
});

test("speed and what is left out are set from the player", async () => {
  const page = await open({ at: CALL });
  const player = page.getByRole("region", { name: "Player" });
  await player.getByRole("combobox", { name: "Speed", exact: true }).click();
  await page.getByRole("option", { name: "1.5×" }).click();
  await player.getByRole("combobox", { name: "Speed", exact: true }).getByText("1.5×").first().waitFor();
  await player.getByRole("switch", { name: "Skip silence" }).click();
  expect(await player.getByRole("switch", { name: "Skip silence" }).getAttribute("aria-checked")).toBe("true");
});

test("with one channel for both sides the caller cannot be heard alone, and it says why", async () => {
  const page = await open({ at: "#/calls?account=praxis-telnyx&recording=ready" });
  await page.locator("[data-row] .who").first().waitFor();
  await page.keyboard.press("Enter");
  const only = page.getByRole("switch", { name: "Caller only" });
  await only.waitFor();
  expect(await only.getAttribute("aria-disabled")).toBe("true");
  expect(await only.getAttribute("data-tip")).toContain("one channel");
});

test("what plays goes on in every other view, and its player leads back", async () => {
  const page = await open({ at: CALL });
  await page.keyboard.press(" ");
  await page.getByRole("link", { name: "Health", exact: true }).click();
  const mini = page.getByRole("region", { name: "Now playing" });
  await mini.getByRole("button", { name: "Pause" }).waitFor();
  await mini.getByRole("link").click();
  await page.getByRole("region", { name: "Player" }).getByRole("button", { name: "Pause" }).waitFor();
  expect(await mini.count(), "the page itself is the player then").toBe(0);
});

test("a row is played at once from the list", async () => {
  const page = await open({ at: "#/calls?recording=ready" });
  await page.getByRole("button", { name: "Play this call" }).first().click();
  await page.getByRole("region", { name: "Now playing" }).getByRole("button", { name: "Pause" }).waitFor();
  expect(page.url(), "the list stays").toContain("#/calls?recording=ready");
});

test("a waveform of two lanes is drawn in the colours of both voices", async () => {
  const page = await open({ at: `${CALL}?t=10` });
  await page.locator(".waveform .labels").getByText("Caller", { exact: true }).waitFor();
  await page.locator("canvas:not(.waiting)").waitFor();
  await page.waitForFunction(() => (document.querySelector("canvas")?.width ?? 0) > 300);
  const colours = await page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const middle = canvas.width * (canvas.height / 2) * 4;
    const solid = (from: number, to: number) => {
      for (let at = from; at < to; at += 4) if (data[at + 3] === 255) return `${data[at]},${data[at + 1]},${data[at + 2]}`;
      return "none";
    };
    return [solid(0, middle), solid(middle, data.length)];
  });
  expect(colours).not.toContain("none");
  expect(colours[0], "each lane has its own colour").not.toBe(colours[1]);
});

test("a failed recording is asked for again, and can be played once it is here", async () => {
  const page = await open({ at: "#/calls/state-failed-incomplete" });
  await page.getByText("The recording could not be copied").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("being copied to this computer").waitFor();
  await page.getByRole("region", { name: "Player" }).getByRole("button", { name: "Play", exact: true }).waitFor();
});

test("a resync that changes nothing says so", async () => {
  const page = await open({ at: CALL });
  await page.getByRole("button", { name: "Resync", exact: true }).click();
  await page.getByText("Asking the provider").first().waitFor();
  await page.getByText("Nothing changed.").waitFor();
});

test("every state of a recording has words of its own", async () => {
  const words: Record<string, string> = {
    "state-expected-processing": "usually takes 1-2 minutes",
    "state-available-queued": "link expires in",
    "state-available-network": "the network failed",
    "state-downloading-none": "playable in a moment",
    "state-expired-link_expired": "expired at the provider",
    "state-withheld-policy": "not an error",
    "state-withheld-external_storage": "lies in your own storage",
    "state-withheld-foreign_host": "media_hosts",
    "state-expired-retention": "retention time is over",
    "state-failed-quarantined_by_dlp": "“quarantined_by_dlp”",
    "state-absent-too_short": "too short",
    "state-absent-not_recorded": "not switched on",
    "state-deleted-deleted_at_provider": "deleted at the provider",
    "state-none": "No recording is known",
  };
  const page = await open({ at: "#/live" });
  for (const [id, text] of Object.entries(words)) {
    await page.evaluate((to) => (location.hash = `#/calls/${to}`), id);
    await page.getByRole("region", { name: "Player" }).getByText(text).first().waitFor();
  }
});
