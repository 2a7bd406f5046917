// The marks of a chart's lines: shapes that differ without their colours.

export type Marker = "circle" | "square" | "triangle";

/** Returns a mark `size` wide around the origin, as an SVG path. */
export function markerPath(marker: Marker, size: number): string {
  const r = size / 2;
  if (marker === "circle")
    return `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
  if (marker === "square") {
    const half = 0.89 * r; // as much ink as the circle
    return `M${-half},${-half}h${2 * half}v${2 * half}h${-2 * half}Z`;
  }
  return `M0,${-1.25 * r}L${1.2 * r},${0.85 * r}L${-1.2 * r},${0.85 * r}Z`;
}
