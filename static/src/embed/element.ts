// The module for other people's pages and notebooks: it defines <latent-atlas> and all that is in it.

import { restore } from "./define-once";
import { LatentAtlas } from "./latent-atlas";
import { render } from "./notebook-view";

restore();

export { LatentAtlas };
/** What anywidget asks a module for. */
export default { render };
