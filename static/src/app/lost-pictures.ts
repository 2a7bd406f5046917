// A prepared picture that cannot be fetched: its element says so, and no broken icon lies behind.

const isLost = ({ complete, naturalWidth, currentSrc }: HTMLImageElement): boolean =>
  complete && naturalWidth === 0 && currentSrc !== "";

/** Hides every picture of the page that is lost, now or later, and shows it if it comes after all. */
export function hideLostPictures(): void {
  const look = (image: HTMLImageElement): void => {
    image.classList.toggle("lost", isLost(image));
  };
  const note = ({ target }: Event): void => {
    if (target instanceof HTMLImageElement) look(target);
  };
  // Such events do not bubble.
  document.addEventListener("error", note, true);
  document.addEventListener("load", note, true);
  for (const image of document.images) look(image);
}
