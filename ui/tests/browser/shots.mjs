// Takes pictures of every view from the fake host: `node tests/browser/shots.mjs [name...]`.
// Needs `npx vite build --mode browser` first; writes to `shots/`.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { CHROMIUM } from "./chromium.mjs";

const SIZES = { small: { width: 1280, height: 800 }, large: { width: 1920, height: 1080 } };

/** Each picture: scene and settings, the address, and what is done before it is taken. */
const PICTURES = [
  { name: "live-light", query: "scene=day&theme=light", hash: "#/live", wait: 2500 },
  { name: "live-dark", query: "scene=day&theme=dark", hash: "#/live", wait: 2500 },
  { name: "live-empty-de", query: "scene=empty&theme=light&language=de", hash: "#/live" },
  { name: "live-busy", query: "scene=busy&theme=light", hash: "#/live", wait: 2500, size: "large" },
  { name: "window-light", query: "scene=still&theme=light", hash: "#/calls", act: fromList },
  { name: "window-dark", query: "scene=still&theme=dark", hash: "#/calls", act: fromList },
  { name: "calls-light", query: "scene=many&theme=light", hash: "#/calls" },
  { name: "calls-dark-de", query: "scene=many&theme=dark&language=de&density=compact", hash: "#/calls" },
  { name: "calls-search", query: "scene=many&theme=light", hash: "#/calls?q=insurance&recording=ready,failed&time=30d" },
  { name: "calls-large", query: "scene=many&theme=light", hash: "#/calls", size: "large" },
  { name: "calls-none", query: "scene=empty&theme=dark", hash: "#/calls" },
  { name: "call-light", query: "scene=still&theme=light", hash: "#/calls/01K0000000001?t=14", act: play },
  { name: "call-dark", query: "scene=still&theme=dark", hash: "#/calls/01K0000000001?t=14", act: play },
  { name: "call-dark-de", query: "scene=still&theme=dark&language=de", hash: "#/calls/01K0000000001?t=14", act: figures },
  { name: "call-large", query: "scene=still&theme=light", hash: "#/calls/01K0000000001?t=14", act: history, size: "large" },
  { name: "call-failed", query: "scene=still&theme=light", hash: "#/calls/state-failed-incomplete" },
  { name: "call-available-de", query: "scene=still&theme=light&language=de", hash: "#/calls/state-available-network" },
  { name: "call-withheld", query: "scene=still&theme=dark", hash: "#/calls/state-withheld-policy" },
  { name: "insights-light", query: "scene=day&theme=light", hash: "#/insights" },
  { name: "insights-dark-de", query: "scene=day&theme=dark&language=de", hash: "#/insights", size: "large" },
  { name: "health-light-de", query: "scene=trouble&theme=light&language=de", hash: "#/health" },
  { name: "health-dark", query: "scene=trouble&theme=dark", hash: "#/health" },
  { name: "settings-light", query: "scene=still&theme=light", hash: "#/settings" },
  { name: "first-light", query: "scene=first&theme=light", hash: "#/live" },
  { name: "first-dark-de", query: "scene=first&theme=dark&language=de", hash: "#/live" },
  { name: "keys-light", query: "scene=still&theme=light", hash: "#/live", act: (page) => page.keyboard.press("?") },
  { name: "alerts-dark", query: "scene=trouble&theme=dark", hash: "#/live", act: (page) => page.getByRole("button", { name: /^Alerts/ }).click() },
  { name: "mini-light", query: "scene=still&theme=light", hash: "#/calls", act: mini },
  { name: "resync-light", query: "scene=still&theme=light", hash: "#/calls", act: resync },
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

async function figures(page) {
  await page.getByRole("tab").nth(1).click();
}

async function history(page) {
  await page.getByRole("tab").nth(2).click();
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
