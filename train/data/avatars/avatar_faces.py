"""What an avatar looks like: its attributes and every part, drawn from a seed and its number."""

import colorsys
import random
from typing import NamedTuple

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
_OTHER_MOUTHS = ("serious", "sad")
_EYES = ("default", "squint", "side")
_EYEBROWS = ("defaultNatural", "flatNatural", "raisedExcitedNatural")
_CLOTHING = ("shirtCrewNeck", "shirtVNeck", "hoodie")
_CLOTHES = ("3c4f5c", "5199e4", "e6e6e6", "d8635c")

Parts = dict[str, str | None]


class Face(NamedTuple):
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
    hair = _hex(*(value + shade for value in _HAIR[colour]))
    # Hair colours are equally frequent, and nothing depends on anything else.
    long_hair, hat = chance.of(0.5), chance.of(0.2)
    beard, smiling, dark = chance.of(0.35), chance.of(0.5), chance.of(0.5)
    worn = chance.between(0, 1)
    sunglasses, eyeglasses = worn < 0.25, 0.25 <= worn < 0.5
    top, brim = chance.among(_LONG if long_hair else _SHORT), chance.among(_HATS)
    facial_hair = chance.among(_BEARDS)
    accessories = chance.among(_DARK_LENSES if sunglasses else _FRAMES)
    skin = zip(*(_DARK_SKIN_RANGE if dark else _LIGHT_SKIN), strict=True)
    tone = chance.between(0, 1)
    parts: Parts = {
        "top": top,
        "hat": brim if hat else None,
        "hairColor": hair,
        "facialHair": facial_hair if beard else None,
        "facialHairColor": hair,
        "accessories": accessories if sunglasses or eyeglasses else None,
        "accessoriesColor": "1f2328",
        "skinColor": _hex(*(light + (deep - light) * tone for light, deep in skin)),
        "mouth": chance.among(("smile",) if smiling else _OTHER_MOUTHS),
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
    return _hex(*(255 * value for value in colorsys.hls_to_rgb(0.42 + 0.32 * share, 0.86, 0.5)))


def _hex(*colour: float) -> str:
    return "".join(f"{min(255, max(0, round(value))):02x}" for value in colour)
