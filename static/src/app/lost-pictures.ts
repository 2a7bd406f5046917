// A prepared picture that cannot be fetched: its element says so, no broken icon lies behind, and it
// is fetched again.

import { tryAgain } from "../elements/again";

/** Hides every picture of the page that is lost, now or later, and shows it if it comes after all. */
export function hideLostPictures(): void {
  const look = (image: EventTarget | null): void => {
    if (!(image instanceof HTMLImageElement)) return;
    const { complete, naturalWidth, currentSrc } = image;
    const isLost = complete && naturalWidth === 0 && currentSrc !== "";
    image.classList.toggle("lost", isLost);
    if (isLost) tryAgain(image.parentElement ?? image, () => void renew(image));
  };
  // Such events do not bubble.
  for (const kind of ["error", "load"]) {
    document.addEventListener(kind, ({ target }) => look(target), true);
  }
  for (const image of document.images) look(image);
}

/** Fetches a picture past the caches, which may have it damaged. */
async function renew(image: HTMLImageElement): Promise<void> {
  const { src } = image;
  await fetch(src, { cache: "reload" }).catch(() => {});
  if (image.src === src) image.src = src; // ends in one of the two events
}
