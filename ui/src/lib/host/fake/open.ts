// `?scene=many&theme=dark&language=de&density=compact&answer=40`: a scene by its address.

import type { Host } from "../host";
import { FakeHost } from "./fake";
import { SCENES } from "./scenes";

/** The fake host for an address. Unknown scenes are the living day. */
export function openScene(params: URLSearchParams): Host {
  const scene = SCENES[params.get("scene") ?? "day"] ?? SCENES.day;
  if (scene === undefined) throw new Error("there is no scene `day`");
  const host = new FakeHost(scene, {
    now: () => Date.now(),
    answer_ms: Number(params.get("answer") ?? 15),
    settings: {
      ...(params.has("language") ? { language: params.get("language") } : {}),
      ...(params.has("theme") ? { theme: params.get("theme") } : {}),
      ...(params.has("density") ? { density: params.get("density") } : {}),
    },
  });
  // Browser tests send their own events through this.
  Object.assign(window, { fakeHost: host });
  return host;
}
