// While the model of a map is loading, and where it cannot be had, its lattice stands in for it: the
// page says so, and how far the model is.

import { type PageContext, sentence } from "../../app/context";
import type { Model } from "../../core/release/manifest";
import { tryAgain } from "../../elements/again";
import type { ImageView } from "../../elements/image-view";
import { EngineError } from "../../engine/engine";
import { LatticeEngine } from "../../engine/lattice-engine";
import { loadPart, required, showError } from "../../figures/figure";
import { latticeOf } from "../../figures/lattice-picture";

const UNTIL_LOADED = "Approximate until the model has loaded";

export class StandIn {
  readonly engine: LatticeEngine;
  /** Absent where the first model has no lattice. */
  readonly #note: HTMLElement | null;
  readonly #bar: HTMLProgressElement;
  #share = 0;
  #isLoading = false;
  /** Why the model cannot be had, or "". */
  #reason = "";

  /** @param arrived is called when a model that could not be had has loaded after all. */
  constructor(
    private readonly context: PageContext,
    section: HTMLElement,
    private readonly view: ImageView,
    private readonly arrived: (model: Model) => void,
  ) {
    this.engine = new LatticeEngine(context.engine, latticeOf);
    this.#note = section.querySelector(".stand-in");
    this.#bar = required(section, "progress");
  }

  /**
   * Loads a model's decoder; tells whether there is something to decode with.
   *
   * @param isWanted whether its map is still shown.
   */
  async load(model: Model, isWanted: () => boolean): Promise<boolean> {
    this.#reason = "";
    if (model.lattice === undefined) {
      this.say();
      await loadPart(this.context, model, "decoder", [this.view], isWanted, this.#bar);
      return true; // what is decoded next tells what is amiss, and tries again
    }
    return this.#attempt(model, isWanted);
  }

  async #attempt(model: Model, isWanted: () => boolean): Promise<boolean> {
    if (this.view.state !== "ready") this.view.state = "loading";
    this.#isLoading = true;
    const progress = (share: number): void => {
      if (!isWanted()) return;
      this.#share = share;
      this.#bar.value = share;
      this.say();
    };
    if (this.#reason === "") progress(0);
    try {
      await this.engine.load(model, "decoder", progress);
      if (isWanted()) this.#reason = "";
      return true;
    } catch (error) {
      return isWanted() && (await this.#miss(model, isWanted, error));
    } finally {
      this.#isLoading = false;
      if (isWanted()) this.#bar.value = 1;
    }
  }

  /** Says what stands in, if something does: called when the view has changed, or the progress. */
  say(): void {
    const { approximate, state } = this.view;
    const isShown = approximate && state !== "error";
    const isUnderWay = isShown && this.#reason === "";
    this.#put("[role=status]", isShown ? this.#reason || UNTIL_LOADED : "");
    this.#put(".percent", isUnderWay ? `: ${Math.floor(100 * this.#share)} %` : "");
  }

  /** Goes for a model again that has answered, and does so no longer. */
  recover(model: Model, isWanted: () => boolean): void {
    if (this.view.approximate && !this.#isLoading && this.#reason === "") {
      void this.#again(model, isWanted);
    }
  }

  async #again(model: Model, isWanted: () => boolean): Promise<void> {
    if (this.#isLoading || !isWanted()) return;
    const isThere = await this.#attempt(model, isWanted);
    if (isThere && isWanted()) this.arrived(model);
  }

  /** Tells what is amiss; returns whether the lattice answers all the same. */
  async #miss(model: Model, isWanted: () => boolean, error: unknown): Promise<boolean> {
    const isFault = error instanceof EngineError;
    const nothingRuns = isFault && ["runtime", "start", "server"].includes(error.reason);
    const lattice = await latticeOf(model);
    const again = (): void => void this.#again(model, isWanted);
    if (lattice !== null) {
      const reason = isFault ? error.message : "something unexpected happened";
      const count = (lattice.size ** 2).toLocaleString("en");
      const end = reason.endsWith("?") ? "" : ".";
      this.#reason = `Approximate, blended from ${count} prepared pictures: ${reason}${end}`;
      tryAgain(this.#note ?? this.view, again, model.id);
      this.say();
      if (nothingRuns || this.view.approximate) return true;
    }
    // Of a file that is missing or damaged the picture itself tells, until the pointer moves.
    showError([this.view], sentence(`The model ${model.id}`, error), again);
    return false;
  }

  #put(selector: string, text: string): void {
    const place = this.#note?.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }
}
