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
import { type Choice, linkedChoice } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import { required } from "../../figures/figure";
import { layersAsked } from "../../figures/layer-choice";
import { Bench, type BenchEvents, type Place } from "./lab-bench";
import { Downloads } from "./lab-downloads";
import { embedCode } from "./lab-embed";
import { LabPath } from "./lab-path";
import { numbersTable } from "./lab-table";

/** The path is a layer of the lab's own; it shows itself when the reader sets or plays it. */
const LAYERS: LayerState = { ...FIRST_LAYERS, path: false };
/** The second model has nothing of its own. */
const AS_FIRST = {
  labOtherZ: null,
  labOtherPinned: false,
  labOtherView: null,
  labOtherLabel: null,
} satisfies Partial<PageState>;

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
  private readonly showNumbers: ReturnType<typeof numbersTable>;
  private readonly benches: HTMLElement;
  private readonly chooser: Choice;
  private readonly otherChooser: Choice;
  private readonly share: HTMLInputElement;
  private readonly said: HTMLOutputElement;
  private readonly switches: LayerSwitches;
  /** Counts what was chosen: whatever arrives for an older choice is dropped. */
  private turn = 0;

  constructor(
    private readonly context: PageContext,
    private readonly section: HTMLElement,
  ) {
    this.benches = required(section, ".benches");
    this.chooser = linkedChoice(context, section, "#lab-model", "labModel", (id) =>
      this.choose(context.model(id)),
    );
    const show = (): void => void this.show();
    this.otherChooser = linkedChoice(context, section, "#lab-other", "labOther", show, AS_FIRST);
    this.share = required(section, "[name=lab-share]");
    this.said = required(section, ".link output");
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
    this.showNumbers = numbersTable(context, required(section, "table"));
    this.share.addEventListener("change", () => this.setShared(this.share.checked));
    this.switches.addEventListener("layers-change", ({ detail }) =>
      this.switchLayers(detail.layers),
    );
    required<HTMLButtonElement>(section, "button[name=lab-copy]").addEventListener(
      "click",
      () => void this.copyLink(),
    );
    required<HTMLButtonElement>(section, "button[name=lab-embed]").addEventListener(
      "click",
      () => void this.copyEmbedCode(),
    );
  }

  /** Opens what the link says, as far as it fits this release. */
  async open(): Promise<void> {
    this.checkLink();
    this.switchLayers({});
    keepClasses(this.context, this.section, "labOnly");
    await this.show();
  }

  /** The chosen models: the first, and the one beside it. */
  private get chosen(): [Model, Model | null] {
    const { context, chooser, otherChooser } = this;
    const other = otherChooser.value;
    return [context.model(chooser.value), other === "" ? null : context.model(other)];
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
    const isWarpShared = this.first.map.warp === this.second.map.warp;
    return isWarpShared && this.isShared && (one?.latent_size === 2 || one?.id === other?.id);
  }

  // ——— what happens on a bench ———

  moved(bench: Bench, z: number[]): void {
    this.path.pause();
    this.across(bench)?.moveTo(z);
    this.keep(bench, "Z", z);
  }

  pinned(bench: Bench, pinned: boolean): void {
    const across = this.across(bench);
    if (across !== null) across.map.pinned = pinned;
    this.keep(bench, "Pinned", pinned);
  }

  viewed(bench: Bench, view: View): void {
    const across = this.isViewShared ? this.across(bench) : null;
    if (across !== null) {
      across.map.view = view;
      across.layers.moved();
    }
    this.keep(bench, "View", view, this.isViewShared);
  }

  asked(bench: Bench, label: number): void {
    bench.ask(label);
    this.across(bench)?.ask(label);
    this.keep(bench, "Label", label);
    this.path.refresh();
  }

  /** Notes in the link what happened on a bench: as the second's own, unless both share it. */
  private keep(
    bench: Bench,
    what: "Z" | "Pinned" | "View" | "Label",
    value: unknown,
    isShared = this.isShared,
  ): void {
    const whose = bench === this.second && !isShared ? "labOther" : "lab";
    this.note({ [`${whose}${what}`]: value });
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
    this.note({ labZ: [...this.first.z] });
    if (!this.switches.on.path) this.switchLayers({ path: true });
  }

  // ——— what is chosen ———

  private choose({ latent_size, class_names }: Model): void {
    if (class_names.join() !== this.first.model?.class_names.join()) {
      this.first.map.isolated = [];
      this.second.map.isolated = [];
      this.context.update({ labOnly: null });
    }
    // A point of as many latents is tried in the next model, too; its map is another.
    const isKept = latent_size === this.first.model?.latent_size;
    if (this.second.model !== null && this.isShared && !isKept) this.part();
    this.note({
      labZ: isKept ? [...this.first.z] : null,
      labView: null,
      labAt: null,
      ...(!isKept && { labFrom: null, labTo: null, labPinned: false }),
    });
    void this.show();
  }

  private setShared(isShared: boolean): void {
    if (!this.canShare) return;
    if (isShared) {
      this.note(AS_FIRST);
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
    this.note({
      labOtherZ: [...this.second.z],
      labOtherPinned: this.second.map.pinned,
      labOtherView: this.second.map.view,
      labOtherLabel: this.second.label,
    });
  }

  /** Shows the chosen models; those that are on their benches stay. */
  private async show(): Promise<void> {
    const turn = ++this.turn;
    this.note({});
    const { first, second } = this;
    const [model, other] = this.chosen;
    this.path.clear();
    const jobs: Promise<void>[] = [];
    if (first.model !== model) {
      const { labZ: z, labLabel, labView: view, labPinned: pinned } = this.state;
      jobs.push(first.show(model, { z, label: within(labLabel, model.classes), view, pinned }));
    }
    if (other === null) second.clear();
    else if (second.model !== other) jobs.push(second.show(other, this.otherPlace(other)));
    else if (this.isShared) second.moveTo(first.z);
    const models = other === null ? [model] : [model, other];
    this.benches.dataset.count = String(models.length);
    this.switches.layers = [...layersOf(...models), "path"].join(" ");
    this.showNumbers(models);
    this.arrange();
    await Promise.all(jobs);
    if (turn !== this.turn) return;
    await this.path.show();
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
    const [home, beside] = [first.map.home, second.map.home];
    const common =
      this.isViewShared && other !== null && state.labView === null && one !== other
        ? clampView(
            clampView(commonView(home, beside), limitsOf(home, null)),
            limitsOf(beside, null),
          )
        : state.labView;
    first.map.view = common;
    second.map.view = this.isViewShared ? common : state.labOtherView;
    first.layers.moved();
    second.layers.moved();
  }

  private switchLayers(changes: LayerState): void {
    const layers = { ...LAYERS, ...this.state.labLayers, ...changes };
    this.note({ labLayers: switchedFrom(LAYERS, layers) });
    const isWarped = layers.quantiles !== (this.switches.on.quantiles ?? layers.quantiles);
    this.switches.on = layers;
    for (const bench of [this.first, this.second]) bench.layers.switchTo(layers);
    if (!isWarped) return;
    this.note({ labView: null, labOtherView: null });
    this.arrange();
  }

  // ——— the link ———

  /** Leaves out what does not fit the release or the model it is meant for, and says so. */
  private checkLink(): void {
    const { context, state } = this;
    const [model, other] = this.chosen;
    const isOf = (owner: Model | null, z: readonly number[] | null): boolean =>
      z === null || z.length === owner?.latent_size;
    const classes = Math.max(model.classes, other?.classes ?? 0);
    const fits: Partial<Record<keyof PageState, boolean>> = {
      labZ: isOf(model, state.labZ),
      labFrom: isOf(model, state.labFrom),
      labTo: isOf(model, state.labTo),
      labOtherZ: isOf(other, state.labOtherZ),
      labLabel: (state.labLabel ?? 0) < classes,
      labOtherLabel: (state.labOtherLabel ?? -1) < (other?.classes ?? 0),
      labOtherView: state.labOtherView === null || other !== null,
    };
    const unfit = (Object.keys(fits) as (keyof PageState)[]).filter((key) => !fits[key]);
    if (unfit.length > 0) leaveOut(context, ...unfit);
    layersAsked(context, "labLayers", Object.keys(LAYERS));
  }

  /** Changes the state of the lab: what was copied before is no longer how it is. */
  private note(change: Partial<PageState>): void {
    this.context.update(change);
    this.said.textContent = "";
  }

  private copyLink(): Promise<void> {
    const link = new URL(writeState({ ...this.state, section: "lab" }), location.href).href;
    return this.copy(link, "the link opens the lab exactly as it is.");
  }

  private copyEmbedCode(): Promise<void> {
    const ending = document.documentElement.dataset.server === "absent" ? ".html" : "";
    const code = embedCode(this.chosen[0], this.state, document.baseURI, ending);
    return this.copy(code, "put it into a page’s HTML, and the first map is shown there.");
  }

  /** Puts a text on the clipboard, or where that is forbidden into a field, selected. */
  private async copy(text: string, use: string): Promise<void> {
    const field = required<HTMLInputElement>(this.section, ".link input");
    const isCopied = await copyText(text);
    this.said.textContent = isCopied
      ? `Copied: ${use}`
      : "This browser does not let the page copy. The text is selected: press Ctrl or ⌘ and C.";
    field.hidden = isCopied;
    field.value = text;
    if (!isCopied) field.select();
  }
}

const within = (label: number | null, classes: number): number =>
  label !== null && label < classes ? label : 0;
