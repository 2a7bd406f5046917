"""Reads a picture of a scatter: which pixels show which class, and where points lie."""

import numpy as np

# Off, they leave nothing on the map but the points.
POINTS_ALONE = {"axes": False, "names": False, "drawing": False, "cursor": False}


def colour(text: str) -> np.ndarray:
    """Turn "#3f90da" into (3,) floats."""
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], float)


def classify(picture: np.ndarray, palette: list[str], ground: np.ndarray) -> np.ndarray:
    """Name the class whose colour, blended over `ground`, a pixel shows best; −1 where none does.

    Args:
        picture: (H, W, 3) uint8.
        palette: a colour for each class.
        ground: (3,) colour of the background.

    Returns:
        (H, W) labels.
    """
    ink = picture.astype(float) - ground
    residuals = []
    for name in palette:
        direction = colour(name) - ground
        alpha = np.clip(ink @ direction / (direction @ direction), 0, 1)
        residual = np.linalg.norm(ink - alpha[..., None] * direction, axis=-1)
        residuals.append(np.where(alpha < 0.35, np.inf, residual))
    stack = np.stack(residuals)
    return np.where(stack.min(0) < 12, stack.argmin(0), -1)


def counts(xy: np.ndarray, view: dict, shape: tuple[int, int]) -> np.ndarray:
    """Count the points (N, 2) that fall into each pixel of a map that shows `view`."""
    height, width = shape
    units = view["scale"] / min(height, width)
    column = np.floor(width / 2 + (xy[:, 0] - view["centre"][0]) / units).astype(int)
    row = np.floor(height / 2 - (xy[:, 1] - view["centre"][1]) / units).astype(int)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    result = np.zeros(shape, int)
    np.add.at(result, (row[inside], column[inside]), 1)
    return result
