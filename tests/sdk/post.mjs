// Signs webhooks with the providers' own packages and posts them. Reads a JSON array from standard
// input, each item {provider, url, secret, body | params, id?, at?, spoil?}, and prints the array of answers.
// With `spoil` one byte of the body is changed after signing.

import { sign, symmetric } from "retell-sdk/lib/webhook_auth";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import twilioValidation from "twilio/lib/webhooks/webhooks.js";

const { getExpectedTwilioSignature } = twilioValidation;

/** The same scheme under two families of names. */
function standard(Signer, family, { secret, body, id, at }) {
  const moment = new Date(at ?? Date.now());
  const headers = {
    "content-type": "application/json",
    [`${family}-id`]: id,
    [`${family}-timestamp`]: Math.floor(moment.getTime() / 1000).toString(),
    [`${family}-signature`]: new Signer(secret).sign(id, moment, body),
  };
  return { body, headers };
}

const signers = {
  async standardwebhooks(webhook) {
    return standard(StandardWebhook, "webhook", webhook);
  },
  async svix(webhook) {
    return standard(SvixWebhook, "svix", webhook);
  },
  async retell({ secret, body, at }) {
    const signature = at === undefined ? await sign(body, secret) : await symmetric.sign(body, secret, at);
    return { body, headers: { "content-type": "application/json", "x-retell-signature": signature } };
  },
  async twilio({ secret, url, params }) {
    const signature = getExpectedTwilioSignature(secret, url, params);
    const body = new URLSearchParams(params).toString();
    return {
      body,
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    };
  },
};

function changed(body) {
  const place = body.length - 2;
  const other = body[place] === "1" ? "2" : "1";
  return body.slice(0, place) + other + body.slice(place + 1);
}

async function post(webhook) {
  const { body, headers } = await signers[webhook.provider](webhook);
  const answer = await fetch(webhook.url, {
    method: "POST",
    headers,
    body: webhook.spoil ? changed(body) : body,
  });
  return { status: answer.status, answer: await answer.json() };
}

let input = "";
for await (const piece of process.stdin) input += piece;
const answers = [];
for (const webhook of JSON.parse(input)) answers.push(await post(webhook));
process.stdout.write(JSON.stringify(answers));
