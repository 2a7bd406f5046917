"""What an avatar looks like: its attributes and every part, drawn from a seed and its number."""

import colorsys
import random
from dataclasses import dataclass

HAIR_COLOURS = ("black", "brown", "blond", "red", "grey")
ATTRIBUTES = (
    *(f"{colour} hair" for colour in HAIR_COLOURS),
    "long hair", "hat", "beard", "sunglasses", "eyeglasses", "smiling", "dark skin",
)  # fmt: skip
GROUPS = (
    tuple(f"{colour} hair" for colour in HAIR_COLOURS),
    ("sunglasses", "eyeglasses"),
)
"""Attributes of which a face has at most one."""

# How often a face has each. Hair colours are equally frequent; nothing depends on anything else.
_LONG_HAIR = 0.5
_HAT = 0.2
_BEARD = 0.35
_SUNGLASSES = 0.25
_EYEGLASSES = 0.25
_SMILING = 0.5
_DARK_SKIN = 0.5

# Far enough from one another, and from both ranges of skin, to be distinguished at 64 × 64.
_HAIR = {
    "black": (25, 22, 27), "brown": (98, 56, 28), "blond": (247, 208, 92),
    "red": (206, 70, 18), "grey": (165, 170, 176),
}  # fmt: skip
_HAIR_SPREAD = 7
_LIGHT_SKIN = ((255, 219, 184), (235, 183, 140))
_DARK_SKIN_RANGE = ((170, 112, 68), (128, 80, 52))
_SHORT = (
    "shortFlat", "shortRound", "shortWaved", "shortCurly", "dreads01", "theCaesarAndSidePart",
)  # fmt: skip
_LONG = (
    "bob", "straight01", "straight02", "straightAndStrand", "longButNotTooLong", "miaWallace",
)  # fmt: skip
_HATS = ("d8433f", "2f6fb5", "2e8b63", "7a4fa3")
_BEARDS = ("beardLight", "beardMedium", "beardMajestic")
_DARK_LENSES = ("sunglasses", "wayfarers")
_FRAMES = ("prescription01", "prescription02")
_SMILES = ("smile",)
_OTHER_MOUTHS = ("serious", "sad")
_EYES = ("default", "squint", "side")
_EYEBROWS = ("defaultNatural", "flatNatural", "raisedExcitedNatural")
_CLOTHING = ("shirtCrewNeck", "shirtVNeck", "hoodie")
_CLOTHES = ("3c4f5c", "5199e4", "e6e6e6", "d8635c")

Colour = tuple[int, int, int]
Parts = dict[str, str | None]


@dataclass(frozen=True)
class Face:
    """One avatar: its parts by their DiceBear names, and its attributes."""

    parts: Parts
    hair: int
    attributes: tuple[bool, ...]


class _Chance:
    """Chooses by `random()` alone, whose numbers Python keeps the same from version to version."""

    def __init__(self, seed: int, index: int) -> None:
        self._random = random.Random(f"{seed}/{index}").random  # noqa: S311

    def of(self, share: float) -> bool:
        return self._random() < share

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random()

    def among(self, values: tuple[str, ...]) -> str:
        return values[int(self._random() * len(values))]


def face(seed: int, index: int) -> Face:
    """Draw the avatar of number `index`; it depends on these two numbers and on nothing else."""
    chance = _Chance(seed, index)
    colour = chance.among(HAIR_COLOURS)
    shade = chance.between(-_HAIR_SPREAD, _HAIR_SPREAD)
    red, green, blue = _HAIR[colour]
    hair = _hex((red + shade, green + shade, blue + shade))
    long_hair, hat = chance.of(_LONG_HAIR), chance.of(_HAT)
    beard, smiling, dark = chance.of(_BEARD), chance.of(_SMILING), chance.of(_DARK_SKIN)
    worn = chance.between(0, 1)
    sunglasses = worn < _SUNGLASSES
    eyeglasses = not sunglasses and worn < _SUNGLASSES + _EYEGLASSES
    top, brim = chance.among(_LONG if long_hair else _SHORT), chance.among(_HATS)
    facial_hair = chance.among(_BEARDS)
    accessories = chance.among(_DARK_LENSES if sunglasses else _FRAMES)
    parts: Parts = {
        "top": top,
        "hat": brim if hat else None,
        "hairColor": hair,
        "facialHair": facial_hair if beard else None,
        "facialHairColor": hair,
        "accessories": accessories if sunglasses or eyeglasses else None,
        "accessoriesColor": "1f2328",
        "skinColor": _mix(*(_DARK_SKIN_RANGE if dark else _LIGHT_SKIN), chance.between(0, 1)),
        "mouth": chance.among(_SMILES if smiling else _OTHER_MOUTHS),
        "eyes": chance.among(_EYES),
        "eyebrows": chance.among(_EYEBROWS),
        "clothing": chance.among(_CLOTHING),
        "clothesColor": chance.among(_CLOTHES),
        "backgroundColor": _background(chance.between(0, 1)),
    }
    true = {
        f"{colour} hair": True, "long hair": long_hair, "hat": hat, "beard": beard,
        "sunglasses": sunglasses, "eyeglasses": eyeglasses, "smiling": smiling, "dark skin": dark,
    }  # fmt: skip
    attributes = tuple(true.get(name, False) for name in ATTRIBUTES)
    return Face(parts, HAIR_COLOURS.index(colour), attributes)


def _background(share: float) -> str:
    """Return a pale colour between green and violet: no hair and no skin has one."""
    red, green, blue = colorsys.hls_to_rgb(0.42 + 0.32 * share, 0.86, 0.5)
    return _hex((255 * red, 255 * green, 255 * blue))


def _mix(first: Colour, second: Colour, share: float) -> str:
    return _hex(
        (
            first[0] + (second[0] - first[0]) * share,
            first[1] + (second[1] - first[1]) * share,
            first[2] + (second[2] - first[2]) * share,
        )
    )


def _hex(colour: tuple[float, float, float]) -> str:
    return "".join(f"{min(255, max(0, round(value))):02x}" for value in colour)
