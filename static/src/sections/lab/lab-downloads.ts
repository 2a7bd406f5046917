// The files of a model on the bench: its pictures, its graphs, its numbers, and how to run it.

import { type PageContext, sentence } from "../../app/context";
import { latticeSites } from "../../core/geometry/lattice";
import { squareOf } from "../../core/geometry/viewport";
import { pictureName } from "../../core/image/pictures";
import { sheetOf } from "../../core/image/sheet";
import type { FileEntry, Model } from "../../core/release/manifest";
import { graphName, pythonSnippet } from "../../core/release/python-snippet";
import type { CodeBlock } from "../../elements/code-block";
import { required } from "../../figures/figure";
import { LATTICE_SIDE } from "../../figures/lazy-layers";
import type { Bench } from "./lab-bench";
import { jsonOf, pngOf, save } from "./lab-files";

/** Screen pixels along one image pixel in the enlarged picture. */
const ENLARGED = 10;

export class Downloads {
  private readonly said: HTMLOutputElement;
  private readonly code: CodeBlock;
  private readonly links: Record<"decoder" | "encoder" | "means", HTMLAnchorElement>;
  private readonly picture: HTMLButtonElement[];

  constructor(
    private readonly context: PageContext,
    private readonly bench: Bench,
  ) {
    const { root } = bench;
    const files = required<HTMLElement>(root, ".files");
    this.said = required(root, ".files output");
    this.code = required(root, "code-block");
    this.links = {
      decoder: required(files, "a[data-file=decoder]"),
      encoder: required(files, "a[data-file=encoder]"),
      means: required(files, "a[data-file=means]"),
    };
    const button = (name: string, run: (model: Model) => Promise<string>): HTMLButtonElement => {
      const found = required<HTMLButtonElement>(files, `button[name=${name}]`);
      found.addEventListener("click", () => void this.run(run));
      return found;
    };
    this.picture = [
      button("png", () => this.savePicture(1)),
      button("png-large", () => this.savePicture(ENLARGED)),
      button("lattice", (model) => this.saveLattice(model)),
    ];
    button("numbers", (model) => this.saveNumbers(model));
  }

  /** The bench's model, z or label is another, or its picture has been drawn. */
  refresh(): void {
    const { model, z, label, shown } = this.bench;
    if (model === null) return;
    this.link(this.links.decoder, model.decoder, graphName(model, "decoder"));
    this.link(this.links.encoder, model.encoder, graphName(model, "encoder"));
    this.link(this.links.means, model.means, `${model.id}-means.json`);
    for (const button of this.picture) button.disabled = shown === null;
    const name = pictureName(model, z, label);
    this.code.code = pythonSnippet(model, this.context.manifest.release, z, label, name);
  }

  private link(link: HTMLAnchorElement, file: FileEntry, name: string): void {
    if (link.download === name) return;
    link.href = file.url;
    link.download = name;
    link.title = `${name}, ${Math.max(1, Math.round(file.bytes / 1000)).toLocaleString("en")} kB`;
  }

  private async run(make: (model: Model) => Promise<string>): Promise<void> {
    const { model } = this.bench;
    if (model === null) return;
    try {
      this.said.textContent = `Saved ${await make(model)}.`;
    } catch (error) {
      this.said.textContent = sentence("The file", error);
    }
  }

  private async savePicture(scale: number): Promise<string> {
    const { shown } = this.bench;
    if (shown === null) throw new Error("there is no picture");
    const { model, z, label, pixels } = shown;
    const name = `${pictureName(model, z, label)}${scale > 1 ? `-x${scale}` : ""}.png`;
    save(await pngOf(pixels, model.image, scale), name);
    return name;
  }

  /** The square that the map shows, decoded in one call. */
  private async saveLattice(model: Model): Promise<string> {
    const source = this.bench.latticeSource();
    if (source === null) throw new Error("the map's plane is not known");
    const side = LATTICE_SIDE;
    const sites = latticeSites(squareOf(this.bench.map.view), side, side);
    const images = await this.context.engine.decode(
      model,
      source.lift?.(sites) ?? sites,
      source.label === undefined ? undefined : Array<number>(side * side).fill(source.label),
    );
    const suffix = source.label === undefined ? "" : `-label_${source.label}`;
    const name = `${model.id}${suffix}-lattice-${side}x${side}.png`;
    const { height, width, channels } = model.image;
    const whole = { height: side * height, width: side * width, channels };
    save(await pngOf(sheetOf(images, model.image, side, side), whole), name);
    return name;
  }

  private async saveNumbers(model: Model): Promise<string> {
    const name = `${model.id}-numbers.json`;
    const { id, title, kind, dataset, latent_size, condition, metrics } = model;
    const report = await this.context.document(model, "report");
    const { release } = this.context.manifest;
    const numbers = { release, id, title, kind, dataset, latent_size, condition, metrics, report };
    save(jsonOf(numbers), name);
    return name;
  }
}
