import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The tests that open the built window in Debian's Chromium; see `tests/browser/`. */
export default defineConfig({
  resolve: { alias: { $messages: fileURLToPath(new URL("messages", import.meta.url)) } },
  test: {
    include: ["tests/browser/**/*.test.ts"],
    globalSetup: ["tests/browser/serve.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A wait ends as soon as what it waits for is there; on a slow machine that takes its time.
    expect: { poll: { timeout: 15_000 } },
  },
});
