// Puts a text on the clipboard, where the browser lets a page do that.

/** Tells whether the text was copied: plain http, a permission or a frame can forbid it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
