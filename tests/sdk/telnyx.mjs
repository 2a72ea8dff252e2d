// Holds webhooks that our own signer made against Telnyx's own package, which can verify and not sign.
// Reads a JSON array from standard input, each item {key, body, headers, now}, and prints an array with
// null for each that the package takes, and its reason for each that it refuses. `now` is in ms.

import { TelnyxWebhook } from "telnyx/lib/webhooks";

async function refusal({ key, body, headers, now }) {
  const clock = Date.now;
  Date.now = () => now;
  try {
    await new TelnyxWebhook(key).verify(body, headers);
    return null;
  } catch (error) {
    return `${error.name ?? error.constructor.name}: ${error.message}`;
  } finally {
    Date.now = clock;
  }
}

let input = "";
for await (const piece of process.stdin) input += piece;
const answers = [];
for (const webhook of JSON.parse(input)) answers.push(await refusal(webhook));
process.stdout.write(JSON.stringify(answers));
