import { expect, test } from "vitest";
import { open, useWindow } from "./window";

useWindow();

test("an alert is acknowledged under Health and leads to its call, which is marked", async () => {
  const page = await open({ scene: "trouble", at: "#/health" });
  const card = page.getByRole("region", { name: "Alerts", exact: true });
  const line = card.getByRole("listitem").filter({ hasText: "took 6,240 ms to answer (p95), more than 5,000 ms" });
  await line.getByRole("link", { name: "Open the call" }).click();
  const marks = page.getByRole("list", { name: "Alerts about this call" });
  await marks.getByText("to answer (p95)").waitFor();
  await marks.getByRole("button", { name: "Acknowledge" }).click();
  await marks.getByText("Seen").waitFor();
  await page.evaluate(() => (location.hash = "#/health"));
  await line.getByText("Seen").waitFor();
  expect(await line.getByRole("button").count()).toBe(0);
  await card.getByRole("listitem").filter({ hasText: "62.5% of the last 20 calls" }).getByRole("button", { name: "Acknowledge" }).click();
  expect(await card.getByText("nothing was heard for 30 minutes").count()).toBe(1);
});

test("what is checked is shown once for accounts that are checked alike, and where it is set", async () => {
  const page = await open({ scene: "trouble", at: "#/health" });
  const card = page.getByRole("region", { name: "Limits", exact: true });
  await card.getByText("80% of the last 20 calls").waitFor();
  expect(await card.getByText("latency_p95").count(), "two groups of accounts").toBe(2);
  await card.getByText("[checks] in ~/.config/ringback/config.toml").waitFor();
  await card.getByRole("button", { name: "Open config.toml" }).click();
});

test("what providers changed is told with since when and how often", async () => {
  const page = await open({ scene: "trouble", at: "#/health" });
  const card = page.getByRole("region", { name: "Changes at the providers", exact: true });
  await card.getByText("new field call.handover since").waitFor();
  await card.getByText("seen 14 times").waitFor();
  await card.getByText("was a number and is a text").waitFor();
  const quiet = await open({ at: "#/health" });
  await quiet.getByText("has the fields that it always had").waitFor();
});

test("a conversation of two accounts shows both calls, plays every recording and adds up", async () => {
  const page = await open({ at: "#/calls/01K0000000001" });
  await page.getByRole("tab", { name: "Figures" }).click();
  const section = page.getByRole("region", { name: "Conversation", exact: true });
  await section.getByText("Carrier ·").waitFor();
  for (const length of ["Billed", "By the carrier", "Audible"]) await section.getByText(length, { exact: true }).waitFor();
  await section.getByRole("button", { name: /^Play recording 2 of luigis-twilio/ }).click();
  await page.getByRole("region", { name: "Player", exact: true }).getByRole("button", { name: "Pause", exact: true }).waitFor();
  await section.getByRole("link", { name: "luigis-twilio" }).click();
  await page.waitForURL(/#\/calls\/carrier-/);
});
