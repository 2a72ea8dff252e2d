import { expect, test } from "vitest";
import type { AlertJson } from "$lib/host/bindings";
import { SlowHost } from "../testing/host";
import { Alerts } from "./alerts.svelte";

function alert(part: Partial<AlertJson>): AlertJson {
  return { id: "1", kind: "poll_failed", subject: "clinic", call: null, params: {}, raised_at: "2026-03-01T10:00:00Z", acknowledged_at: null, ...part };
}

test("the newest alert comes first and only unseen ones are counted", () => {
  const alerts = new Alerts(new SlowHost());
  alerts.fold(alert({ id: "old" }));
  alerts.fold(alert({ id: "new", raised_at: "2026-03-01T11:00:00Z" }));
  alerts.fold(alert({ id: "seen", raised_at: "2026-03-01T09:00:00Z", acknowledged_at: "2026-03-01T09:01:00Z" }));
  expect(alerts.all.map((one) => one.id)).toEqual(["new", "old", "seen"]);
  expect(alerts.fresh).toBe(2);
});

test("an alert that was seen does not become new again through late news", () => {
  const alerts = new Alerts(new SlowHost());
  alerts.fold(alert({ acknowledged_at: "2026-03-01T10:05:00Z" }));
  alerts.fold(alert({}));
  expect(alerts.fresh).toBe(0);
});

test("a digest is shown by itself until it is put away, and never rings the bell", async () => {
  const host = new SlowHost();
  const alerts = new Alerts(host);
  alerts.fold(alert({ id: "night", kind: "digest", params: { calls: "1000", recordings: "998", holes: "2" } }));
  expect(alerts.fresh).toBe(0);
  expect(alerts.all).toEqual([]);
  expect(alerts.digests.map((one) => one.id)).toEqual(["night"]);
  const putting = alerts.acknowledge("night");
  await host.last("alerts.acknowledge").answer({});
  await putting;
  expect(alerts.digests).toEqual([]);
});
