// Builds the page on which `make bench` compares the map's renderer with regl-scatterplot.
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: { emptyOutDir: true, target: "es2022" },
});
