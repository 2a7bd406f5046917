// The files of a model on the bench: its pictures, its graphs, its numbers, and how to run it.

import { type PageContext, sentence } from "../../app/context";
import { latticeSites } from "../../core/geometry/lattice";
import { pictureName } from "../../core/image/pictures";
import { sheetOf } from "../../core/image/sheet";
import type { Model } from "../../core/release/manifest";
import { graphName, pythonSnippet } from "../../core/release/python-snippet";
import type { CodeBlock } from "../../elements/code-block";
import { save } from "../../elements/lasso/save-file";
import { decodeWith, required } from "../../figures/figure";
import { LATTICE_SIDE, latticeOver } from "../../figures/lazy-layers";
import type { Bench } from "./lab-bench";
import { pngOf } from "./lab-files";

/** Screen pixels along one image pixel in the enlarged picture. */
const ENLARGED = 10;

export class Downloads {
  private readonly files: HTMLElement;
  private readonly said: HTMLOutputElement;
  private readonly code: CodeBlock;

  constructor(
    private readonly context: PageContext,
    private readonly bench: Bench,
  ) {
    this.files = required(bench.root, ".files");
    this.said = required(this.files, "output");
    this.code = required(bench.root, "code-block");
    const wire = (name: string, make: (model: Model) => Promise<string>): void =>
      this.button(name).addEventListener("click", () => void this.run(make));
    wire("png", () => this.savePicture(1));
    wire("png-large", () => this.savePicture(ENLARGED));
    wire("lattice", (model) => this.saveLattice(model));
    wire("numbers", (model) => this.saveNumbers(model));
  }

  /** The bench's model, z or label is another, or its picture has been drawn. */
  refresh(): void {
    const { model, z, label, shown } = this.bench;
    if (model === null) return;
    for (const part of ["decoder", "encoder", "means"] as const) {
      const link = required<HTMLAnchorElement>(this.files, `a[data-file=${part}]`);
      const file = model[part];
      required<HTMLElement>(this.files, `li:has(> a[data-file=${part}])`).hidden =
        file === undefined;
      if (file === undefined) continue;
      const { url, bytes } = file;
      const name = part === "means" ? `${model.id}-means.json` : graphName(model, part);
      link.href = url;
      link.download = name;
      link.title = `${name}, ${Math.max(1, Math.round(bytes / 1000)).toLocaleString("en")} kB`;
    }
    for (const name of ["png", "png-large", "lattice"]) this.button(name).disabled = shown === null;
    const name = pictureName(model, z, label);
    this.code.code = pythonSnippet(model, this.context.manifest.release, z, label, name);
  }

  private button(name: string): HTMLButtonElement {
    return required(this.files, `button[name=${name}]`);
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
    const { bounds, label, lift } = { ...latticeOver(this.bench.map), ...source };
    const sites = latticeSites(bounds, side, side);
    const labels = Array<number>(side * side).fill(label ?? 0);
    const z = lift?.(sites) ?? sites;
    const images = await decodeWith(this.context.engine, { model, z, labels });
    const suffix = label === undefined ? "" : `-label_${label}`;
    const name = `${model.id}${suffix}-lattice-${side}x${side}.png`;
    const { height, width, channels } = model.image;
    const whole = { height: side * height, width: side * width, channels };
    save(await pngOf(sheetOf(images, model.image, side, side), whole), name);
    return name;
  }

  private async saveNumbers(model: Model): Promise<string> {
    const name = `${model.id}-numbers.json`;
    const { id, title, kind, dataset, latent_size, condition, metrics } = model;
    const report = model.report && (await this.context.document(model, "report"));
    const { release } = this.context.manifest;
    const numbers = { release, id, title, kind, dataset, latent_size, condition, metrics, report };
    save(new Blob([JSON.stringify(numbers, null, 2)], { type: "application/json" }), name);
    return name;
  }
}
