// Starts the page, in three tasks rather than one: parsing's end, the elements, the sections.
//
// The browser can paint and take input in between. A script that ran whole at the end of parsing
// would hold it up for longer than a reader's finger notices.

import "./styles/page.css";
import "./styles/supposed-heights.css";
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
import { takeFieldsOut } from "./page/reveal";

takeFieldsOut();
import("./page/start").then(({ start }) => setTimeout(start));
