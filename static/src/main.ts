// Starts the page, in three tasks rather than one: parsing's end, the elements, the sections.
//
// The browser can paint and take input in between. A script that ran whole at the end of parsing
// would hold it up for longer than a reader's finger notices.

import "./styles/page.css";
import "./styles/supposed-heights.css";
import "./sections/hover/hover.css";
import "./sections/autoencoders/autoencoders.css";
import "./sections/inside/inside.css";
import "./sections/training/training.css";
import "./sections/draw/draw.css";
import "./sections/shape/shape.css";
import "./sections/labels/labels.css";
import "./sections/control/control.css";
import "./sections/classify/classify.css";
import "./sections/dimensions/dimensions.css";
import "./sections/faces/faces.css";
import "./sections/numbers/numbers.css";
import "./sections/lab/lab.css";
import { takeFieldsOut } from "./app/reveal";

takeFieldsOut();
import("./app/start").then(({ start }) => setTimeout(start));
