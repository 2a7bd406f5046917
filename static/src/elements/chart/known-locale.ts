// Some browsers name a language that Intl does not know; uPlot would throw when it is imported.

try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
