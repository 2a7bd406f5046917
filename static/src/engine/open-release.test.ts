import { afterEach, expect, test, vi } from "vitest";
import { openRelease } from "./open-release";

const FOLDER = "https://host.example/own/atlas/";
const FILES: Record<string, unknown> = {
  "current.json": { release: "r1" },
  "releases/r1/manifest.json": {
    format: 1,
    release: "r1",
    palette: [],
    models: [{ id: "vae-2", prepared: { image: { url: "models/objects/a.png", sha256: "a" } } }],
  },
};

function serve(files: Record<string, unknown>): void {
  vi.stubGlobal("fetch", async (url: URL) => {
    const found = files[url.href.replace(FOLDER, "")];
    return new Response(JSON.stringify(found ?? null), { status: found === undefined ? 404 : 200 });
  });
}
afterEach(() => vi.unstubAllGlobals());

test("B24 a release's files are found in the folder it is read from", async () => {
  serve(FILES);
  const [model] = (await openRelease(FOLDER)).models;
  expect(model?.prepared.image?.url).toBe(`${FOLDER}objects/a.png`);
});

test("B24 a folder without a release, and a host that does not answer, are told apart", async () => {
  serve({});
  await expect(openRelease(FOLDER)).rejects.toThrow(`there is no ${FOLDER}current.json`);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(openRelease(FOLDER)).rejects.toThrow("https://host.example cannot be reached");
});
