// Where on the page the reader is, and how to get there and stay while the page is still laid out.

import type { PageState } from "../core/link/url-state";

/** Parts of a section that a link can open at, in their order. */
const FIGURES = ".figure, .benches, .path, .sizes, .answers, reparameterization-diagram";
/** What a section's leading figure has, and its diagrams and choices have not. */
const LIVE = "latent-map, drawing-pad, image-view, line-chart";
/** A place is held for so long against what is laid out late. */
const HELD_MS = 10_000;
/** The reader moves on. */
const SIGNS = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/** A section, and how far below the top of the screen it begins, in CSS pixels. */
interface Place {
  readonly section: string;
  readonly top: number;
}

let release = (): void => {};

/** What an entry of the history keeps. */
export function placeNow({ section }: PageState): { place: Place } | null {
  const element = sectionOf(section);
  if (element === null) return null;
  return { place: { section: element.id, top: element.getBoundingClientRect().top } };
}

/** Returns which figure of a section the middle of the screen is in or nearest to; null: the leading one. */
export function figureNow({ section }: PageState): number | null {
  const all = figuresOf(sectionOf(section));
  const away = all.map((figure) => {
    const { top, bottom, height } = figure.getBoundingClientRect();
    const middle = innerHeight / 2;
    return height === 0 ? Number.POSITIVE_INFINITY : Math.max(top - middle, middle - bottom, 0);
  });
  const nearest = away.indexOf(Math.min(...away));
  return nearest === leading(all) || nearest < 0 ? null : nearest;
}

/** Goes where the history's entry was left, else to the figure that the link names. */
export function goToPlace({ section, figure }: PageState): void {
  const kept = (history.state as { place?: Place } | null)?.place;
  if (kept !== undefined && sectionOf(kept.section) !== null) {
    stayAt(() => {
      const top = sectionOf(kept.section)?.getBoundingClientRect().top ?? 0;
      scrollBy({ top: top - kept.top, behavior: "instant" });
    });
  } else if (section === null) {
    scrollTo({ top: 0, behavior: "instant" });
  } else {
    stayAt(() => {
      const element = sectionOf(section);
      const all = figuresOf(element);
      showWhole(element, all[figure ?? leading(all)]);
    });
  }
}

/** Goes to the head of a section, or of a part of one that has an id. */
export function goToHead(id: string): void {
  const head = (): Element | null => document.querySelector(`main #${CSS.escape(id)}`);
  if (head() === null) return;
  stayAt(() => head()?.scrollIntoView({ behavior: "instant" }));
}

/** Shows a figure in the middle of the screen, with its section's head where both have room. */
function showWhole(section: Element | null, figure: Element | undefined): void {
  if (section === null) return;
  const head = section.getBoundingClientRect();
  const { bottom, height } = (figure ?? section).getBoundingClientRect();
  if (figure === undefined || bottom - head.top <= innerHeight) {
    section.scrollIntoView({ behavior: "instant" });
  } else {
    const block = height < innerHeight ? "center" : "start";
    figure.scrollIntoView({ behavior: "instant", block });
  }
}

/** Scrolls, and scrolls again whenever the page's height changes, until somebody else scrolls. */
function stayAt(scroll: () => void): void {
  release();
  const end = new AbortController();
  const root = document.documentElement;
  root.style.overflowAnchor = "none"; // the browser's own way would be taken for the reader's
  let y = 0;
  const again = (): void => {
    scroll();
    y = scrollY;
  };
  const heights = new ResizeObserver(again);
  release = () => {
    end.abort();
    heights.disconnect();
    root.style.overflowAnchor = "";
  };
  const options = { signal: end.signal, passive: true };
  for (const sign of SIGNS) addEventListener(sign, () => release(), options);
  addEventListener("scroll", () => Math.abs(scrollY - y) > 1 && release(), options);
  const timer = setTimeout(release, HELD_MS);
  end.signal.addEventListener("abort", () => clearTimeout(timer));
  again();
  heights.observe(document.body);
}

function sectionOf(id: string | null): HTMLElement | null {
  return document.querySelector(
    id === null ? "main > section" : `main > section#${CSS.escape(id)}`,
  );
}

function figuresOf(section: HTMLElement | null): HTMLElement[] {
  return Array.from(section?.querySelectorAll<HTMLElement>(FIGURES) ?? []);
}

/** The index of a section's leading figure. */
function leading(figures: readonly HTMLElement[]): number {
  return Math.max(
    0,
    figures.findIndex((figure) => figure.querySelector(LIVE) !== null),
  );
}
