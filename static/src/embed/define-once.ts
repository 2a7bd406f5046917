// Lets this script run twice in a page, as two notebook cells or two hosts have it: an element that
// is defined already stays as it is.
//
// It is the first import of the script, which calls `restore` at its end: nothing else runs between.

const own = customElements.define;

customElements.define = (name, ...rest) => {
  if (customElements.get(name) === undefined) own.call(customElements, name, ...rest);
};

export function restore(): void {
  customElements.define = own;
}
