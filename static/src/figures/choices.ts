// Choices between a few values, by radio buttons or a <select>, and the part of the link that keeps one.

import type { PageContext } from "../app/context";
import { leaveOut } from "../app/notice";
import { type PageState, readProperty } from "../core/link/url-state";

/** Radio buttons or a <select>; they are disabled until they are wired here. */
export class Choice {
  /** What the page offers first. */
  readonly first: string;
  private readonly inputs: (HTMLInputElement | HTMLSelectElement)[];

  /** @param chosen is called with what the reader chose, not with what was set. */
  constructor(root: ParentNode, selector: string, chosen: (value: string) => void) {
    this.inputs = Array.from(root.querySelectorAll(selector));
    const isFirst = this.inputs.find((input) => !("checked" in input) || input.defaultChecked);
    this.first = isFirst?.value ?? "";
    for (const input of this.inputs) {
      input.disabled = false;
      input.addEventListener("change", () => chosen(input.value));
    }
  }

  /** "" where the page offers nothing. */
  get value(): string {
    return this.inputs.find((input) => !("checked" in input) || input.checked)?.value ?? "";
  }

  set value(value: string) {
    for (const input of this.inputs) {
      if ("checked" in input) input.checked = input.value === value;
      else input.value = value;
    }
  }

  offers(value: string): boolean {
    return this.inputs.some((input) =>
      "checked" in input
        ? input.value === value
        : Array.from(input.options).some((option) => option.value === value),
    );
  }
}

/** The properties of the state that are one of a few values. */
type ChoiceKey = {
  [Key in keyof PageState]: PageState[Key] extends string | number | null ? Key : never;
}[keyof PageState];

/**
 * Wires a choice that the link keeps, unless it is the first; what a link names and the page does
 * not offer is left out with a notice.
 *
 * @param elsewhere what of the state means nothing with another value, as it is then.
 */
export function linkedChoice(
  context: PageContext,
  root: ParentNode,
  selector: string,
  key: ChoiceKey,
  chosen: (value: string) => void,
  elsewhere: Partial<PageState> = {},
): Choice {
  const choice = new Choice(root, selector, (value) => {
    const kept = value === choice.first ? null : readProperty(key, value);
    context.update({ [key]: kept, ...elsewhere });
    chosen(value);
  });
  const linked = String(context.state[key] ?? choice.first);
  const isOffered = choice.offers(linked);
  choice.value = isOffered ? linked : choice.first;
  if (!isOffered && context.state[key] !== null) {
    leaveOut(context, key, ...(Object.keys(elsewhere) as (keyof PageState)[]));
  }
  return choice;
}

/** Of all that carries `data-<name>`, shows only what carries this value. */
export function showOnly(root: ParentNode, name: string, value: string): void {
  for (const part of root.querySelectorAll<HTMLElement>(`[data-${name}]`)) {
    part.hidden = part.getAttribute(`data-${name}`) !== value;
  }
}
