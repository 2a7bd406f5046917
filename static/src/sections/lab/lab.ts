// Section "lab": any model of the release, any two side by side, and everything to take home.

import "../../elements/code-block";
import "../../elements/map/layer-switches";
import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { clampView, commonView, limitsOf, type View } from "../../core/geometry/viewport";
import type { LayerState } from "../../core/link/link-values";
import { type PageState, writeState } from "../../core/link/url-state";
import { FIRST_LAYERS, layersOf, switchedFrom } from "../../core/points/map-layers";
import type { Model } from "../../core/release/manifest";
import { copyText } from "../../elements/copy-text";
import type { LayerSwitches } from "../../elements/map/layer-switches";
import { required } from "../../figures/figure";
import { layersAsked } from "../../figures/layer-choice";
import { Bench, type BenchEvents, type Place } from "./lab-bench";
import { Downloads } from "./lab-downloads";
import { LabPath } from "./lab-path";
import { NumbersTable } from "./lab-table";

/** The model that the lab opens on, where the release has it; else its first. */
const DEFAULT_MODEL = "vae-2";
/** The path is a layer of the lab's own; it shows itself when the reader sets or plays it. */
const LAYERS: LayerState = { ...FIRST_LAYERS, path: false };

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  await new Lab(context, section).open();
}

/**
 * What the benches, the path and the link have to say to each other.
 *
 * The state in the URL is the truth; a bench is shown what is in it. `labOtherZ` null means that
 * the second model shares z, pin and label with the first, where their latent sizes agree.
 */
class Lab implements BenchEvents {
  private readonly first: Bench;
  private readonly second: Bench;
  private readonly downloads: ReadonlyMap<Bench, Downloads>;
  private readonly path: LabPath;
  private readonly table: NumbersTable;
  private readonly benches: HTMLElement;
  private readonly chooser: HTMLSelectElement;
  private readonly otherChooser: HTMLSelectElement;
  private readonly share: HTMLInputElement;
  private readonly switches: LayerSwitches;
  /** Counts what was chosen: whatever arrives for an older choice is dropped. */
  private turn = 0;

  constructor(
    private readonly context: PageContext,
    private readonly section: HTMLElement,
  ) {
    this.benches = required(section, ".benches");
    this.chooser = required(section, "#lab-model");
    this.otherChooser = required(section, "#lab-other");
    this.share = required(section, "[name=lab-share]");
    this.switches = required(section, "layer-switches");
    this.first = new Bench(context, required(section, "[data-bench=first]"), this);
    this.second = new Bench(context, required(section, "[data-bench=second]"), this);
    this.downloads = new Map(
      [this.first, this.second].map((bench) => [bench, new Downloads(context, bench)]),
    );
    this.path = new LabPath(
      context,
      required(section, ".path"),
      () => (this.isShared ? [this.first, this.second] : [this.first]),
      {
        moved: (z) => this.takeTo(z),
        set: () => this.switchLayers({ path: true }),
      },
    );
    this.table = new NumbersTable(context, required(section, "table"));
    this.chooser.addEventListener("change", () => this.choose(this.chooser.value));
    this.otherChooser.addEventListener("change", () => this.chooseOther(this.otherChooser.value));
    this.share.addEventListener("change", () => this.setShared(this.share.checked));
    this.switches.addEventListener("layers-change", ({ detail }) =>
      this.switchLayers(detail.layers),
    );
    required<HTMLButtonElement>(section, "button[name=lab-copy]").addEventListener(
      "click",
      () => void this.copyLink(),
    );
  }

  /** Opens what the link says, as far as it fits this release. */
  async open(): Promise<void> {
    this.checkLink();
    this.switchLayers({});
    for (const control of [this.chooser, this.otherChooser, this.share]) control.disabled = false;
    await this.show();
  }

  private get defaultModel(): Model {
    return this.context.find(DEFAULT_MODEL) ?? (this.context.manifest.models[0] as Model);
  }

  private modelOf({ labModel }: PageState): Model {
    return labModel === null ? this.defaultModel : this.context.model(labModel);
  }

  private get state(): PageState {
    return this.context.state;
  }

  /** Whether one z can be in both latent spaces. */
  private get canShare(): boolean {
    const [one, other] = [this.first.model, this.second.model];
    return one !== null && other !== null && one.latent_size === other.latent_size;
  }

  private get isShared(): boolean {
    return this.canShare && this.state.labOtherZ === null;
  }

  /** Whether both maps are of the same plane. The PCA planes of two models are two planes. */
  private get isViewShared(): boolean {
    const [one, other] = [this.first.model, this.second.model];
    return this.isShared && (one?.latent_size === 2 || one?.id === other?.id);
  }

  // ——— what happens on a bench ———

  moved(bench: Bench, z: number[]): void {
    this.path.pause();
    if (bench === this.second && !this.isShared) {
      this.context.update({ labOtherZ: z });
      return;
    }
    this.across(bench)?.moveTo(z);
    this.context.update({ labZ: z });
  }

  pinned(bench: Bench, pinned: boolean): void {
    const across = this.across(bench);
    if (across !== null) across.map.pinned = pinned;
    const isOwn = bench === this.second && !this.isShared;
    this.context.update(isOwn ? { labOtherPinned: pinned } : { labPinned: pinned });
  }

  viewed(bench: Bench, view: View): void {
    const across = this.isViewShared ? this.across(bench) : null;
    if (across !== null) {
      across.map.view = view;
      across.layers.moved();
    }
    const isOwn = bench === this.second && !this.isViewShared;
    this.context.update(isOwn ? { labOtherView: view } : { labView: view });
  }

  asked(bench: Bench, label: number): void {
    bench.ask(label);
    this.across(bench)?.ask(label);
    const isOwn = bench === this.second && !this.isShared;
    this.context.update(isOwn ? { labOtherLabel: label } : { labLabel: label });
    this.path.refresh();
  }

  changed(bench: Bench): void {
    this.downloads.get(bench)?.refresh();
  }

  /** The other bench, where it shares z. */
  private across(bench: Bench): Bench | null {
    if (!this.isShared) return null;
    return bench === this.first ? this.second : this.first;
  }

  /** Takes z along the path. */
  private takeTo(z: readonly number[]): void {
    this.first.moveTo(z);
    this.across(this.first)?.moveTo(z);
    this.context.update({ labZ: [...this.first.z] });
    if (!this.switches.on.path) this.switchLayers({ path: true });
  }

  // ——— what is chosen ———

  private choose(id: string): void {
    const size = this.context.model(id).latent_size;
    // A point of as many latents is tried in the next model, too; its map is another.
    const isKept = size === this.first.model?.latent_size;
    if (this.second.model !== null && this.isShared && !isKept) this.part();
    this.context.update({
      labModel: id === this.defaultModel.id ? null : id,
      labZ: isKept ? [...this.first.z] : null,
      labView: null,
      labAt: null,
      ...(!isKept && { labFrom: null, labTo: null, labPinned: false }),
    });
    void this.show();
  }

  private chooseOther(id: string): void {
    this.context.update({
      labOther: id === "" ? null : id,
      labOtherZ: null,
      labOtherPinned: false,
      labOtherView: null,
      labOtherLabel: null,
    });
    void this.show();
  }

  private setShared(isShared: boolean): void {
    if (!this.canShare) return;
    if (isShared) {
      this.context.update({
        labOtherZ: null,
        labOtherPinned: false,
        labOtherView: null,
        labOtherLabel: null,
      });
      this.second.map.pinned = this.state.labPinned;
      this.second.moveTo(this.first.z);
      this.second.ask(this.first.label);
    } else {
      this.part();
    }
    this.arrange();
    this.second.lay(null);
    this.path.refresh();
  }

  /** From now on the second model has a z of its own: where it is. */
  private part(): void {
    this.context.update({
      labOtherZ: [...this.second.z],
      labOtherPinned: this.second.map.pinned,
      labOtherView: this.second.map.view,
      labOtherLabel: this.second.label,
    });
  }

  /** Shows the chosen models; those that are on their benches stay. */
  private async show(): Promise<void> {
    const turn = ++this.turn;
    const { state, first, second } = this;
    const model = this.modelOf(state);
    const other = state.labOther === null ? null : this.context.model(state.labOther);
    this.path.clear();
    const jobs: Promise<void>[] = [];
    if (first.model !== model) jobs.push(first.show(model, this.place(model)));
    if (other === null) second.clear();
    else if (second.model !== other) jobs.push(second.show(other, this.otherPlace(other)));
    else if (this.isShared) second.moveTo(first.z);
    const models = other === null ? [model] : [model, other];
    this.benches.dataset.count = String(models.length);
    this.chooser.value = model.id;
    this.otherChooser.value = other?.id ?? "";
    this.switches.layers = [...layersOf(...models), "path"].join(" ");
    void this.table.show(models);
    this.arrange();
    await Promise.all(jobs);
    if (turn !== this.turn) return;
    await this.path.show();
  }

  private place({ classes }: Model): Place {
    const { labZ, labLabel, labView, labPinned } = this.state;
    return { z: labZ, label: within(labLabel, classes), view: labView, pinned: labPinned };
  }

  private otherPlace(other: Model): Place {
    const { labOtherZ, labOtherLabel, labOtherView, labOtherPinned, labPinned } = this.state;
    const isShared = labOtherZ === null && other.latent_size === this.first.model?.latent_size;
    return {
      z: isShared ? this.first.z : labOtherZ,
      label: within(isShared ? this.first.label : labOtherLabel, other.classes),
      view: labOtherView,
      pinned: isShared ? labPinned : labOtherPinned,
    };
  }

  /** Gives the maps their views, and the switch for a shared z its place. */
  private arrange(): void {
    const { first, second, state } = this;
    const [one, other] = [first.model, second.model];
    required<HTMLElement>(this.section, ".share").hidden = other === null;
    this.share.disabled = !this.canShare;
    this.share.checked = this.isShared;
    if (one === null) return;
    const common =
      this.isViewShared && other !== null && state.labView === null && one !== other
        ? clampView(
            clampView(commonView(one.view, other.view), limitsOf(one.view, null)),
            limitsOf(other.view, null),
          )
        : state.labView;
    first.map.view = common;
    second.map.view = this.isViewShared ? common : state.labOtherView;
    first.layers.moved();
    second.layers.moved();
  }

  private switchLayers(changes: LayerState): void {
    const layers = { ...LAYERS, ...this.state.labLayers, ...changes };
    this.context.update({ labLayers: switchedFrom(LAYERS, layers) });
    this.switches.on = layers;
    for (const bench of [this.first, this.second]) bench.layers.switchTo(layers);
  }

  // ——— the link ———

  /** Leaves out what does not fit the release or the model it is meant for, and says so. */
  private checkLink(): void {
    const { context, state } = this;
    const keepIf = (fits: Partial<Record<keyof PageState, boolean>>): void => {
      const unfit = Object.entries(fits).flatMap(([key, isFit]) => (isFit ? [] : [key]));
      if (unfit.length > 0) leaveOut(context, ...(unfit as (keyof PageState)[]));
    };
    const isKnown = (id: string | null): boolean => id === null || context.find(id) !== null;
    keepIf({ labModel: isKnown(state.labModel), labOther: isKnown(state.labOther) });
    const model = this.modelOf(state);
    const other = state.labOther === null ? null : context.model(state.labOther);
    const isOf = (owner: Model | null, z: readonly number[] | null): boolean =>
      z === null || z.length === owner?.latent_size;
    const classes = Math.max(model.classes, other?.classes ?? 0);
    keepIf({
      labZ: isOf(model, state.labZ),
      labFrom: isOf(model, state.labFrom),
      labTo: isOf(model, state.labTo),
      labOtherZ: isOf(other, state.labOtherZ),
      labLabel: (state.labLabel ?? 0) < classes,
      labOtherLabel: (state.labOtherLabel ?? -1) < (other?.classes ?? 0),
      labOtherView: state.labOtherView === null || other !== null,
    });
    layersAsked(context, "labLayers", Object.keys(LAYERS));
  }

  private async copyLink(): Promise<void> {
    const said = required<HTMLElement>(this.section, ".link output");
    const field = required<HTMLInputElement>(this.section, ".link input");
    const { origin, pathname, search } = location;
    const link = `${origin}${pathname}${search}${writeState({ ...this.state, section: "lab" })}`;
    const isCopied = await copyText(link);
    said.textContent = isCopied
      ? "Copied: the link opens the lab exactly as it is."
      : "This browser does not let the page copy. The link is selected: press Ctrl or ⌘ and C.";
    field.hidden = isCopied;
    field.value = link;
    if (!isCopied) field.select();
  }
}

const within = (label: number | null, classes: number): number =>
  label !== null && label < classes ? label : 0;
