"""The class colours of every map and figure: ten that were chosen, and more by a rule."""

# Petroff (2021), "Accessible Color Sequences for Data Visualization", ten colours: chosen for
# readers with colour vision deficiencies, and of middling lightness, so they hold on light and
# dark. Reordered so that digits that share a place on the map (3 5 8, 4 7 9) differ most.
PALETTE = (
    "#3f90da", "#ffa90e", "#bd1f01", "#92dadd", "#832db6",
    "#e76300", "#a96b59", "#b9ac70", "#717581", "#94a4a2",
)  # fmt: skip

# Beyond them the hue turns by the golden angle, so that near numbers are far apart.
_HUE_STEP = 137.508
_LIGHTNESSES = (40, 52, 64)
_SATURATIONS = (75, 50)


def class_colour(label: int) -> str:
    """Return a class's colour, "#rrggbb" or "hsl(…)".

    The page has the same beyond the palette (static/src/core/points/further-colours.ts).
    """
    if label < len(PALETTE):
        return PALETTE[label]
    n = label - len(PALETTE)
    saturation = _SATURATIONS[n // len(_LIGHTNESSES) % len(_SATURATIONS)]
    lightness = _LIGHTNESSES[n % len(_LIGHTNESSES)]
    return f"hsl({n * _HUE_STEP % 360:.2f}, {saturation}%, {lightness}%)"
