import { beforeEach, expect, test, vi } from "vitest";
import { HostError } from "$lib/host/host";
import { SlowHost } from "../testing/host";
import { playerState } from "../testing/rows";
import { Player } from "./player.svelte";

beforeEach(() => {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
});

test("what belongs to an older load is dropped", () => {
  const player = new Player(new SlowHost(), () => 1000);
  player.fold(playerState({ load: 18, recording: "second" }));
  player.fold(playerState({ load: 17, recording: "first", at: 5000 }));
  expect(player.state.recording).toBe("second");
});

test("of one load the later word counts", () => {
  const player = new Player(new SlowHost(), () => 1000);
  player.fold(playerState({ at: 2000, phase: "playing", rate: 1 }));
  player.fold(playerState({ at: 1500, phase: "paused" }));
  expect(player.playing).toBe(true);
});

test("the needle moves at once when a person seeks, before the player has answered", () => {
  const host = new SlowHost();
  const player = new Player(host, () => 9000);
  player.fold(playerState({}));
  void player.seek(42_000);
  expect(player.position).toBe(42_000);
  expect(host.last("player.seek").args).toEqual({ ms: 42_000 });
});

test("seeking stays within the recording", () => {
  const host = new SlowHost();
  const player = new Player(host, () => 1000);
  player.fold(playerState({ position_ms: 57_000 }));
  void player.skip(10_000);
  expect(host.last("player.seek").args).toEqual({ ms: 60_000 });
  void player.skip(-90_000);
  expect(host.last("player.seek").args).toEqual({ ms: 0 });
});

test("a wish that fails is told, and the next word of the player takes it back", async () => {
  const host = new SlowHost();
  const player = new Player(host, () => 1000);
  const wish = player.open("rec", 0, true);
  await host.last("player.load").refuse(new HostError({ code: "no_device", message: "No sound device.", hint: null }));
  await wish;
  expect(player.error?.code).toBe("no_device");
  player.fold(playerState({ load: 2 }));
  expect(player.error).toBeNull();
});
