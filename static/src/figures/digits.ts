// A row of radio buttons, one a class: the macro `digits` of the templates, read and set.

/** The class that a row of buttons has chosen. */
export interface DigitButtons {
  value: number;
}

/**
 * Wires the buttons called `name`; they are disabled until then.
 *
 * @param chosen is called for what the reader chose, not for what was set.
 */
export function digitButtons(
  root: ParentNode,
  name: string,
  first: number,
  chosen: (digit: number) => void,
): DigitButtons {
  const buttons = Array.from(root.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`));
  const check = (digit: number): void => {
    for (const button of buttons) button.checked = Number(button.value) === digit;
  };
  for (const button of buttons) {
    button.disabled = false;
    button.addEventListener("change", () => chosen(Number(button.value)));
  }
  check(first);
  return {
    get value() {
      return Number(buttons.find((button) => button.checked)?.value ?? first);
    },
    set value(digit) {
      check(digit);
    },
  };
}

/** Returns a digit that a link names where the model has it, else `otherwise`. */
export function digitOr(digit: number | null, classes: number, otherwise: number): number {
  return digit !== null && digit < classes ? digit : otherwise;
}
