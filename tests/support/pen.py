"""Real pen strokes (UNIPEN text, as UCI's pendigits has them) as strokes for the drawing pad."""

from dataclasses import dataclass
from pathlib import Path

FRAME = 500
"""Side of the tablet's square that a pad stands for; the file's coordinates lie within it."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Digit:
    """One written digit."""

    label: int
    strokes: tuple[tuple[Point, ...], ...]
    """Positions in 0…1 of the pad, y downwards."""

    def pad_strokes(self, pressure: float = 0.5) -> list[list[dict[str, float]]]:
        """Return what `drawing-pad.strokes` takes."""
        return [[{"x": x, "y": y, "pressure": pressure} for x, y in run] for run in self.strokes]


def read_unipen(path: Path) -> list[Digit]:
    """Read every digit of a UNIPEN file, in its order."""
    digits: list[Digit] = []
    label, strokes, run = -1, [], None

    def finish() -> None:
        if label >= 0:
            digits.append(Digit(label, tuple(strokes)))

    for line in path.read_text().splitlines():
        if line.startswith(".SEGMENT"):
            finish()
            label, strokes, run = int(line.split('"')[1]), [], None
        elif line.startswith(".PEN_DOWN"):
            run = []
        elif line.startswith(".PEN_UP"):
            if run:
                strokes.append(tuple(run))
            run = None
        elif run is not None and not line.startswith(".") and line.strip():
            x, y = map(int, line.split())
            run.append((x / FRAME, 1 - y / FRAME))
    finish()
    return digits
