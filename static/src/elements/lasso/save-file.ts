// Has the browser save a file that the page has made.

/** A browser may still be reading what it saves (ms). */
const KEEP_MS = 60_000;

export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
