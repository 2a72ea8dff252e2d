import { expect, test } from "vitest";
import { open, useWindow } from "./window";

useWindow();

test("G and a letter go to every view", async () => {
  const page = await open();
  for (const [key, title] of [["c", "Calls"], ["i", "Insights"], ["h", "Health"], ["s", "Settings"], ["l", "Live"]] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  }
});

test("keys are letters while one types", async () => {
  const page = await open({ at: "#/calls" });
  await page.keyboard.press("/");
  await page.keyboard.type("gl?");
  expect(await page.getByRole("searchbox").inputValue()).toBe("gl?");
  expect(page.url()).toContain("#/calls");
});

test("a new call appears on the board by itself, and leaves it the moment it ends", async () => {
  const page = await open({ scene: "day" });
  const board = page.getByRole("region", { name: "Ongoing calls" });
  const ringing = board.getByRole("link").filter({ hasText: "Ringing" });
  await ringing.first().waitFor();
  const call = await board.getByRole("link").last().getAttribute("data-call");
  // The running day ends calls by itself; here the end is told at once.
  await page.evaluate((id) => {
    const host = (window as unknown as { fakeHost: { rpc: (name: string, args: object) => Promise<{ rows: { id: string; rev: number }[] }>; send: (event: object) => void } }).fakeHost;
    return host.rpc("calls.page", { query: {}, offset: 0, limit: 50 }).then(({ rows }) => {
      const row = rows.find((one) => one.id === id);
      host.send({ type: "calls", data: [{ ...row, rev: (row?.rev ?? 0) + 100, status: "ended", ended_at: new Date().toISOString() }] });
    });
  }, call);
  await board.locator(`[data-call="${call}"]`).waitFor({ state: "detached" });
  await page.locator(`.recent [data-call="${call}"]`).waitFor();
});

test("without an account there are two ways on: the demo, and an account of any provider", async () => {
  const page = await open({ scene: "first" });
  for (const name of ["Retell", "Vapi", "Twilio", "Telnyx", "Recall.ai", "Own backend"]) await page.getByRole("link", { name: new RegExp(`^${name}`) }).waitFor();
  await page.getByRole("link", { name: /^Telnyx/ }).click();
  await page.getByRole("radio", { name: /Telnyx/, checked: true }).waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Start the demo" }).click();
  await page.getByRole("region", { name: "Ongoing calls" }).getByRole("link").first().waitFor();
  await page.getByText("Demo", { exact: true }).waitFor();
});

test("an alert is read, opens its call, and is put away", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Alerts, 1 new" }).click();
  await page.getByRole("button", { name: "Mark as seen" }).click();
  await page.getByRole("button", { name: "Alerts", exact: true }).waitFor();
  await page.getByRole("link", { name: /could not be copied/ }).click();
  await page.getByText("The recording could not be copied").waitFor();
});

test("what happened while nobody was here is told once, and a call that hangs can be ended", async () => {
  const page = await open({ scene: "trouble" });
  const digest = page.getByRole("region", { name: "While you were away" });
  await digest.getByText("214 calls, 211 recordings archived,").waitFor();
  await digest.getByRole("button", { name: "Put away" }).click();
  await digest.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Check now" }).click();
  await page.getByText("The provider says that the call still goes on.").waitFor();
  // It cannot be taken back, so it is asked first, and Enter alone says no.
  const mark = page.getByRole("button", { name: "Mark as ended" });
  await mark.click();
  const sheet = page.getByRole("dialog", { name: "Mark this call as ended?" });
  await sheet.waitFor();
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await mark.click();
  await sheet.getByRole("button", { name: "Mark as ended" }).click();
  await mark.waitFor({ state: "detached" });
});

test("an alert is told in the window's language, and a reason that nobody knows by its code", async () => {
  const page = await open({ scene: "trouble", language: "de" });
  await page.getByRole("button", { name: "Meldungen, 7 neu" }).click();
  const list = page.getByRole("dialog", { name: "Meldungen" });
  await list.getByText("Der Anbieter lehnt den Schlüssel von team-recall ab").waitFor();
  await list.getByText("als Grund ist „quarantined_by_dlp“ angegeben").waitFor();
});

test("an error is told in the window's language, with the other side's own words below", async () => {
  const page = await open({ at: "#/calls/state-expired-link_expired", language: "de" });
  await page.getByRole("button", { name: "Abgleichen", exact: true }).click();
  await page.getByText("Das ist hier nicht vorhanden.").waitFor();
  const told = page.locator('[lang="en"]', { hasText: "The provider does not know this call any more." });
  await told.waitFor();
});

test("the theme changes at once and is kept", async () => {
  const page = await open({ at: "#/settings" });
  await page.getByRole("radio", { name: "Dark" }).click();
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
  await page.getByRole("radio", { name: "Light" }).click();
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
});

test("the language changes at once, without a restart", async () => {
  const page = await open({ at: "#/settings" });
  await page.getByRole("radio", { name: "Deutsch" }).click();
  await page.getByRole("heading", { level: 1, name: "Einstellungen" }).waitFor();
});

test("when nobody answers, the window says so instead of showing nothing", async () => {
  const page = await open({ scene: "silent" });
  await page.getByText("Ringback does not answer").first().waitFor();
});

test("the window opens in the language of last time, even when nobody answers", async () => {
  const page = await open({ at: "#/settings", language: "de" });
  await page.getByRole("heading", { level: 1, name: "Einstellungen" }).waitFor();
  await page.goto(`${page.url().split("?")[0]}?scene=silent`);
  await page.getByText("Ringback antwortet nicht").first().waitFor();
});

test("a bar of the chart opens the calls of its day", async () => {
  const page = await open({ at: "#/insights" });
  await page.locator(".chart a").last().click();
  await page.getByRole("button", { name: "Remove filter Time" }).waitFor();
  expect(page.url()).toMatch(/time=\d{4}-\d\d-\d\d$/);
});

test("the figures of the chart can be read as a table", async () => {
  const page = await open({ at: "#/insights" });
  await page.getByRole("button", { name: "Show as table" }).click();
  expect(await page.getByRole("table").getByRole("row").count()).toBe(31);
});
