// Starts the page: nothing else.

import "./styles/page.css";
import "./elements/drawing-pad";
import "./elements/image-view";
import "./elements/latent-map";
import "./elements/runtime-status";
import { start } from "./page/start";

start();
