import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { open, useWindow } from "./window";

useWindow();

const ADD = "Add account";

/** The button that writes the account down; there is none other of that name on the page. */
function add(page: Page) {
  return page.getByRole("button", { name: ADD, exact: true });
}

async function paste(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).focus();
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press("Control+V");
}

test("an account is there in a minute: provider, key, name, test event", async () => {
  const page = await open({ at: "#/settings" });
  await add(page).click();
  await page.getByRole("heading", { level: 1, name: ADD }).waitFor();
  await page.getByRole("radio", { name: /Retell/ }).click();
  expect(await add(page).isDisabled(), "without a key there is nothing to add").toBe(true);
  await paste(page, "API key", "key_1234567890");
  await page.getByText("Retell accepts the key: it is “Riverside Clinic” there.").waitFor();
  expect(await page.getByLabel("Account ID").inputValue()).toBe("riverside-clinic-retell");
  await page.getByText("Nothing is changed or deleted at Retell.").waitFor();
  await add(page).click();

  await page.getByText("riverside-clinic-retell is set up with Retell.").waitFor();
  await page.getByText("Waiting for the first event").waitFor();
  await page.getByRole("button", { name: "Copy the address" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("https://hooks.example/webhooks/riverside-clinic-retell");
  await page.getByRole("button", { name: "Send test event" }).click();
  await page.getByText("Sent, verified and kept in").waitFor();
  await page.getByText("Waiting for the first event").waitFor();
  await page.evaluate(() => (window as unknown as { fakeHost: { arrive: (id: string) => void } }).fakeHost.arrive("riverside-clinic-retell"));
  await page.getByText("It has arrived").waitFor();
  await page.getByRole("button", { name: "Open the account" }).click();
  await page.getByRole("heading", { level: 1, name: "riverside-clinic-retell" }).waitFor();
});

test("the whole way goes by keyboard alone", async () => {
  const page = await open({ at: "#/settings/add" });
  await page.locator("[role=radio]:focus").waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("radio", { name: /Vapi/, checked: true }).waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.closest("div.field")?.querySelector("label")?.textContent)).toBe("API key");
  await page.keyboard.type("key_1");
  await page.keyboard.press("Enter");
  await page.locator("[data-name]:focus").waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Front Desk");
  expect(await page.getByLabel("Account ID").inputValue()).toBe("front-desk");
  await page.keyboard.press("Enter");
  await page.getByText("front-desk is set up with Retell.").waitFor();
});

test("a key that is refused is no account, and says what to look at", async () => {
  const page = await open({ at: "#/settings/add?provider=retell" });
  await paste(page, "API key", "key_wrong");
  await page.getByText("Retell refuses this key.").waitFor();
  await page.getByText("Check that it was copied whole").waitFor();
  expect(await add(page).isDisabled()).toBe(true);
  await page.getByLabel("API key", { exact: true }).fill("key_right");
  await page.getByLabel("API key", { exact: true }).press("Enter");
  await page.getByText("Retell accepts the key").waitFor();
  expect(await add(page).isDisabled()).toBe(false);
});

test("without a network the account can be added all the same", async () => {
  const page = await open({ at: "#/settings/add?provider=telnyx" });
  await page.getByLabel("API key", { exact: true }).fill("KEYoffline");
  await page.getByRole("button", { name: "Check with Telnyx" }).click();
  await page.getByText("Telnyx cannot be reached.").waitFor();
  await page.getByText("The account can be added all the same").waitFor();
  await add(page).click();
  await page.getByText("telnyx is set up with Telnyx.").waitFor();
});

test("an id that is taken or cannot be one is refused before anything is written", async () => {
  const page = await open({ at: "#/settings/add?provider=retell" });
  await paste(page, "API key", "key_1");
  await page.getByText("Retell accepts the key").waitFor();
  const id = page.getByLabel("Account ID");
  await id.fill("clinic-retell");
  await page.getByText("There is an account with this ID already.").waitFor();
  expect(await add(page).isDisabled()).toBe(true);
  await id.fill("a/b");
  await page.getByText("Only small letters, digits and hyphens.").waitFor();
  await id.fill("büro 2");
  expect(await id.inputValue()).toBe("buero-2");
  expect(await add(page).isDisabled()).toBe(false);
});

test("leaving writes nothing, and a key of one provider never goes to another", async () => {
  const page = await open({ at: "#/settings/add?provider=retell" });
  await page.getByLabel("API key", { exact: true }).fill("key_1");
  await page.getByRole("radio", { name: /Vapi/ }).click();
  expect(await page.getByLabel("API key", { exact: true }).inputValue()).toBe("");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  expect(await page.locator(".accounts li").count(), "the accounts are those of before").toBe(6);
});

test("a pasted key is dots until one wants to see it", async () => {
  const page = await open({ at: "#/settings/add?provider=retell" });
  const box = page.getByLabel("API key", { exact: true });
  expect(await box.getAttribute("type")).toBe("password");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  expect(await box.getAttribute("type")).toBe("text");
});

test("where there is no key store, a passphrase makes a sealed file first", async () => {
  const page = await open({ scene: "keyless", at: "#/settings/add?provider=retell" });
  await paste(page, "API key", "key_1");
  await page.getByText("Retell accepts the key").waitFor();
  expect(await add(page).isDisabled(), "there is no place for the key yet").toBe(true);
  await page.getByLabel("Passphrase", { exact: true }).fill("correct horse");
  await page.getByLabel("Once more").fill("correct hors");
  await page.getByText("The two are not the same.").waitFor();
  await page.getByLabel("Once more").fill("correct horse");
  await page.getByRole("button", { name: "Use a sealed file" }).click();
  await page.getByText("The key goes into the sealed file").waitFor();
  await add(page).click();
  await page.getByText("is set up with Retell.").waitFor();
});

test("locked keys are asked for calmly: the rest works, and the passphrase opens them", async () => {
  const page = await open({ scene: "locked", at: "#/live" });
  const bar = page.getByRole("region", { name: "The sealed keys are locked" });
  await bar.getByText("5 accounts wait for their keys.").waitFor();
  await page.getByRole("region", { name: "Ongoing calls" }).getByRole("link").first().waitFor();
  await bar.getByRole("button", { name: "Unlock" }).click();
  const sheet = page.getByRole("dialog", { name: "Unlock the sealed keys" });
  await sheet.getByLabel("Passphrase").fill("wrong");
  await sheet.getByLabel("Passphrase").press("Enter");
  await sheet.getByText("This passphrase does not open the file.").waitFor();
  await sheet.getByLabel("Passphrase").fill("open sesame");
  await sheet.getByLabel("Passphrase").press("Enter");
  await page.getByText("The sealed keys are open").waitFor();
  await bar.waitFor({ state: "detached" });
});

test("the question for the passphrase can be put away", async () => {
  const page = await open({ scene: "locked", at: "#/calls" });
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByRole("region", { name: "The sealed keys are locked" }).waitFor({ state: "detached" });
});

test("a file that is refused is told with line and reason, and the telling ends when it is mended", async () => {
  const page = await open({ scene: "broken", at: "#/calls" });
  const banner = page.getByRole("region", { name: "config.toml is refused" });
  await banner.getByText("line 14 does not fit").waitFor();
  await banner.getByText("has no key `pol_every`").waitFor();
  await banner.getByText("Did you mean `poll_every`?").waitFor();
  await banner.getByRole("button", { name: "Open file" }).click();
  await page.evaluate(() => (window as unknown as { fakeHost: { mend: () => void } }).fakeHost.mend());
  await banner.waitFor({ state: "detached" });
});

test("what the other side refuses to write is said where one pressed, and nothing typed is lost", async () => {
  const page = await open({ scene: "broken", at: "#/settings/add?provider=retell" });
  await paste(page, "API key", "key_1");
  await page.getByText("Retell accepts the key").waitFor();
  await add(page).click();
  await page.locator("aside").getByText("config.toml is refused as it stands").waitFor();
  expect(await page.getByLabel("API key", { exact: true }).inputValue()).toBe("key_1");
});

test("an account's settings are changed in one go; what does not fit is refused with its line", async () => {
  const page = await open({ at: "#/settings/accounts/luigis-twilio" });
  const poll = page.getByLabel("Ask for new calls every");
  expect(await poll.inputValue()).toBe("2m");
  await poll.fill("soon");
  await page.getByText("A length of time such as 30s, 5m or 2h.").waitFor();
  expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  await poll.fill("1ms");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("line 9: poll_every is shorter than a second").waitFor();
  await poll.fill("10m");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved to config.toml").waitFor();
  await page.getByRole("button", { name: "Save" }).waitFor({ state: "detached" });
  expect(await poll.inputValue()).toBe("10m");
});

test("an account is paused and goes on", async () => {
  const page = await open({ at: "#/settings/accounts/clinic-retell" });
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByText("Webhooks are still taken in").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("Webhooks are still taken in").waitFor({ state: "detached" });
});

test("a key is replaced only by one that the provider takes, unless one insists", async () => {
  const page = await open({ at: "#/settings/accounts/clinic-retell" });
  await page.getByText("In the system's key store").waitFor();
  await page.getByRole("button", { name: "Replace" }).click();
  const box = page.getByLabel("New: API key");
  await box.fill("key_wrong");
  await page.getByRole("button", { name: "Check and keep" }).click();
  await page.getByText("Retell refuses this key.").waitFor();
  await page.getByRole("button", { name: "Keep all the same" }).waitFor();
  await box.fill("key_new");
  await box.press("Enter");
  await page.getByText("API key is kept and in use").waitFor();
});

test("a key is forgotten only after a question, on which Cancel has the focus", async () => {
  const page = await open({ at: "#/settings/accounts/clinic-retell" });
  const forget = page.getByRole("button", { name: "Forget" });
  await forget.click();
  const sheet = page.getByRole("dialog", { name: "Forget API key?" });
  await sheet.getByText("cannot be brought back").waitFor();
  await expect.poll(() => sheet.getByRole("button", { name: "Cancel" }).evaluate((button) => button === document.activeElement), { timeout: 15_000 }).toBe(true);
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await page.getByText("In the system's key store").waitFor();
  await forget.click();
  await sheet.getByRole("button", { name: "Forget" }).click();
  await page.getByText("Missing", { exact: true }).waitFor();
});

test("keys of the environment move in one click, and what to take out of it is named", async () => {
  const page = await open({ at: "#/settings" });
  await page.getByRole("button", { name: "Move to the key store" }).click();
  await page.getByText("RINGBACK_LUIGIS_TWILIO_AUTH_TOKEN").waitFor();
});

test("keys of the tunnel and of the second copies are given, replaced and forgotten where keys are kept", async () => {
  const page = await open({ at: "#/settings" });
  const keys = page.getByRole("listitem").filter({ hasText: "Second copies: Secret access key" });
  await keys.getByRole("button", { name: "Replace" }).click();
  const box = page.getByLabel("New: Second copies: Secret access key");
  await box.fill("a new one");
  await box.press("Enter");
  await page.getByText("Second copies: Secret access key is kept and in use").waitFor();
  await keys.getByRole("button", { name: "Forget" }).click();
  await keys.getByText("Missing", { exact: true }).waitFor();
  await keys.getByRole("button", { name: "Set", exact: true }).click();
  await box.press("Escape");
  await box.waitFor({ state: "detached" });
  await page.getByText("RINGBACK_TUNNEL_PASSPHRASE").waitFor();
});

test("a key store that is locked has a button that reads it again", async () => {
  const page = await open({ scene: "shut", at: "#/health" });
  const found = page.getByText("The system's key store is locked or does not answer");
  await found.waitFor();
  await page.getByRole("button", { name: "Read keys" }).click();
  await found.waitFor({ state: "detached" });
  await page.getByText("The system's key store answers").waitFor();
});

test("removing asks what happens to the data, and nothing is deleted", async () => {
  const page = await open({ at: "#/settings/accounts/clinic-retell" });
  await page.getByRole("button", { name: "Remove account" }).click();
  const sheet = page.getByRole("dialog", { name: "Remove clinic-retell?" });
  expect(await sheet.getByRole("radio", { name: /Keep everything/ }).isChecked()).toBe(true);
  await sheet.getByRole("radio", { name: /Set the recordings aside/ }).check();
  await sheet.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("1,842 files were set aside").waitFor();
  await page.getByText("Removed, with calls that are still here").waitFor();
  await page.evaluate(() => (location.hash = "#/settings/accounts/clinic-retell"));
  await page.getByText("This account was removed").waitFor();
});

test("an account has limits of its own, and those of all where it has none", async () => {
  const page = await open({ at: "#/settings/accounts/clinic-retell" });
  const rate = page.getByLabel("Fewer successes than");
  expect(await rate.inputValue()).toBe("80%");
  expect(await page.getByLabel("Slowest answers take").getAttribute("placeholder")).toBe("5s");
  await rate.fill("soon");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("is no share such as").waitFor();
  await rate.fill("90%");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved to config.toml").waitFor();
});

test("a key that is refused leads from Health to the box for a new one", async () => {
  const page = await open({ scene: "trouble", at: "#/health" });
  await page.getByRole("link", { name: "Replace the key" }).first().click();
  await page.getByRole("heading", { level: 1, name: "team-recall" }).waitFor();
  await page.getByLabel("New: API key").waitFor();
});

test("in German the way is German", async () => {
  const page = await open({ at: "#/settings/add?provider=custom", language: "de" });
  await page.getByRole("heading", { level: 1, name: "Konto hinzufügen" }).waitFor();
  await page.getByLabel("Webhook-Geheimnis").fill("geheim");
  await page.getByText("Diese beginnen sonst mit whsec_").waitFor();
  await page.getByLabel("Webhook-Geheimnis").fill("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  await page.getByRole("button", { name: "Geheimnis prüfen" }).click();
  await page.getByText("Fragen lässt sich niemand").waitFor();
});
