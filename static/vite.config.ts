// Builds the browser half: the page with hashed names and a manifest that its template reads, and
// the service worker, whose name must stay the same.
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  build: {
    outDir: "dist",
    target: "es2022",
    // Every file gets its own hashed, immutable URL; data: URLs would need a wider CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  builder: {},
  environments: {
    client: {
      build: { emptyOutDir: true, manifest: true, rollupOptions: { input: ["src/main.ts"] } },
    },
    // Built after the page, into the same folder: a script of its own that imports nothing.
    service_worker: {
      consumer: "client",
      build: {
        emptyOutDir: false,
        rollupOptions: {
          input: ["src/service-worker.ts"],
          output: { format: "iife", entryFileNames: "sw.js" },
        },
      },
    },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"] },
});
