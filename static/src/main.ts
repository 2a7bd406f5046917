// Starts the page, in three tasks rather than one: parsing's end, the elements, the sections.
//
// The browser can paint and take input in between. A script that ran whole at the end of parsing
// would hold it up for longer than a reader's finger notices.

import "./styles/page.css";
import "./styles/classroom.css";
import "./styles/sections.css";
import "./styles/supposed-heights.css";
import "./sections/styles";
import "./styles/wide.css";
import "./styles/touch.css";
import "./styles/print.css";
import { takeFieldsOut } from "./app/reveal";

takeFieldsOut();
import("./app/start").then(({ start }) => setTimeout(start));
