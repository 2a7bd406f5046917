// Where a cloud of points is thick and where it has holes.

import { type Bounds, type Point, squareOf } from "../geometry/viewport";
import { nearestPoints } from "./nearest";
import type { Points } from "./points";

export interface Disc {
  readonly centre: Point;
  readonly radius: number;
}

/** Cells along each side of the grids: a hole's centre is found to within half a cell. */
const CELLS = 160;
const COARSE = 48;

/** The circle around the mean of the points that encloses a share of them. */
export function circleOf({ count, xy }: Points, share: number): Disc {
  let [x, y] = [0, 0];
  for (let i = 0; i < count; i++) {
    x += (xy[2 * i] as number) / count;
    y += (xy[2 * i + 1] as number) / count;
  }
  const distances = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const right = (xy[2 * i] as number) - x;
    const up = (xy[2 * i + 1] as number) - y;
    distances[i] = Math.sqrt(right * right + up * up); // hypot takes many times as long
  }
  distances.sort();
  const radius = distances[Math.max(0, Math.ceil(share * count) - 1)] ?? 0;
  return { centre: [x, y], radius };
}

const squareAround = ({ centre, radius }: Disc): Bounds => squareOf({ centre, scale: 2 * radius });

/** How many points fall into each cell of a square, (cells · cells,), lowest row first. */
function countCells({ count, xy }: Points, { min, max }: Bounds, cells: number): Uint32Array {
  const counts = new Uint32Array(cells * cells);
  const units = cells / (max[0] - min[0]);
  for (let i = 0; i < count; i++) {
    const column = Math.floor(((xy[2 * i] as number) - min[0]) * units);
    const row = Math.floor(((xy[2 * i + 1] as number) - min[1]) * units);
    if (column >= 0 && column < cells && row >= 0 && row < cells) {
      const at = row * cells + column;
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return counts;
}

/** The middle of the cell within `disc` that holds the most points. */
export function densestPlace(points: Points, disc: Disc): Point {
  const square = squareAround(disc);
  const counts = countCells(points, square, COARSE);
  const best = counts.indexOf(Math.max(...counts));
  return middleOf(best, square, COARSE);
}

function middleOf(cell: number, { min, max }: Bounds, cells: number): Point {
  const step = (max[0] - min[0]) / cells;
  return [min[0] + ((cell % cells) + 0.5) * step, min[1] + (Math.floor(cell / cells) + 0.5) * step];
}

/**
 * The largest disc inside `disc` in which no point lies.
 *
 * Its centre is searched for on a grid, by the distance of each cell to the nearest one that holds
 * a point; its radius is then exact for that centre.
 */
export function emptiestDisc(points: Points, disc: Disc): Disc {
  const square = squareAround(disc);
  const step = (2 * disc.radius) / CELLS;
  const squared = squaredDistances(countCells(points, square, CELLS), CELLS);
  let best: Disc = { centre: disc.centre, radius: 0 };
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    const upTo = Math.sqrt(squared[cell] as number) * step;
    if (upTo <= best.radius) continue;
    const centre = middleOf(cell, square, CELLS);
    const radius = Math.min(upTo, disc.radius - distance(centre, disc.centre));
    if (radius > best.radius) best = { centre, radius };
  }
  const [nearest = 0] = nearestPoints(points, best.centre, 1);
  const place: Point = [points.xy[2 * nearest] ?? Infinity, points.xy[2 * nearest + 1] ?? Infinity];
  const toRim = disc.radius - distance(best.centre, disc.centre);
  return { centre: best.centre, radius: Math.min(distance(place, best.centre), toRim) };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** The squared distance, in cells, of every cell to the nearest occupied one; first by column. */
function squaredDistances(counts: Uint32Array, cells: number): Float32Array {
  const far = 4 * cells;
  const down = new Float32Array(cells * cells);
  for (let column = 0; column < cells; column++) {
    for (let row = 0, gap = far; row < cells; row++) {
      gap = counts[row * cells + column] === 0 ? gap + 1 : 0;
      down[row * cells + column] = gap;
    }
    for (let row = cells - 1, gap = far; row >= 0; row--) {
      const at = row * cells + column;
      gap = counts[at] === 0 ? gap + 1 : 0;
      down[at] = Math.min(gap, down[at] as number) ** 2;
    }
  }
  const squared = new Float32Array(cells * cells);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      let nearest = Infinity;
      // Outwards from the cell itself: whatever lies farther off cannot be nearer.
      for (let away = 0; away < cells && away ** 2 < nearest; away++) {
        for (const at of [column - away, column + away]) {
          if (at < 0 || at >= cells) continue;
          nearest = Math.min(nearest, away ** 2 + (down[row * cells + at] as number));
        }
      }
      squared[row * cells + column] = nearest;
    }
  }
  return squared;
}
