// Builds the browser half: one entry, hashed names, a manifest that the page template reads.
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    // Every file gets its own hashed, immutable URL; data: URLs would need a wider CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["src/main.ts"] },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"] },
});
