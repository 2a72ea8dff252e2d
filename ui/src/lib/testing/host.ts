// A host for tests whose answers are given one by one, in any order.

import type { Commands, Event } from "$lib/host/bindings";
import type { Host } from "$lib/host/host";

/** A question that waits for its answer. */
export interface Asked {
  name: string;
  args: unknown;
  answer: (value: unknown) => Promise<void>;
  refuse: (error: unknown) => Promise<void>;
}

/** A host that writes every question down. */
export class SlowHost implements Host {
  readonly asked: Asked[] = [];
  readonly #listeners = new Set<(event: Event) => void>();

  rpc<K extends keyof Commands>(name: K, args: Commands[K]["args"]): Promise<Commands[K]["result"]> {
    return new Promise((resolve, reject) => {
      this.asked.push({
        name,
        args,
        answer: async (value) => {
          resolve(value as Commands[K]["result"]);
          await settled();
        },
        refuse: async (error) => {
          reject(error);
          await settled();
        },
      });
    });
  }

  peaks(): Promise<ArrayBuffer> {
    return Promise.resolve(new ArrayBuffer(0));
  }

  onEvent(callback: (event: Event) => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  /** The last question of this name. */
  last(name: keyof Commands): Asked {
    const found = this.asked.findLast((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} was not asked`);
    return found;
  }
}

/** Lets everything run that waits for an answer that is there. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}
