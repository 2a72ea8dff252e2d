import { expect, test } from "vitest";
import { addressOf, configOf, EXAMPLES, publicAddress } from "./examples";
import { lettersOf, titleOf } from "./providers";

const of = (provider: string) => EXAMPLES.find((one) => one.provider === provider)!;

test("there is an example for every kind of account", () => {
  expect(EXAMPLES.map((one) => one.provider)).toEqual(["retell", "vapi", "twilio", "telnyx", "recall", "custom"]);
});

test("each names the key of its provider and its secrets as the environment wants them", () => {
  expect(of("twilio").config).toContain("account_sid =");
  expect(of("telnyx").config).toContain("public_key =");
  expect(of("recall").config).toContain("region =");
  expect(of("vapi").config).toContain('webhook_auth = "hmac"');
  expect(Object.fromEntries(EXAMPLES.map((one) => [one.provider, one.secrets]))).toEqual({
    retell: ["RINGBACK_CLINIC_RETELL_API_KEY"],
    vapi: ["RINGBACK_SALES_VAPI_API_KEY", "RINGBACK_SALES_VAPI_WEBHOOK_SECRET"],
    twilio: ["RINGBACK_BISTRO_TWILIO_AUTH_TOKEN"],
    telnyx: ["RINGBACK_INTAKE_TELNYX_API_KEY"],
    recall: ["RINGBACK_MEETINGS_RECALL_API_KEY", "RINGBACK_MEETINGS_RECALL_WEBHOOK_SECRET"],
    custom: ["RINGBACK_OWN_BACKEND_WEBHOOK_SECRET"],
  });
  expect(of("custom").command).toBe("ringback accounts set-secret own-backend webhook_secret");
});

test("the public address is asked for once: a real one is taken from the accounts that have it", () => {
  const known = publicAddress([{ webhook_url: null }, { webhook_url: "https://calls.clinic.test/ringback/webhooks/clinic" }]);
  expect(known).toBe("https://calls.clinic.test/ringback");
  expect(addressOf(of("vapi"), known)).toBe("https://calls.clinic.test/ringback/webhooks/sales-vapi");
  expect(configOf(of("vapi"), known)).not.toContain("public_url");
  expect(publicAddress([])).toBeNull();
  expect(configOf(of("vapi"), null)).toMatch(/^\[intake\]\npublic_url = "https:\/\/hooks\.example"/);
  expect(addressOf(of("vapi"), null)).toBe("https://hooks.example/webhooks/sales-vapi");
});

test("providers are written as they write themselves, and an unknown one decently", () => {
  expect(EXAMPLES.map((one) => titleOf(one.provider))).toEqual(["Retell", "Vapi", "Twilio", "Telnyx", "Recall.ai", null]);
  expect(titleOf("synthflow")).toBe("Synthflow");
  expect(lettersOf("synthflow")).toBe("Sy");
});
