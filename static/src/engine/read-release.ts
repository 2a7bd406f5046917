// Reads the release's files: JSON as it is, points as typed arrays, a trace as its frames.

import { pointsFromColumns } from "../core/points/points";
import type { Layout, Trace } from "../core/release/release";

export type Format = "json" | "points" | "trace";

interface PointsDocument extends Pick<Layout, "statistics" | "view"> {
  labels: number[];
  x: number[];
  y: number[];
}

interface TraceDocument {
  epochs: number[];
  count: number;
  labels: number[];
  low: [number, number];
  step: [number, number];
  data: string;
}

/** Reads a file of the given format; the buffers of its arrays can be transferred. */
export async function read(json: string, format: Format): Promise<unknown> {
  if (format === "points") return parsePoints(json);
  return format === "trace" ? parseTrace(json) : JSON.parse(json);
}

/**
 * Reads a means object or a layout (whose `view` a means object lacks).
 *
 * @throws RangeError when its columns are not equally long.
 */
export function parsePoints(json: string): Layout {
  const { labels, x, y, statistics, view } = JSON.parse(json) as PointsDocument;
  return { ...pointsFromColumns(labels, x, y), statistics, view };
}

/**
 * Reads a trace: inflates it, undoes the differences between frames and the quantisation.
 *
 * @throws RangeError when its data are not as long as its epochs and its count say.
 */
export async function parseTrace(json: string): Promise<Trace> {
  const { epochs, count, labels, low, step, data } = JSON.parse(json) as TraceDocument;
  const bytes = await inflate(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
  const numbers = bytes.length / 2;
  if (numbers !== 2 * epochs.length * count) throw new RangeError("a trace is cut short");
  const whole = new Int32Array(2 * count);
  const frames = epochs.map((_, epoch) => {
    const frame = new Float32Array(2 * count);
    for (let i = 0; i < 2 * count; i++) {
      const at = 2 * count * epoch + i;
      const folded = (bytes[at] as number) | ((bytes[numbers + at] as number) << 8);
      const value = (whole[i] as number) + ((folded >> 1) ^ -(folded & 1));
      whole[i] = value;
      const axis = i < count ? 0 : 1;
      frame[2 * (i % count) + axis] = low[axis] + step[axis] * value;
    }
    return frame;
  });
  return { epochs, labels: Uint16Array.from(labels), frames };
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Finds the buffers of every typed array in a value, to hand them over instead of copying. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (Array.isArray(value)) {
    return ArrayBuffer.isView(value[0]) ? value.flatMap(buffersOf) : [];
  }
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(buffersOf);
}
