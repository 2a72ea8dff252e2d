// Opens the window in Chromium and watches it: whatever the console calls an error, and whatever
// breaks the content security policy, fails the test.

import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { CHROMIUM } from "./chromium.mjs";

let browser: Browser;
let context: BrowserContext | undefined;
let faults: string[] = [];

/** How the window is opened. */
export interface Opening {
  scene?: string;
  at?: string;
  theme?: "light" | "dark";
  language?: "en" | "de";
  size?: { width: number; height: number };
  /** The time stands still here; without it, it is the real one. */
  now?: Date;
}

/** Registers what every file of tests needs. */
export function useWindow(): void {
  beforeAll(async () => {
    browser = await chromium.launch(CHROMIUM);
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await context?.close();
    context = undefined;
    expect(faults, "the console is silent and the policy is kept").toEqual([]);
  });
}

/** Opens the window on a scene. */
export async function open({ scene = "still", at = "#/live", theme = "light", language = "en", size = { width: 1280, height: 800 }, now }: Opening = {}): Promise<Page> {
  faults = [];
  context = await browser.newContext({ viewport: size, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  if (now !== undefined) await page.clock.setFixedTime(now);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(`${inject("base")}?scene=${scene}&theme=${theme}&language=${language}&answer=0${at}`);
  await page.locator("main :is(h1, h2)").first().waitFor();
  return page;
}
