"""Makes a few invented images in CelebA's own files, in exactly its formats."""

from pathlib import Path

import numpy as np
from PIL import Image

NAMES = (
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs",
    "Big_Lips", "Big_Nose", "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows",
    "Chubby", "Double_Chin", "Eyeglasses", "Goatee", "Gray_Hair", "Heavy_Makeup",
    "High_Cheekbones", "Male", "Mouth_Slightly_Open", "Mustache", "Narrow_Eyes", "No_Beard",
    "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks", "Sideburns",
    "Smiling", "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat", "Wearing_Lipstick",
    "Wearing_Necklace", "Wearing_Necktie", "Young",
)  # fmt: skip
HAIR = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Bald")
COUNT = 40
"""Of every ten images the first six are for training, two for validation, two for testing."""


def name(index: int) -> str:
    """Return the file name of an image, counted from 0."""
    return f"{index + 1:06d}.jpg"


def make_celeba(root: Path, count: int = COUNT) -> Path:
    """Write `celeba/` under `root`; the hair of image i is HAIR[i % 5]. Return the folder."""
    folder = root / "celeba"
    images = folder / "img_align_celeba"
    images.mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows, parts = [], []
    for index in range(count):
        Image.fromarray(picture(index)).save(images / name(index), quality=95)
        values = {one: rng.random() < 0.5 for one in NAMES}
        values |= {hair: HAIR[index % len(HAIR)] == hair for hair in HAIR}
        signs = " ".join(" 1" if values[one] else "-1" for one in NAMES)
        rows.append(f"{name(index)} {signs}\n")
        parts.append(f"{name(index)} {[0, 0, 0, 0, 0, 0, 1, 1, 2, 2][index % 10]}\n")
    table = f"{count}\n{' '.join(NAMES)} \n{''.join(rows)}"
    (folder / "list_attr_celeba.txt").write_text(table)
    (folder / "list_eval_partition.txt").write_text("".join(parts))
    return folder


def picture(index: int) -> np.ndarray:
    """Return an image (218, 178, 3): a border that the crop cuts away around a slow gradient."""
    y, x = np.mgrid[:218, :178].astype(np.float32)
    pixels = np.stack([y, x, np.full_like(x, 6 * index)], -1).clip(0, 255).astype(np.uint8)
    pixels[:30] = pixels[-30:] = 255
    pixels[:, :12] = pixels[:, -12:] = 255
    return pixels
