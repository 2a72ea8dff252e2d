// The real host: one command for answers, one for bytes, one channel of events.

import { Channel, invoke } from "@tauri-apps/api/core";
import type { Event } from "./bindings";
import { HostError, type Host } from "./host";

/** Whether the window runs inside Ringback. */
export function insideTauri(): boolean {
  return "__TAURI_INTERNALS__" in window;
}

/** Opens the line to the Rust side. */
export function tauriHost(): Host {
  const listeners = new Set<(event: Event) => void>();
  // The window's pump (src-tauri/src/pump.rs) sends the events of one frame in one message.
  const channel = new Channel<Event[]>((batch) => {
    for (const event of batch) for (const listener of listeners) listener(event);
  });
  let subscribed: Promise<unknown> | null = null;

  // Events are listened to before anything is asked, so that no news falls between an answer and
  // the first event. A subscription that failed is tried again with the next question.
  async function ask<T>(command: string, payload: Record<string, unknown>): Promise<T> {
    try {
      subscribed ??= invoke("subscribe", { channel });
      await subscribed.catch((thrown: unknown) => {
        subscribed = null;
        throw thrown;
      });
      return await invoke<T>(command, payload);
    } catch (thrown) {
      throw HostError.from(thrown);
    }
  }

  return {
    rpc: (name, args) => ask("rpc", { name, args }),
    peaks: (args) => ask<ArrayBuffer>("rpc_bytes", { name: "recordings.peaks", args }),
    onEvent(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
}
