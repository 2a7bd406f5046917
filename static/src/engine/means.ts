// The encoded training means of a model: from their JSON to points and class statistics.

import { type ClassStatistics, type Points, pointsFromColumns } from "../core/points";

export interface Means extends Points {
  readonly statistics: ClassStatistics[];
}

interface MeansDocument {
  labels: number[];
  x: number[];
  y: number[];
  statistics: ClassStatistics[];
}

/**
 * Reads a means object.
 *
 * @throws RangeError when its columns are not equally long.
 */
export function parseMeans(json: string): Means {
  const { labels, x, y, statistics } = JSON.parse(json) as MeansDocument;
  return { ...pointsFromColumns(labels, x, y), statistics };
}
