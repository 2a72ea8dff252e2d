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
  },
});
