// <attribute-sliders>: a slider for each attribute of a face, how many times its vector is added.
//
// What <latent-sliders> is for the numbers of a z, with names in place of numbers; its attributes,
// properties, events and keys are the same. It has a name of its own, because a page, a style sheet
// or a program that looks for <latent-sliders> means a model's latents.

import { customElement } from "lit/decorators.js";
import { LatentSliders } from "./latent-sliders";

@customElement("attribute-sliders")
export class AttributeSliders extends LatentSliders {}
