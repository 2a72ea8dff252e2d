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
  expect(player.faultOf("rec")?.code).toBe("no_device");
  player.fold(playerState({ load: 2 }));
  expect(player.faultOf("rec")).toBeNull();
});

test("what went wrong with one recording is not told of another, and word of another does not hide it", async () => {
  const host = new SlowHost();
  const player = new Player(host, () => 1000);
  player.fold(playerState({ load: 1, recording: "heard" }));
  const wish = player.open("lost", 0, true);
  await host.last("player.load").refuse(new HostError({ code: "no_recording", message: "The file is gone.", hint: null }));
  expect((await wish)?.code, "whoever asked is told").toBe("no_recording");
  player.fold(playerState({ load: 1, recording: "heard", at: 2000 }));
  expect(player.faultOf("heard")).toBeNull();
  expect(player.faultOf("lost")?.code).toBe("no_recording");
});

test("a recording that failed is not held, and playing it loads it once more", () => {
  const host = new SlowHost();
  const player = new Player(host, () => 1000);
  const error = { code: "damaged", message: "The file is damaged.", hint: null } as const;
  player.fold(playerState({ phase: "failed", error, duration_ms: null }));
  expect(player.holds("rec")).toBe(false);
  expect(player.faultOf("rec")?.code).toBe("damaged");
  void player.toggle();
  expect(host.last("player.load").args).toEqual({ id: "rec", at_ms: 0, play: true });
});

test("a load that is under way is taken back, and asked for again", () => {
  const host = new SlowHost();
  const player = new Player(host, () => 1000);
  player.fold(playerState({ phase: "loading", wants_play: true }));
  expect(player.playing, "it is about to play").toBe(true);
  void player.toggle();
  expect(host.asked.at(-1)?.name).toBe("player.pause");
  player.fold(playerState({ phase: "loading", wants_play: false }));
  expect(player.playing).toBe(false);
  void player.toggle();
  expect(host.asked.at(-1)?.name).toBe("player.play");
});
