// The plane in cells: log p(x, z) at their middles, the integral over them, and finer ones.

/** n rectangles of the plane. */
export interface Cells {
  /** (n, 2) middles. */
  readonly z: Float32Array;
  /** (n, 2) widths and heights. */
  readonly sides: Float32Array;
}

/** Cells that know log p(x, z) = log p(x|z) + log N(z; 0, I) at their middles, (n,) in nats. */
export interface JointCells extends Cells {
  readonly logJoint: Float64Array;
}

/** Returns log p(x, z) at n points of the plane, (n, 2) → (n,), in nats. */
export type LogJoint = (z: Float32Array) => Promise<Float64Array>;

/** How far the lattice reaches on either side of 0, and how much finer it is in the middle. */
const REACH = 5;
const BEND = 2.3;
/** A cell is split into this many rows and columns: an odd number keeps its middle. */
const PARTS = 3;
/** Cells that touch may be apart by this share, as rounded, and a part is smaller by more than that. */
const TOUCH = 1e-3;
const MUCH = 2;

/**
 * Returns the cells of a square lattice over [−5, 5]², row by row from the lowest.
 *
 * Their edges lie at 5 sinh(2.3 t) / sinh(2.3) for equal steps of t: where the prior's mass is
 * they are a third as wide as equal ones would be at the rim.
 */
export function latticeCells(side: number): Cells {
  const edge = (i: number): number =>
    (REACH * Math.sinh(BEND * ((2 * i) / side - 1))) / Math.sinh(BEND);
  const middles = Array.from({ length: side }, (_, i) => (edge(i) + edge(i + 1)) / 2);
  const widths = Array.from({ length: side }, (_, i) => edge(i + 1) - edge(i));
  const pairs = (axis: readonly number[]): Float32Array =>
    Float32Array.from(axis.flatMap((y) => axis.flatMap((x) => [x, y])));
  return { z: pairs(middles), sides: pairs(widths) };
}

/** Adds log N(z; 0, I) to log p(x|z), in place. */
export function withPrior(logLikelihoods: Float64Array, z: Float32Array): Float64Array {
  for (let i = 0; i < logLikelihoods.length; i++) {
    const [x, y] = [z[2 * i] as number, z[2 * i + 1] as number];
    (logLikelihoods[i] as number) -= (x * x + y * y) / 2 + Math.log(2 * Math.PI);
  }
  return logLikelihoods;
}

/** Returns the log of each summand of p(x): the joint density, times the area of the cell. */
export function logMasses({ sides, logJoint }: JointCells): Float64Array {
  return logJoint.map(
    (nats, i) => nats + Math.log((sides[2 * i] as number) * (sides[2 * i + 1] as number)),
  );
}

/** Returns log Σ exp(values). */
export function logSumExp(values: Float64Array): number {
  const top = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return top + Math.log(values.reduce((total, value) => total + Math.exp(value - top), 0));
}

/** Returns the indices of at most `most` cells, the heaviest first, within `nats` of the heaviest. */
export function heaviest(masses: Float64Array, most: number, nats: number): number[] {
  const top = masses.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const order = Array.from(masses.keys()).filter((i) => (masses[i] as number) > top - nats);
  return order.sort((a, b) => (masses[b] as number) - (masses[a] as number)).slice(0, most);
}

/**
 * Returns the cells beside a much smaller one whose density is within `nats` of the highest: there a
 * shape would end at the edge of a cell whose middle lies beyond it.
 */
export function coarseNeighbours({ z, sides, logJoint }: JointCells, nats: number): number[] {
  const top = logJoint.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const dense = Array.from(logJoint.keys()).filter((i) => (logJoint[i] as number) > top - nats);
  const along = (axis: number, a: number, b: number): boolean => {
    const reach = ((sides[2 * a + axis] as number) + (sides[2 * b + axis] as number)) / 2;
    const apart = (z[2 * a + axis] as number) - (z[2 * b + axis] as number);
    return Math.abs(apart) < reach * (1 + TOUCH);
  };
  return Array.from(logJoint.keys()).filter((i) =>
    dense.some(
      (j) =>
        (sides[2 * i] as number) > MUCH * (sides[2 * j] as number) &&
        along(0, i, j) &&
        along(1, i, j),
    ),
  );
}

export function pick({ z, sides, logJoint }: JointCells, indices: readonly number[]): JointCells {
  const two = (from: Float32Array): Float32Array =>
    Float32Array.from(indices.flatMap((i) => [from[2 * i] as number, from[2 * i + 1] as number]));
  return {
    z: two(z),
    sides: two(sides),
    logJoint: Float64Array.from(indices, (i) => logJoint[i] as number),
  };
}

/** Splits some cells into 3 × 3 each; the middle one's value is known. */
export async function split(
  cells: JointCells,
  indices: readonly number[],
  logJointAt: LogJoint,
): Promise<JointCells> {
  const chosen = new Set(indices);
  const kept = pick(
    cells,
    Array.from(cells.logJoint.keys()).filter((i) => !chosen.has(i)),
  );
  const z: number[] = [];
  const sides: number[] = [];
  for (const i of indices) {
    const [x, y] = [cells.z[2 * i] as number, cells.z[2 * i + 1] as number];
    const width = (cells.sides[2 * i] as number) / PARTS;
    const height = (cells.sides[2 * i + 1] as number) / PARTS;
    for (let part = 0; part < PARTS * PARTS; part++) {
      const [column, row] = [(part % PARTS) - 1, Math.floor(part / PARTS) - 1];
      if (column === 0 && row === 0) continue;
      z.push(x + column * width, y + row * height);
      sides.push(width, height);
    }
  }
  const middles = pick(cells, indices);
  const around = { z: Float32Array.from(z), sides: Float32Array.from(sides) };
  return joined(
    kept,
    { ...middles, sides: middles.sides.map((side) => side / PARTS) },
    { ...around, logJoint: await logJointAt(around.z) },
  );
}

function joined(...all: readonly JointCells[]): JointCells {
  return {
    z: Float32Array.from(all.flatMap(({ z }) => Array.from(z))),
    sides: Float32Array.from(all.flatMap(({ sides }) => Array.from(sides))),
    logJoint: Float64Array.from(all.flatMap(({ logJoint }) => Array.from(logJoint))),
  };
}
