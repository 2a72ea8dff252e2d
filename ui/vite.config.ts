import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The policy that the desktop shell sets; the browser tests run under the same one. */
export const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' ipc: http://ipc.localhost; object-src 'none'; base-uri 'none'";

export default defineConfig(({ mode, command }) => ({
  plugins: [svelte()],
  // `src` first, so that the generated asset names stay short and the folders speak for themselves.
  resolve: { alias: { $lib: here("src/lib"), $messages: here("messages") } },
  // The fake host belongs to `npm run dev` and to the browser tests. In the build that ships, this
  // constant is false and the fake is left out of the bundle.
  define: { __FAKE_HOST__: JSON.stringify(command === "serve" || mode !== "production") },
  clearScreen: false,
  server: { port: 1420, strictPort: true, fs: { allow: [here(".."), here(".")] } },
  preview: { headers: { "Content-Security-Policy": contentSecurityPolicy } },
  build: {
    target: "es2022",
    outDir: mode === "browser" ? "dist-browser" : "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
  },
}));
