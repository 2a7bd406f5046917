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
//
// A page wires it to one map or to several: map.layers = {...map.layers, ...detail.layers}.
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { AtlasElement } from "../atlas-element";
import { base } from "../shared-styles";

const NAMES: Record<string, string> = {
  points: "points",
  names: "class names",
  density: "density",
  regions: "class regions",
  ellipses: "class ellipses",
  targets: "targets",
  circle: "99 % circle",
  lattice: "decoded lattice",
  drawing: "drawing",
  path: "path",
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
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      float: left;
      margin-inline-end: 1.1rem;
      padding: 0.25rem 0;
      color: var(--muted, #666);
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
      margin: 0;
      accent-color: var(--accent, #0b57d0);
    }
  `,
  ];

  @property() layers = "";
  @property({ attribute: false }) on: Readonly<Record<string, boolean>> = {};
  override label = "Layers";

  protected override willUpdate(): void {
    this.state = this.#offered.length > 0 ? "ready" : "empty";
  }

  protected override firstUpdated(): void {
    this.replaceChildren();
  }

  get #offered(): string[] {
    return this.layers.split(/\s+/).filter((name) => name !== "");
  }

  protected override render() {
    return html`<fieldset>
      <legend>${this.label}</legend>
      ${this.#offered.map(
        (name) => html`<label
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
    const layers = Object.fromEntries(this.#offered.map((one) => [one, this.on[one] ?? false]));
    this.emit("layers-change", { layers });
  }
}

declare global {
  interface HTMLElementEventMap {
    "layers-change": CustomEvent<{ layers: Record<string, boolean> }>;
  }
}
