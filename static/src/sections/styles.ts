// The style of every section, by its folder: their scripts come late, their layout must not.
// A module of its own, imported after page.css: of two rules as specific, the section's wins.

import.meta.glob("./*/*.css", { eager: true });
