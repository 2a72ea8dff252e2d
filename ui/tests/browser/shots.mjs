// Takes pictures of every view from the fake host: `node tests/browser/shots.mjs [name...]`.
// Needs `npx vite build --mode browser` first; writes to `shots/`.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { CHROMIUM } from "./chromium.mjs";

const SIZES = { small: { width: 1280, height: 800 }, large: { width: 1920, height: 1080 } };

/** A call with everything: two lanes, words, costs, latencies. */
const CALL = "01K0000000001";

/** Each picture: scene and settings, the address, and what is done before it is taken. */
const PICTURES = [
  { name: "live-light", query: "scene=day&theme=light", hash: "#/live", wait: 2500 },
  { name: "live-dark-de", query: "scene=day&theme=dark&language=de", hash: "#/live", wait: 6500 },
  { name: "live-empty-de", query: "scene=empty&theme=light&language=de", hash: "#/live" },
  { name: "live-busy", query: "scene=busy&theme=light", hash: "#/live", wait: 4500, size: "large" },
  { name: "live-large-dark", query: "scene=day&theme=dark", hash: "#/live", wait: 4500, size: "large" },
  { name: "window-light", query: "scene=still&theme=light", hash: "#/calls", act: fromList },
  { name: "window-dark", query: "scene=still&theme=dark", hash: "#/calls", act: fromList },
  { name: "calls-light", query: "scene=many&theme=light", hash: "#/calls" },
  { name: "calls-dark-de", query: "scene=many&theme=dark&language=de&density=compact", hash: "#/calls" },
  { name: "calls-search", query: "scene=many&theme=light", hash: "#/calls?q=insurance&recording=ready,failed&time=30d" },
  { name: "calls-search-meetings-de", query: "scene=many&theme=light&language=de", hash: "#/calls?q=search&direction=meeting" },
  { name: "calls-large", query: "scene=many&theme=light", hash: "#/calls", size: "large" },
  { name: "calls-large-dark-de", query: "scene=many&theme=dark&language=de&density=compact", hash: "#/calls", size: "large" },
  { name: "calls-accounts-de", query: "scene=still&theme=light&language=de", hash: "#/calls", act: (page) => page.getByRole("button", { name: "Konto" }).click() },
  { name: "calls-none", query: "scene=empty&theme=dark", hash: "#/calls" },
  { name: "calls-selected", query: "scene=still&theme=light", hash: "#/calls", act: select },
  { name: "calls-selected-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/calls", act: select },
  { name: "call-light", query: "scene=still&theme=light", hash: `#/calls/${CALL}?t=14`, act: play },
  { name: "call-dark-de", query: "scene=still&theme=dark&language=de", hash: `#/calls/${CALL}?t=14`, act: figures },
  { name: "call-large", query: "scene=still&theme=light", hash: `#/calls/${CALL}?t=14`, act: history, size: "large" },
  { name: "call-mono", query: "scene=still&theme=light", hash: "#/calls?account=praxis-telnyx&recording=ready", act: openFirst },
  { name: "call-failed", query: "scene=still&theme=light", hash: "#/calls/state-failed-incomplete" },
  { name: "call-available-de", query: "scene=still&theme=light&language=de", hash: "#/calls/state-available-network" },
  { name: "call-withheld", query: "scene=still&theme=dark", hash: "#/calls/state-withheld-policy" },
  { name: "call-own-storage-de", query: "scene=still&theme=light&language=de", hash: "#/calls/state-withheld-external_storage" },
  { name: "call-foreign-host", query: "scene=still&theme=light", hash: "#/calls/state-withheld-foreign_host" },
  { name: "call-foreign-host-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/calls/state-withheld-foreign_host" },
  { name: "call-retention", query: "scene=still&theme=light", hash: "#/calls/state-expired-retention" },
  { name: "call-unknown-reason", query: "scene=still&theme=light", hash: "#/calls/state-failed-quarantined_by_dlp" },
  { name: "call-strange-end", query: "scene=still&theme=light", hash: "#/calls/strange-end" },
  { name: "call-strange-end-history-de", query: "scene=still&theme=dark&language=de", hash: "#/calls/strange-end", act: history },
  { name: "meeting-light", query: "scene=still&theme=light", hash: "#/calls/meeting-roadmap?t=14", act: play },
  { name: "meeting-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/calls/meeting-retrospective?t=9", act: play },
  { name: "meeting-large", query: "scene=still&theme=light", hash: "#/calls/meeting-retrospective?t=31", size: "large" },
  { name: "talk-light", query: "scene=talk&theme=light", hash: "#/calls/long-meeting", wait: 3000 },
  { name: "talk-left-dark-de", query: "scene=talk&theme=dark&language=de", hash: "#/calls/long-meeting", wait: 1500, act: leave },
  { name: "insights-light", query: "scene=day&theme=light", hash: "#/insights" },
  { name: "insights-dark-de", query: "scene=day&theme=dark&language=de", hash: "#/insights", size: "large" },
  { name: "health-light-de", query: "scene=trouble&theme=light&language=de", hash: "#/health" },
  { name: "health-dark", query: "scene=trouble&theme=dark", hash: "#/health", act: checkKeys, size: "large" },
  { name: "health-sections", query: "scene=trouble&theme=light", hash: "#/health", act: below },
  { name: "health-sections-dark-de", query: "scene=trouble&theme=dark&language=de", hash: "#/health", act: below },
  { name: "conversation-light", query: "scene=trouble&theme=light", hash: "#/calls/01K0000000001", act: figures },
  { name: "conversation-dark-de", query: "scene=trouble&theme=dark&language=de", hash: "#/calls/01K0000000001", act: figures },
  { name: "health-ledger-card", query: "scene=still&theme=light", hash: "#/health" },
  { name: "ledger-light", query: "scene=still&theme=light", hash: "#/health/ledger" },
  { name: "ledger-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/health/ledger", act: openDay },
  { name: "ledger-day-light", query: "scene=still&theme=light", hash: "#/health/ledger", act: openDay, size: "large" },
  { name: "ledger-empty-de", query: "scene=first&theme=light&language=de", hash: "#/health/ledger" },
  { name: "settings-light", query: "scene=still&theme=light", hash: "#/settings" },
  { name: "settings-dark-de", query: "scene=locked&theme=dark&language=de", hash: "#/settings" },
  { name: "settings-large", query: "scene=still&theme=light", hash: "#/settings", size: "large" },
  { name: "settings-desktop-light", query: "scene=still&theme=light", hash: "#/settings", act: desktop },
  { name: "settings-desktop-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/settings", act: desktop },
  { name: "account-light", query: "scene=still&theme=light", hash: "#/settings/accounts/clinic-retell" },
  { name: "account-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/settings/accounts/luigis-twilio" },
  { name: "account-large", query: "scene=still&theme=light", hash: "#/settings/accounts/luigis-twilio", size: "large", act: edited },
  { name: "account-large-dark-de", query: "scene=trouble&theme=dark&language=de", hash: "#/settings/accounts/praxis-telnyx?replace=api_key", size: "large" },
  { name: "account-remove-dark", query: "scene=still&theme=dark", hash: "#/settings/accounts/clinic-retell", act: (page) => page.getByRole("button", { name: "Remove account" }).click() },
  { name: "add-light", query: "scene=still&theme=light", hash: "#/settings/add" },
  { name: "add-works-light", query: "scene=still&theme=light", hash: "#/settings/add?provider=retell", act: works },
  { name: "add-twilio-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/settings/add?provider=twilio", act: works },
  { name: "add-refused-de", query: "scene=still&theme=light&language=de", hash: "#/settings/add?provider=recall", act: refused },
  { name: "add-keyless", query: "scene=keyless&theme=light", hash: "#/settings/add?provider=vapi" },
  { name: "add-large-dark", query: "scene=still&theme=dark", hash: "#/settings/add?provider=telnyx", size: "large", act: works },
  { name: "added-light", query: "scene=still&theme=light", hash: "#/settings/add?provider=retell", act: added },
  { name: "added-arrived-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/settings/add?provider=retell", act: arrived },
  { name: "broken-light", query: "scene=broken&theme=light", hash: "#/live" },
  { name: "broken-dark-de", query: "scene=broken&theme=dark&language=de", hash: "#/calls" },
  { name: "locked-light", query: "scene=locked&theme=light", hash: "#/live", act: (page) => page.getByRole("button", { name: "Unlock" }).first().click() },
  { name: "first-light", query: "scene=first&theme=light", hash: "#/live" },
  { name: "first-dark-de", query: "scene=first&theme=dark&language=de", hash: "#/live" },
  { name: "first-large", query: "scene=first&theme=light", hash: "#/live", size: "large" },
  { name: "keys-light", query: "scene=still&theme=light", hash: "#/live", act: (page) => page.keyboard.press("?") },
  { name: "alerts-dark", query: "scene=trouble&theme=dark", hash: "#/live", act: (page) => page.getByRole("button", { name: /^Alerts/ }).click() },
  { name: "alerts-light-de", query: "scene=trouble&theme=light&language=de", hash: "#/live", act: (page) => page.getByRole("button", { name: /^Meldungen/ }).click() },
  { name: "mini-light", query: "scene=still&theme=light", hash: "#/calls", act: mini },
  { name: "resync-light", query: "scene=still&theme=light", hash: "#/calls", act: resync },
  { name: "resync-failed-de", query: "scene=still&theme=light&language=de", hash: "#/calls/state-expired-link_expired", act: resyncCall },
  { name: "lost-de", query: "scene=still&theme=light&language=de", hash: "#/calls", act: silence },
];

/** Opens the call from the list, so that it has neighbours, and plays it. */
async function fromList(page) {
  await page.evaluate(() => (location.hash = "#/calls/01K00000004MO?t=13.2"));
  await page.waitForTimeout(500);
  await page.keyboard.press(" ");
  await page.waitForTimeout(1500);
}

async function play(page) {
  await page.keyboard.press(" ");
  await page.waitForTimeout(900);
}

async function desktop(page) {
  await page.getByRole("heading", { name: "Desktop" }).evaluate((heading) => heading.scrollIntoView());
}

async function figures(page) {
  await page.getByRole("tab").nth(1).click();
}

/** What stands below the first cards of Health. */
async function below(page) {
  await page.getByRole("button", { name: "config.toml" }).scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 400);
  await page.waitForTimeout(300);
}

async function history(page) {
  await page.getByRole("tab").nth(2).click();
}

/** Opens the first call of the list. */
async function openFirst(page) {
  await page.keyboard.press("Enter");
  await page.waitForTimeout(900);
}

/** Picks a stretch and one more. */
async function select(page) {
  await page.locator('[data-row="6"] .about').click({ modifiers: ["Control"] });
  await page.locator('[data-row="9"] .about').click({ modifiers: ["Shift"] });
  await page.locator('[data-row="11"] .about').hover();
}

/** Scrolls away from the end of a running call and waits for new lines. */
async function leave(page) {
  await page.locator(".transcript .scroll").hover();
  await page.mouse.wheel(0, -420);
  await page.waitForTimeout(9000);
}

/** The same window, opened again while nobody answers. */
async function silence(page) {
  await page.goto("http://localhost:4199/?scene=silent#/calls");
  await page.waitForTimeout(600);
}

/** Opens the last day of the first account that lacks something, and lets the pointer rest on another. */
async function openDay(page) {
  await page.locator("article").first().locator(".strip .square.open, .strip .square.excused").last().click();
  await page.waitForTimeout(400);
  await page.locator("article").first().locator(".strip .square.whole").nth(40).hover();
  await page.waitForTimeout(700);
}

async function checkKeys(page) {
  await page.getByRole("button", { name: "Check the keys" }).click();
  await page.waitForTimeout(400);
}

/** Fills in what the provider on the page wants, and has it checked. */
async function works(page) {
  for (const box of await page.locator("input[type=password]").all()) if (await box.isVisible()) await box.fill("KEY018F2B");
  const own = page.getByLabel("Account SID");
  if ((await own.count()) > 0) await own.fill("AC5ef8732a3c49700934481addd5ce1659");
  await page.locator("[data-key]").first().press("Enter");
  await page.waitForTimeout(300);
}

async function refused(page) {
  await page.locator("[data-key]").first().fill("wrong");
  await page.locator("[data-key]").first().press("Enter");
  await page.waitForTimeout(300);
}

async function added(page) {
  await works(page);
  await page.locator("[data-name]").press("Enter");
  await page.waitForTimeout(600);
}

async function arrived(page) {
  await added(page);
  await page.getByRole("button", { name: "Testmeldung schicken" }).click();
  await page.waitForTimeout(300);
  await page.evaluate(() => window.fakeHost.arrive("riverside-clinic-retell"));
  await page.waitForTimeout(300);
}

/** A setting that is not saved yet. */
async function edited(page) {
  await page.getByLabel("Ask for new calls every").fill("10m");
}

async function resyncCall(page) {
  await page.getByRole("button", { name: "Abgleichen", exact: true }).click();
  await page.waitForTimeout(1500);
}

async function mini(page) {
  await page.getByRole("button", { name: "Play this call" }).nth(1).click();
  await page.waitForTimeout(1500);
}

async function resync(page) {
  await page.getByRole("button", { name: "Resync all missing" }).click();
  await page.waitForTimeout(6500);
}

const wanted = process.argv.slice(2);
const server = await preview({ build: { outDir: "dist-browser" }, preview: { port: 4199 } });
const browser = await chromium.launch(CHROMIUM);
mkdirSync("shots", { recursive: true });
for (const picture of PICTURES) {
  if (wanted.length > 0 && !wanted.some((part) => picture.name.includes(part))) continue;
  const page = await browser.newPage({ viewport: SIZES[picture.size ?? "small"] });
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.log(picture.name, message.text()));
  page.on("pageerror", (error) => console.log(picture.name, error));
  await page.goto(`http://localhost:4199/?${picture.query}${picture.hash}`);
  await page.waitForTimeout(picture.wait ?? 700);
  await picture.act?.(page);
  await page.waitForTimeout(250);
  await page.screenshot({ path: `shots/${picture.name}.png` });
  await page.close();
}
await browser.close();
await server.close();
