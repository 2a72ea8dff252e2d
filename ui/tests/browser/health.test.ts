import { expect, test } from "vitest";
import { open, useWindow } from "./window";

useWindow();

test("each line says what was found and what to do, and has its button", async () => {
  const page = await open({ scene: "trouble", at: "#/health" });
  const card = page.getByRole("region", { name: "Checks", exact: true });
  const line = (subject: string) => card.getByRole("listitem").filter({ hasText: subject });
  await line("Disk").getByText("used up in 9 days").waitFor();
  await line("Disk").getByRole("button", { name: "Show the folder" }).click();
  await line("Journal").getByRole("button", { name: "Read them again" }).click();
  await page.getByText("1 event was read again, 1 still cannot be read").waitFor();
  await line("Second copy").getByRole("button", { name: "Copy again" }).click();
  await line("Second copy").getByText("All 640 recordings").waitFor();
  await line("Queue").getByRole("button", { name: "Show the calls" }).click();
  await page.waitForURL(/#\/calls\?recording=failed/);
});

test("an account tells how late its webhooks are and why some were refused, and forgets that on request", async () => {
  const page = await open({ scene: "trouble", at: "#/health" });
  const card = page.getByRole("article").filter({ hasText: "clinic-retell" });
  await card.getByText("420 ms").waitFor();
  await card.getByText("17 because the signature is too old").waitFor();
  await card.getByText("Switch signing on at the provider").waitFor();
  await card.getByRole("button", { name: "Seen, count anew" }).click();
  await card.getByText("17 because").waitFor({ state: "detached" });
  expect(await card.getByText("works").count()).toBe(1);
});

test("in German, findings are German, and what a system said stands apart in its own words", async () => {
  const page = await open({ scene: "trouble", at: "#/health", language: "de" });
  const card = page.getByRole("region", { name: "Prüfungen", exact: true });
  await card.getByText("reicht das noch 9 Tage").waitFor();
  await card.getByText("Es gibt kein Audiogerät").waitFor();
  expect(await card.locator("[lang=en]").allTextContents()).toEqual(["https://hooks.example answers 502: the proxy there finds nothing behind it."]);
});

test("the report for those who help is made with one click and says where it is", async () => {
  const page = await open({ at: "#/health" });
  await page.getByRole("button", { name: "Report for help" }).click();
  await page.getByText("exports/ringback-report-").waitFor();
});

test("a refused file names its line in Health, and its button opens it", async () => {
  const page = await open({ scene: "broken", at: "#/health" });
  const line = page.getByRole("region", { name: "Checks", exact: true }).getByRole("listitem").filter({ hasText: "What ran before goes on" });
  await line.getByText("line 14 does not fit").waitFor();
  await line.getByText("Did you mean `poll_every`?").waitFor();
  await line.getByText("[[accounts]] has no key `pol_every`.").waitFor();
  await line.getByRole("button", { name: "Open config.toml" }).waitFor();
});

test("a paused account is told in Health, and goes on with one click", async () => {
  const page = await open({ at: "#/settings/accounts/clinic-retell" });
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("button", { name: "Resume", exact: true }).waitFor();
  await page.evaluate(() => (location.hash = "#/health"));
  const line = page.getByRole("region", { name: "Checks", exact: true }).getByRole("listitem").filter({ hasText: "Paused: its provider is not asked" });
  await line.getByRole("button", { name: "Resume" }).click();
  await line.waitFor({ state: "detached" });
});
