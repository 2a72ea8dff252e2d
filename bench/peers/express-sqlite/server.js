// Receives Retell webhooks: checks the signature, stores the event once, answers.
//
// Written the way such receivers are written, with nothing left out that makes it quick: production
// mode, a prepared statement, write-ahead logging. `synchronous = FULL`, because an answered event
// must survive a power cut.

"use strict";

const { createHmac, timingSafeEqual } = require("node:crypto");
const Database = require("better-sqlite3");
const express = require("express");

const PORT = Number(process.env.PORT);
const SECRET = process.env.WEBHOOK_SECRET;
const TOLERANCE_MS = 5 * 60 * 1000;

const database = new Database(process.env.DATABASE_FILE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(
  `CREATE TABLE IF NOT EXISTS webhook_events (
     id          INTEGER PRIMARY KEY,
     event_key   TEXT NOT NULL UNIQUE,
     account     TEXT NOT NULL,
     event_type  TEXT NOT NULL,
     payload     TEXT NOT NULL,
     received_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
   )`,
);
const insert = database.prepare(
  `INSERT INTO webhook_events (event_key, account, event_type, payload)
   VALUES (?, ?, ?, ?)
   ON CONFLICT (event_key) DO NOTHING`,
);

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

app.post("/webhooks/:account", express.raw({ type: "*/*", limit: "16mb" }), (request, response) => {
  if (!verify(request.body, request.get("x-retell-signature"))) {
    response.status(401).json({ status: "rejected" });
    return;
  }
  const payload = request.body.toString("utf8");
  const event = JSON.parse(payload);
  const stored = insert.run(`${event.event}:${event.call.call_id}`, request.params.account, event.event, payload);
  response.json({ status: stored.changes === 1 ? "accepted" : "duplicate" });
});

app.listen(PORT, "127.0.0.1");
