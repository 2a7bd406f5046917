// Section "dimensions".

import type { PageContext } from "./context";

export async function start(_context: PageContext, _section: HTMLElement): Promise<void> {}
