// Builds the browser half: the page with hashed names and a manifest that its template reads, and
// the service worker, whose name must stay the same.
import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { thirdPartyNotices } from "./third-party-notices.ts";

const notices = thirdPartyNotices();

const RUNTIME = "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";

/** What other pages import: a stable name. */
const ELEMENT = "embed.js";

// What the first section needs is one file: twelve small ones would cost a slow network four round
// trips. What the entry shares with it is another, so that the entry runs in a task of its own.
const GROUPS = [
  { name: "entry", test: /preload-helper|rolldown[\\/]runtime|app[\\/]reveal/, priority: 2 },
  { name: "start", test: /src[\\/]app[\\/]start\.ts/, priority: 1 },
];

export default defineConfig({
  base: "./",
  // How much there is of what a transfer tells only the compressed size of, if any.
  define: { __RUNTIME_BYTES__: statSync(new URL(RUNTIME, import.meta.url)).size },
  build: {
    outDir: "dist",
    target: "es2022",
    // Every file gets its own hashed, immutable URL; data: URLs would need a wider CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [notices.page],
  builder: {},
  environments: {
    client: {
      build: {
        emptyOutDir: true,
        manifest: true,
        rolldownOptions: {
          input: ["src/main.ts", "src/embed/embed-page.ts"],
          output: { codeSplitting: { groups: GROUPS } },
        },
      },
    },
    // One file that holds its workers, too: what other pages import.
    element: {
      consumer: "client",
      build: {
        emptyOutDir: false,
        rolldownOptions: {
          input: ["src/embed/element.ts"],
          preserveEntrySignatures: "strict",
          output: { entryFileNames: ELEMENT, codeSplitting: false },
        },
      },
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
  experimental: {
    // The script for other pages may have no address, as in a notebook: it resolves names itself.
    renderBuiltUrl: (file, { hostId, hostType }) =>
      hostType === "js" && (hostId === ELEMENT || /\bworker-/.test(hostId))
        ? { runtime: JSON.stringify(hostId === ELEMENT ? file : file.replace("assets/", "")) }
        : undefined,
  },
  worker: { format: "es", plugins: () => [notices.workers] },
  // No test changes a module that others load, and loading all of them anew takes half the time.
  test: { include: ["src/**/*.test.ts"], isolate: false },
});
