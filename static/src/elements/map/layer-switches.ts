// <layer-switches>: which layers of a map are shown, a switch each.
//
// Attributes
//   layers   names of the layers to offer, separated by spaces, in the order to show them
// Properties
//   on       {layer: boolean}; a layer that is not in it is off. Setting it emits nothing
// Events
//   layers-change   {layers: {layer: boolean}}, every offered layer in it
//
// Light children keep its place before its script has run; they are dropped then.
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { AtlasElement } from "../atlas-element";
import { base } from "../shared-styles";

/** Where a layer is called otherwise than by its own name. */
const NAMES: Record<string, string> = {
  names: "class names",
  regions: "class regions",
  ellipses: "class ellipses",
  circle: "99 % circle",
  lattice: "decoded lattice",
  posterior: "true posterior",
};

/** What a name alone does not say. */
const TITLES: Record<string, string> = {
  density:
    "Of the encoded means. With two latents: the aggregate posterior q(z), smoothed by more than σ",
  prior: "Contours of N(0, I) that hold 50, 90 and 99 % of it",
  quantiles: "(Φ(z₁), Φ(z₂)): equal areas are equally probable under the prior",
};

@customElement("layer-switches")
export class LayerSwitches extends AtlasElement {
  static override styles = [
    base,
    css`
    fieldset {
      display: flex;
      flex-wrap: wrap;
      gap: 0.1rem 1.1rem;
      padding: 0;
      border: 0;
    }
    legend {
      float: left;
      margin-inline-end: 1.1rem;
      padding: 0.25rem 0;
    }
    label {
      display: inline-flex;
      gap: 0.45em;
      align-items: center;
      min-height: 2rem;
      cursor: pointer;
    }
    input {
      width: 1.1em;
      height: 1.1em;
    }
    @media (pointer: coarse) {
      label {
        min-height: 2.75rem;
      }
    }
  `,
  ];

  @property() layers = "";
  @property({ attribute: false }) on: Readonly<Record<string, boolean>> = {};
  override label = "Layers";

  protected override willUpdate(): void {
    this.state = this.layers === "" ? "empty" : "ready";
  }

  protected override firstUpdated(): void {
    this.replaceChildren();
  }

  protected override render() {
    return html`<fieldset>
      <legend class="muted">${this.label}</legend>
      ${(this.layers.match(/\S+/g) ?? []).map(
        (name) => html`<label title=${TITLES[name] ?? nothing}
          ><input
            type="checkbox"
            name=${name}
            .checked=${this.on[name] ?? false}
            @change=${(event: Event) => this.#switch(name, (event.target as HTMLInputElement).checked)}
          />${NAMES[name] ?? name}</label
        >`,
      )}
    </fieldset>`;
  }

  #switch(name: string, checked: boolean): void {
    this.on = { ...this.on, [name]: checked };
    const offered = this.layers.match(/\S+/g) ?? [];
    const layers = Object.fromEntries(offered.map((one) => [one, this.on[one] ?? false]));
    this.emit("layers-change", { layers });
  }
}
