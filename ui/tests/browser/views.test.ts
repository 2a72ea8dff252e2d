import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { open, useWindow, type Opening } from "./window";

useWindow();

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core holds against the page, serious and critical. */
async function violations(page: Page): Promise<string[]> {
  // The protocol's own evaluation is not subject to the page's policy.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe });
  const answer = await session.send("Runtime.evaluate", {
    expression: "axe.run(document, { resultTypes: ['violations'] }).then((result) => JSON.stringify(result.violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.target + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`)))",
    awaitPromise: true,
    returnByValue: true,
  });
  return JSON.parse(String(answer.result.value)) as string[];
}

const VIEWS: Record<string, Opening & { see: string }> = {
  "the board": { at: "#/live", see: "Recently ended" },
  "the empty board": { scene: "empty", at: "#/live", see: "All quiet" },
  "the list": { at: "#/calls", see: "Resync all missing" },
  "a narrowed list": { at: "#/calls?q=insurance&recording=ready&time=7d", see: "Clear filters" },
  "an empty list": { scene: "empty", at: "#/calls", see: "No calls yet" },
  "a call": { at: "#/calls/01K0000000001?t=14", see: "Facts" },
  "a call whose recording failed": { at: "#/calls/state-failed-incomplete", see: "Try again" },
  "a call whose recording is withheld": { at: "#/calls/state-withheld-policy", see: "by your choice" },
  "a call whose recording lies elsewhere": { at: "#/calls/state-withheld-foreign_host", see: "media_hosts" },
  "a call with an end that only its provider understands": { at: "#/calls/strange-end", see: "The provider's own word" },
  "a meeting": { at: "#/calls/meeting-retrospective?t=20", see: "Participants" },
  "a meeting that goes on": { at: "#/calls/long-meeting", see: "The meeting is still going on" },
  "a call that is not here": { at: "#/calls/nowhere", see: "This call is not here" },
  "insights": { at: "#/insights", see: "Calls per day" },
  "a carrier's call": { at: "#/calls/carrier-01K0000000001", see: "Facts" },
  "health": { scene: "trouble", at: "#/health", see: "set-secret" },
  "the ledger": { at: "#/health/ledger", see: "Days are counted in UTC" },
  "the ledger without an account": { scene: "first", at: "#/health/ledger", see: "No account yet" },
  "settings": { at: "#/settings", see: "Show phone numbers in full" },
  "an account": { at: "#/settings/accounts/luigis-twilio", see: "What is entered there" },
  "an account whose key is missing": { scene: "trouble", at: "#/settings/accounts/praxis-telnyx?replace=api_key", see: "New: API key" },
  "an account that is not there": { at: "#/settings/accounts/nobody", see: "There is no such account" },
  "a new account": { at: "#/settings/add", see: "Nothing yet" },
  "a new account of a provider": { at: "#/settings/add?provider=twilio", see: "Auth Token" },
  "a new account without a key store": { scene: "keyless", at: "#/settings/add?provider=retell", see: "This computer has no key store" },
  "keys that are locked": { scene: "locked", at: "#/settings", see: "The sealed keys are locked" },
  "a file that is refused": { scene: "broken", at: "#/live", see: "line 14" },
  "the first run": { scene: "first", at: "#/live", see: "Start the demo" },
};

for (const theme of ["light", "dark"] as const) {
  for (const [name, { see, ...opening }] of Object.entries(VIEWS)) {
    test(`${name} is readable and operable for everyone, in ${theme}`, async () => {
      const page = await open({ ...opening, theme });
      await page.getByText(see).first().waitFor();
      expect(await violations(page)).toEqual([]);
    });
  }
}

test("every tab of a call, the keys and the alerts pass the same check", async () => {
  const page = await open({ at: "#/calls/01K0000000001" });
  for (const tab of ["Figures", "History"]) {
    await page.getByRole("tab", { name: tab }).click();
    expect(await violations(page), tab).toEqual([]);
  }
  await page.getByRole("button", { name: /^Alerts/ }).click();
  await page.getByRole("dialog", { name: "Alerts" }).waitFor();
  expect(await violations(page), "alerts").toEqual([]);
  await page.keyboard.press("Escape");
  await page.evaluate(() => (location.hash = "#/calls"));
  await page.locator('[data-row="7"] .about').click({ modifiers: ["Shift"] });
  await page.getByRole("toolbar", { name: "Picked calls" }).waitFor();
  expect(await violations(page), "picked rows").toEqual([]);
  await page.evaluate(() => (location.hash = "#/calls/01K0000000001"));
  await page.getByRole("tab", { name: "History" }).focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  expect(await violations(page), "keys").toEqual([]);
});

test("nothing is cut off at the width of a small laptop, in the longer of both languages", async () => {
  for (const at of ["#/live", "#/calls", "#/calls/01K0000000001", "#/calls/meeting-retrospective", "#/calls/state-withheld-foreign_host", "#/calls/long-meeting", "#/insights", "#/health", "#/health/ledger", "#/settings", "#/settings/accounts/luigis-twilio", "#/settings/add?provider=vapi"]) {
    const page = await open({ at, language: "de", scene: "trouble", size: { width: 1024, height: 700 } });
    await page.locator("[data-row] .who, .card, .tiles, .accounts, .strip, .row, .waveform, .notice, .columns").first().waitFor();
    const beyond = await page.evaluate(() => [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 100)));
    expect(beyond.slice(0, 3), at).toEqual([]);
    await page.context().close();
  }
});

test("the accessible names that other programs rely on are there", async () => {
  const page = await open({ at: "#/live" });
  for (const name of ["Live", "Calls", "Insights", "Health", "Settings"]) await page.getByRole("navigation").getByRole("link", { name, exact: true }).waitFor();
  await page.getByRole("region", { name: "Ongoing calls", exact: true }).waitFor();
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await page.getByRole("grid", { name: "Calls", exact: true }).waitFor();
  await page.getByRole("searchbox", { name: "Search calls", exact: true }).waitFor();
  await page.goto(`${page.url().split("#")[0]}#/calls/01K0000000001`);
  const player = page.getByRole("region", { name: "Player", exact: true });
  for (const name of ["Play", "Back 10 seconds", "Forward 10 seconds"]) await player.getByRole("button", { name, exact: true }).waitFor();
  await player.getByRole("combobox", { name: "Speed", exact: true }).waitFor();
  await player.getByRole("slider", { name: "Position", exact: true }).waitFor();
  for (const name of ["Skip silence", "Caller only"]) await player.getByRole("switch", { name, exact: true }).waitFor();
  await page.getByRole("button", { name: "Resync", exact: true }).waitFor();
  await page.getByRole("region", { name: "Transcript", exact: true }).waitFor();
});

test("German is German everywhere", async () => {
  const page = await open({ at: "#/calls/state-expired-link_expired", language: "de" });
  await page.getByText("Die Aufnahme ist beim Anbieter abgelaufen").waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
  await page.waitForFunction(() => document.title.endsWith(" · Ringback") && !document.title.startsWith("Anrufe"));
  await page.evaluate(() => (location.hash = "#/calls"));
  await page.waitForFunction(() => document.title === "Anrufe · Ringback");
});

test("the second copy is told on the call, and Health copies what is missing", async () => {
  const call = await open({ at: "#/calls/01K0000000001" });
  await call.getByText("A second copy is there").waitFor();

  const health = await open({ scene: "trouble", at: "#/health" });
  await health.getByText("638 of 640", { exact: true }).waitFor();
  await health.getByRole("button", { name: "Copy what is missing now" }).click();
  await health.getByText("2 recordings are being copied").waitFor();
  await health.getByText("640 of 640", { exact: true }).waitFor();
  expect(await health.getByRole("button", { name: "Copy what is missing now" }).isDisabled()).toBe(true);
});
