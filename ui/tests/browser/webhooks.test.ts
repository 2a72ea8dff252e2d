import { expect, test } from "vitest";
import { open, useWindow } from "./window";

useWindow();

test("an address is entered after its caution was read, and put back", async () => {
  const page = await open({ at: "#/health" });
  await page.getByRole("button", { name: "Webhooks of clinic-retell" }).click();
  const card = page.getByRole("region", { name: "Webhooks at the provider" });
  const places = card.getByRole("list", { name: "What is entered there" });
  const desk = places.getByRole("listitem").filter({ hasText: "Agent Riverside Clinic desk" });
  await desk.getByText("Nothing entered").waitFor();
  await desk.getByRole("button", { name: "Register at Agent Riverside Clinic desk" }).click();
  const asking = desk.getByRole("group", { name: "Confirm" });
  await asking.getByText("https://hooks.example/webhooks/clinic-retell").waitFor();
  await asking.getByText("no longer sends anything to the account's webhook URL").waitFor();
  await asking.getByRole("button", { name: "Enter it" }).click();
  await desk.getByText("Comes here").waitFor();
  await card.getByText("Agent Riverside Clinic desk: entered").waitFor();
  await desk.getByRole("button", { name: "Restore at Agent Riverside Clinic desk" }).click();
  await desk.getByRole("button", { name: "Put it back" }).click();
  await desk.getByText("Nothing entered").waitFor();
});

test("somebody else's address has no button, and says why", async () => {
  const page = await open({ at: "#/health" });
  await page.getByRole("button", { name: "Webhooks of clinic-retell" }).click();
  const places = page.getByRole("list", { name: "What is entered there" });
  const line = places.getByRole("listitem").filter({ hasText: "Agent Appointment line" });
  await line.getByText("Somebody else's", { exact: true }).waitFor();
  await line.getByText("https://crm.example/retell").waitFor();
  await line.getByText("stays as it is").waitFor();
  expect(await line.getByRole("button").count()).toBe(0);
});

test("what stands in a draft is told apart, with what to publish and where events go until then", async () => {
  const page = await open({ at: "#/health" });
  await page.getByRole("button", { name: "Webhooks of clinic-retell" }).click();
  const card = page.getByRole("region", { name: "Webhooks at the provider" });
  const night = card.getByRole("list", { name: "What is entered there" }).getByRole("listitem").filter({ hasText: "Agent Night desk" });
  await night.getByText("An earlier address of ours").waitFor();
  await night.getByRole("button", { name: "Register at Agent Night desk" }).click();
  await night.getByRole("button", { name: "Enter it" }).click();
  await night.getByText("In the draft, not published").waitFor();
  await night.getByText("publish its draft").waitFor();
  await night.getByText("https://old.example/webhooks/clinic-retell", { exact: true }).waitFor();
  await card.getByText("Agent Night desk: entered in the draft").waitFor();
});

test("a test event is sent, and what comes of it is told", async () => {
  const page = await open({ at: "#/health" });
  await page.getByRole("button", { name: "Webhooks of clinic-retell" }).click();
  const card = page.getByRole("region", { name: "Webhooks at the provider" });
  await card.getByText(/The provider's newest event came/).waitFor();
  await card.getByRole("button", { name: "Send test event" }).click();
  await card.getByText("Sent, verified and kept in 84 ms").waitFor();
});

test("what only a dashboard can do is told in German too, with something to copy", async () => {
  const page = await open({ at: "#/health", language: "de" });
  await page.getByRole("button", { name: "Webhooks von clinic-retell" }).click();
  const card = page.getByRole("region", { name: "Webhooks beim Anbieter" });
  const step = card.getByRole("listitem").filter({ hasText: "Diese Adresse als Webhook-URL einfügen" });
  await step.getByRole("button", { name: "Kopieren" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("https://hooks.example/webhooks/clinic-retell");
  await card.getByRole("switch", { name: "Adresse aktuell halten" }).click();
  await expect.poll(() => card.getByRole("switch", { name: "Adresse aktuell halten" }).getAttribute("aria-checked")).toBe("true");
});
