import { expect, test } from "vitest";
import { editionId, editionOf } from "./offline-files";

const file = (url: string) => ({ url, sha256: "a".repeat(64), bytes: 3 });
const manifest = JSON.stringify({
  release: "r1",
  models: [{ decoder: file("models/objects/1.onnx"), new: { list: [file("models/objects/2.x")] } }],
  study: file("models/objects/1.onnx"),
});
const built = JSON.stringify([file("assets/main.js"), file("assets/later.js")]);
const html = `<script type="application/json" id="manifest">${manifest}</script>
  <script type="application/json" id="built">${built}</script>
  <script type="module" src="assets/main.js"></script>`;

test("a page's files are the built ones and every file entry of its manifest, each once", () => {
  expect(editionOf(html)?.files.map(({ url }) => url)).toEqual([
    "assets/main.js",
    "assets/later.js",
    "models/objects/1.onnx",
    "models/objects/2.x",
  ]);
});

test("essential is what the page itself names", () => {
  expect(editionOf(html)?.essential).toEqual(["assets/main.js"]);
});

test("the page and its HTML agree on the edition, which tells releases and builds apart", () => {
  expect(editionOf(html)?.id).toBe(editionId(manifest, built));
  expect(editionId(manifest.replace("r1", "r2"), built)).not.toBe(editionId(manifest, built));
  expect(editionId(manifest, "[]")).not.toBe(editionId(manifest, built));
});

test.each(["", "<h1>Log in to this network</h1>", html.replace("[{", "[{{")])(
  "what is not a page of ours is none: %s",
  (text) => expect(editionOf(text)).toBeNull(),
);
