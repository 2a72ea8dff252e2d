// The webhook addresses of the fake's providers. It remembers what was entered, and by whom.

import type { AdviceJson, WebhookLook, WebhookResult, WebhookSet, WebhookStepJson, WebhookTargetJson, WebhookTrial } from "../bindings";

const DOOR = "https://hooks.example";
const EARLIER = "https://old.example";

const HIDES: AdviceJson = { code: "retell_hides_account", text: "an agent with an address of its own no longer sends anything to the account's webhook URL" };
const PUBLISH: AdviceJson = { code: "retell_publish", text: "open this agent in Retell's dashboard and publish its draft; the address counts from then on" };
const FOREIGN: AdviceJson = { code: "foreign", text: "this address is not Ringback's and stays as it is" };
const CALL_FLOW: AdviceJson = { code: "twilio_call_flow", text: "this address is the flow of the call" };

const STEPS: Record<string, [code: string, text: string, pastes: boolean][]> = {
  retell: [
    ["retell_open", "In Retell's dashboard open Settings, then Webhooks.", false],
    ["retell_paste", "Paste this address as the webhook URL and save.", true],
  ],
  twilio: [["twilio_number", "In the Twilio console open the number and paste this address.", true]],
  recall: [
    ["recall_paste", "In the dashboard open Webhooks, Add Endpoint, and paste this address.", true],
    ["recall_tick", "Tick all bot.*, recording.* and transcript.* events.", false],
  ],
};

/** The places of all accounts. */
export class FakeWebhooks {
  readonly #now: () => number;
  readonly #places = new Map<string, WebhookTargetJson[]>();
  readonly #keep = new Map<string, boolean>();

  constructor(now: () => number) {
    this.#now = now;
  }

  look(account: string, provider: string): WebhookLook {
    const address = `${DOOR}/webhooks/${account}`;
    const steps = (STEPS[provider] ?? []).map(([code, text, pastes]): WebhookStepJson => ({ what: { code, text }, paste: pastes ? address : null }));
    return {
      account,
      address,
      can_set: ["retell", "vapi", "twilio", "telnyx"].includes(provider),
      keep_current: this.#keep.get(account) ?? null,
      targets: this.#of(account, provider),
      steps,
      error: null,
      last_event_at: new Date(this.#now() - 95_000).toISOString(),
      last_event_kind: "call_ended",
    };
  }

  register(account: string, provider: string, targets: string[]): WebhookSet {
    const places = this.#of(account, provider);
    const wanted = targets.length > 0 ? targets : places.filter((place) => place.will_set !== null && place.caution === null).map((place) => place.id);
    return { results: wanted.map((id) => this.#set(places, id)) };
  }

  restore(account: string, provider: string, target: string): WebhookSet {
    const place = this.#of(account, provider).find((one) => one.id === target);
    if (!place?.previous) return { results: [{ target, outcome: "no_such_place", advice: null, error: null }] };
    const address = `${DOOR}/webhooks/${account}`;
    Object.assign(place, { value: place.previous.value, state: place.previous.value === null ? "empty" : "old", will_set: address, pending: null, counts: null, previous: null });
    return { results: [{ target, outcome: "done", advice: null, error: null }] };
  }

  consent(account: string, keep: boolean): void {
    this.#keep.set(account, keep);
  }

  test(account: string, provider: string): WebhookTrial {
    const variable = `RINGBACK_${account.toUpperCase().replaceAll("-", "_")}_API_KEY`;
    const common = { account, last_event_at: new Date(this.#now() - 95_000).toISOString(), last_event_kind: "call_ended" };
    if (provider === "telnyx") {
      return { ...common, outcome: "cannot_sign", address: null, is_public: false, took_ms: null, reason: "telnyx_signs", variable: null, message: "Telnyx signs with a key that only Telnyx has", hint: null };
    }
    return { ...common, outcome: "accepted", address: `${DOOR}/webhooks/${account}`, is_public: true, took_ms: 84.2, reason: null, variable, message: "sent, verified and kept in 84 ms", hint: null };
  }

  #set(places: WebhookTargetJson[], id: string): WebhookResult {
    const place = places.find((one) => one.id === id);
    if (!place) return { target: id, outcome: "no_such_place", advice: null, error: null };
    if (place.will_set === null) return { target: id, outcome: "refused", advice: place.why_not, error: null };
    const previous = { value: place.value, at: new Date(this.#now()).toISOString(), who: "ada" };
    if (place.kind === "agent" && place.state === "old") {
      // A version of this agent is published, and goes on sending to the earlier address.
      Object.assign(place, { value: place.will_set, state: "draft", will_set: null, pending: PUBLISH, counts: place.value, previous });
      return { target: id, outcome: "drafted", advice: PUBLISH, error: null };
    }
    Object.assign(place, { value: place.will_set, state: "ours", will_set: null, previous });
    return { target: id, outcome: "done", advice: place.kind === "agent" ? PUBLISH : null, error: null };
  }

  #of(account: string, provider: string): WebhookTargetJson[] {
    const known = this.#places.get(account);
    if (known) return known;
    const address = `${DOOR}/webhooks/${account}`;
    const blank = { failover: null, drives_calls: false, value: null, will_set: null, why_not: null, caution: null, pending: null, counts: null, previous: null };
    const places: WebhookTargetJson[] =
      provider === "retell"
        ? [
            { ...blank, id: "agent:agent_desk", kind: "agent", name: "Riverside Clinic desk", field: "webhook_url", state: "empty", will_set: address, caution: HIDES },
            { ...blank, id: "agent:agent_line", kind: "agent", name: "Appointment line", field: "webhook_url", state: "foreign", value: "https://crm.example/retell", why_not: FOREIGN },
            { ...blank, id: "agent:agent_night", kind: "agent", name: "Night desk", field: "webhook_url", state: "old", value: `${EARLIER}/webhooks/${account}`, will_set: address },
          ]
        : provider === "twilio"
          ? [
              { ...blank, id: "number:PN1", kind: "phone_number", name: "+1 555 0100", field: "StatusCallback", state: "old", value: `${EARLIER}/webhooks/${account}`, will_set: address },
              { ...blank, id: "number:PN1/voice", kind: "phone_number", name: "+1 555 0100", field: "VoiceUrl", state: "foreign", value: "https://pbx.example/voice", drives_calls: true, why_not: CALL_FLOW },
            ]
          : [];
    this.#places.set(account, places);
    return places;
  }
}
