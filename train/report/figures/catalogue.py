"""Which figures there are: the rows each shows, the runs it needs, and how it is drawn.

A figure whose runs are not there is left out by name.
"""

import io
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from train.report.figures import comparison, face_figures, latent_space, study_figures
from train.report.figures.figure_parts import Draw
from train.report.gallery import Gallery

_STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Entry:
    """One figure: its file name, the rows it shows, its caption and the runs it is drawn from."""

    name: str
    rows: tuple[str, ...]
    caption: str
    runs: tuple[str, ...]
    draw: Draw
    suffix: str = "png"


def file_name(entry: Entry) -> str:
    """Return a figure's file name."""
    return f"{entry.name}.{entry.suffix}"


def render(entry: Entry, gallery: Gallery, results: dict[str, Any]) -> bytes:
    """Draw a figure: PNG bytes, or GIF where its suffix says so.

    Raises:
        UserError: one of its runs is not finished.
    """
    with mpl.rc_context(_STYLE):
        drawing = entry.draw(gallery, results)
        if isinstance(drawing, bytes):
            return drawing
        buffer = io.BytesIO()
        FigureCanvasAgg(drawing).print_png(buffer, metadata={"Software": None})
    # 256 colours are enough for points and digits, and a third of the bytes.
    image = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, "PNG", optimize=True)
    return small.getvalue()


_VAES = ("vae-2", "vae-5", "vae-10", "vae-20", "vae-50", "vae-100")
_KINDS_10 = ("ae-10", "vae-10", "cvae-10")

FIGURES: tuple[Entry, ...] = (
    Entry(
        "architectures", ("S1.1", "S1.2"), "The two architectures.", (), comparison.architectures,
    ),
    Entry(
        "encodings", ("S1.3", "S1.4"),
        "Encodings of the test set, and the circle that encloses 99 % of them.",
        ("ae-2", "vae-2"), latent_space.maps(("ae-2", "vae-2"), circled=True),
    ),
    Entry(
        "lattice-2", ("S1.5",), "The square inscribed in that circle, decoded site by site.",
        ("ae-2", "vae-2"), comparison.lattices(("ae-2", "vae-2")),
    ),
    Entry(
        "lattice-10", ("S1.6",),
        "The same with ten latents, in the plane of the first two, the others at their mean.",
        ("ae-10", "vae-10"), comparison.lattices(("ae-10", "vae-10")),
    ),
    Entry(
        "good-and-bad", ("S1.7",),
        "From the centre of the encodings outwards: what the decoders make far from the data.",
        ("ae-2", "vae-2"), comparison.good_and_bad,
    ),
    Entry(
        "reconstructions-by-size", ("S2.1", "S2.2"),
        "Test images and their reconstructions by latent size.",
        _VAES, latent_space.reconstructions(_VAES),
    ),
    Entry(
        "prior-samples", ("S2.3",), "Samples decoded from z ~ N(0, I) by latent size.",
        (*_VAES, "cvae-2", "cvae-5"), latent_space.prior_samples((*_VAES, "cvae-2", "cvae-5")),
    ),
    Entry(
        "ellipses", ("S2.4", "S2.5"),
        "Each class as a Gaussian (one standard deviation): two halves of the training set that "
        "share no image, and the test set.", ("vae-2",), latent_space.ellipses,
    ),
    Entry(
        "grid-around-a-digit", ("S2.6",), "Around the mean of the 3s, step 0.2.", ("vae-2",),
        latent_space.grid_around("vae-2", 3, 0.2),
    ),
    Entry(
        "cvae-grid", ("S2.7",), "The CVAE told to draw a 7, around the origin, step 0.5.",
        ("cvae-2",), latent_space.grid_around("cvae-2", 7, 0.5, at_origin=True),
    ),
    Entry(
        "cvae-map", ("S2.7",), "Test encodings of the VAE and of the CVAE.",
        ("vae-2", "cvae-2"), latent_space.maps(("vae-2", "cvae-2")),
    ),
    Entry(
        "target-means", ("S0.5",), "Every digit at the place it was given (+).",
        ("target-means-vae-2",), latent_space.target_means,
    ),
    Entry(
        "regions", ("S0.6", "S0.7", "S0.8"),
        "Which class is read from z, under the test encodings, at three weights.",
        ("classifier-vae-2-w1", "classifier-vae-2-w10", "classifier-vae-2-w100"),
        latent_space.regions,
    ),
    Entry(
        "errors-by-size", ("S4.1", "S4.2"),
        "The study: squared error per test image, a point a seed, lines through the means.",
        (), study_figures.errors_by_size,
    ),
    Entry(
        "curves", ("S4.3",), "The study: training and validation loss by epoch, first seed.", (),
        study_figures.curves,
    ),
    Entry(
        "reconstructions-by-kind", ("S4.4",), "Unseen images by the three kinds at ten latents.",
        _KINDS_10, latent_space.reconstructions(_KINDS_10),
    ),
    Entry(
        "samples-by-kind", ("S4.5",),
        "z ~ N(0, I) decoded by the three kinds at ten latents; the CVAE is told the digits 0 to "
        "9 in turn.", _KINDS_10, latent_space.prior_samples(_KINDS_10),
    ),
    Entry(
        "chosen-digit", ("S4.5",), "The CVAE asked for each digit, the same twenty z in each row.",
        ("cvae-10",), latent_space.chosen_digit,
    ),
    Entry(
        "projections", ("S4.6",), "Ten latents laid out in two: PCA with densities, and t-SNE.",
        _KINDS_10, study_figures.layouts("10"),
    ),
    Entry("raw-tsne", ("S4.7",), "t-SNE of raw test digits.", ("vae-2",), study_figures.raw_digits),
    Entry(
        "pockets", ("S4.8",), "A square in the middle of the autoencoder's map, decoded.",
        ("ae-2",), comparison.pockets,
    ),
    Entry(
        "faces-by-loss", ("S1.8", "S1.10"),
        "Test faces and their reconstructions: by pixels alone, by deep features too, and against "
        "a discriminator.", face_figures.NAMES, face_figures.by_loss,
    ),
    Entry(
        "attribute-vectors", ("S1.9",),
        "Growing multiples of attribute vectors added to two test faces.", face_figures.NAMES,
        face_figures.growing_multiples,
    ),
    Entry(
        "face-samples", ("S1.10",), "The same z ~ N(0, I) decoded by the three models of faces.",
        face_figures.NAMES, face_figures.samples,
    ),
    Entry(
        "roc", ("S4.9",), "Squared reconstruction error as a score for strangers.",
        ("ae-10", "vae-2", "vae-10"), study_figures.roc,
    ),
    Entry(
        "origin-grid", ("S4.10",), "Around the origin, ±2, the CVAE told to draw a 3.",
        ("vae-2", "cvae-2"), latent_space.origin_grid,
    ),
    Entry(
        "origin-animation", ("S4.10",), "The CVAE's grid, told each digit in turn.", ("cvae-2",),
        latent_space.origin_animation, "gif",
    ),
)  # fmt: skip
