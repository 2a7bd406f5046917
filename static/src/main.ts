// Starts the page: nothing else.

import "./styles/page.css";
import "./styles/sections/hover.css";
import "./styles/sections/autoencoders.css";
import "./styles/sections/inside.css";
import "./styles/sections/training.css";
import "./styles/sections/draw.css";
import "./styles/sections/shape.css";
import "./styles/sections/labels.css";
import "./styles/sections/control.css";
import "./styles/sections/classify.css";
import "./styles/sections/dimensions.css";
import "./styles/sections/faces.css";
import "./styles/sections/numbers.css";
import "./styles/sections/lab.css";
import "./elements/drawing-pad";
import "./elements/image-view";
import "./elements/latent-map";
import "./elements/runtime-status";
import { start } from "./page/start";

start();
