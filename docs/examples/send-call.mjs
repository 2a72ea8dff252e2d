// Tells Ringback of a call, of its recording and of what was said in it.
//
//   npm install standardwebhooks
//   RINGBACK_URL=https://hooks.example/webhooks/shop \
//   RINGBACK_WEBHOOK_SECRET=whsec_... node send-call.mjs [CALL ID]
//
// RECORDING_URL may name the recording's link; its host has to stand in media_hosts of the account.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

const { RINGBACK_URL, RINGBACK_WEBHOOK_SECRET } = process.env;
const recordingUrl =
  process.env.RECORDING_URL ?? "https://ref.supabase.co/storage/v1/object/public/calls/demo.mp3";
const signer = new Webhook(RINGBACK_WEBHOOK_SECRET);

/**
 * One event, sent again until it is taken. The id stays the same, so that Ringback recognises a
 * repetition; moment and signature are made anew, because old ones are refused.
 */
async function send(type, data) {
  const id = `msg_${randomUUID()}`;
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
  for (const pause of [0, 5, 30, 300]) {
    await sleep(pause * 1000);
    const now = new Date();
    let answer;
    try {
      answer = await fetch(RINGBACK_URL, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": Math.floor(now.getTime() / 1000).toString(),
          "webhook-signature": signer.sign(id, now, body),
        },
        body,
        signal: AbortSignal.timeout(15_000),
      });
    } catch (error) {
      console.error(`${type}: ${error.message}; trying again`);
      continue;
    }
    const text = await answer.text();
    if (answer.ok) {
      console.log(`${type}: ${text}`);
      return;
    }
    if (answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
      throw new Error(`${type}: refused with ${answer.status}: ${text}`);
    }
  }
  throw new Error(`${type}: Ringback cannot be reached`);
}

const callId = process.argv[2] ?? `demo-${Date.now()}`;
const endedAt = Date.now();
const secondsBefore = (seconds) => new Date(endedAt - seconds * 1000).toISOString();

await send("call.updated", {
  call: {
    provider_call_id: callId,
    status: "ended",
    direction: "inbound",
    from: "+15005550111",
    to: "+15005550100",
    agent: { id: "desk", name: "Zoë’s desk" },
    started_at: secondsBefore(34),
    answered_at: secondsBefore(31),
    ended_at: secondsBefore(0),
    duration_ms: 31_000,
    ended_reason: { code: "caller_hangup", raw: "hangup" },
    // Amounts are texts: as a number, 0.05218 may lose its digits on the way.
    cost: { amount: "0.05218", currency: "USD", provisional: false, parts: [] },
  },
});

// A part by itself names its call and nothing else of it.
const call = { provider_call_id: callId };
await send("recording.available", {
  call,
  recording: { provider_recording_id: `${callId}-1`, url: recordingUrl },
});
await send("transcript.done", {
  call,
  transcript: [
    { speaker: "agent", start_ms: 400, end_ms: 1_900, text: "Good morning, how can I help?" },
    { speaker: "caller", start_ms: 2_300, end_ms: 4_100, text: "I would like to order a cake." },
  ],
});
