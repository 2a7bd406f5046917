// Offers to start the page anew where its scripts have not arrived, or a section's arrived damaged.
// It stands in the document itself: there is no other file that could be missing.
const offer = () => {
  if ("started" in document.documentElement.dataset) return;
  document.getElementById("late").hidden = false;
};
addEventListener(
  "error",
  ({ target }) => {
    if (target === window || target instanceof HTMLScriptElement) offer();
  },
  true,
);
addEventListener("unhandledrejection", offer);
setTimeout(offer, 20_000);
addEventListener("click", async (event) => {
  const [pressed] = event.composedPath(); // perhaps in a shadow root
  if (!pressed.closest?.("[data-restart]")) return;
  document.dispatchEvent(new Event("restart"));
  // Past the caches, which may have them damaged.
  const built = JSON.parse(document.getElementById("built").textContent);
  const scripts = built.filter(({ url }) => /\.(js|css)$/.test(url));
  await Promise.allSettled(scripts.map(({ url }) => fetch(url, { cache: "reload" })));
  location.reload();
});
