// Receives Retell webhooks: checks the signature, stores the event once, answers.
//
// Written the way such receivers are written, with nothing left out that makes it quick: production
// mode, the default pool of ten connections, one statement per event, a unique key against
// repetitions. PostgreSQL runs with its defaults, so a commit is on disk before the answer.

"use strict";

const { createHmac, timingSafeEqual } = require("node:crypto");
const express = require("express");
const { Pool } = require("pg");

const PORT = Number(process.env.PORT);
const SECRET = process.env.WEBHOOK_SECRET;
const TOLERANCE_MS = 5 * 60 * 1000;

const pool = new Pool({ connectionString: process.env.DATABASE_URL });

function verify(body, header) {
  const match = /^v=(\d+),d=([0-9a-f]{64})$/.exec(header ?? "");
  if (!match) return false;
  if (Math.abs(Date.now() - Number(match[1])) > TOLERANCE_MS) return false;
  const expected = createHmac("sha256", SECRET).update(body).update(match[1]).digest();
  return timingSafeEqual(expected, Buffer.from(match[2], "hex"));
}

const app = express();
app.disable("x-powered-by");

app.get("/healthz", (_request, response) => {
  response.json({ status: "ok" });
});

app.post("/webhooks/:account", express.raw({ type: "*/*", limit: "16mb" }), async (request, response) => {
  if (!verify(request.body, request.get("x-retell-signature"))) {
    response.status(401).json({ status: "rejected" });
    return;
  }
  const event = JSON.parse(request.body.toString("utf8"));
  const stored = await pool.query(
    `INSERT INTO webhook_events (event_key, account, event_type, payload)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (event_key) DO NOTHING`,
    [`${event.event}:${event.call.call_id}`, request.params.account, event.event, request.body.toString("utf8")],
  );
  response.json({ status: stored.rowCount === 1 ? "accepted" : "duplicate" });
});

async function main() {
  await pool.query(
    `CREATE TABLE IF NOT EXISTS webhook_events (
       id          bigserial PRIMARY KEY,
       event_key   text NOT NULL UNIQUE,
       account     text NOT NULL,
       event_type  text NOT NULL,
       payload     jsonb NOT NULL,
       received_at timestamptz NOT NULL DEFAULT now()
     )`,
  );
  app.listen(PORT, "127.0.0.1");
}

main();
