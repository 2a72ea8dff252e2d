// Serves the window as it was built for the browser, under the policy that the desktop shell sets.

import { preview } from "vite";
import type { TestProject } from "vitest/node";

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const server = await preview({ build: { outDir: "dist-browser" }, preview: { port: 0, host: "127.0.0.1" } });
  const address = server.httpServer.address();
  if (address === null || typeof address === "string") throw new Error("the preview server has a port");
  project.provide("base", `http://127.0.0.1:${address.port}/`);
  return () => server.close();
}

declare module "vitest" {
  export interface ProvidedContext {
    base: string;
  }
}
