"""Which figures there are: what each shows and how it is drawn.

They are those that a reader compares with the tables; the page shows the rest live.
"""

import io
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from latent_atlas.train.report.face_results import ALL
from latent_atlas.train.report.figures import latent_space, study_figures
from latent_atlas.train.report.figures.figure_parts import Draw
from latent_atlas.train.report.gallery import Gallery

_STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "legend.frameon": False,
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Entry:
    """One figure: its name, the rows of the feature table it shows, its caption."""

    name: str
    rows: str
    caption: str
    draw: Draw


def render(entry: Entry, gallery: Gallery, results: dict[str, Any]) -> bytes:
    """Draw a figure as a PNG.

    Raises:
        UserError: one of its runs is not finished.
    """
    with mpl.rc_context(_STYLE):
        buffer = io.BytesIO()
        figure = entry.draw(gallery, results)
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})
    # 256 colours are enough for points and digits, and a third of the bytes.
    image = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, "PNG", optimize=True)
    return small.getvalue()


_VAES = ("vae-2", "vae-5", "vae-10", "vae-20", "vae-50", "vae-100")
_KINDS_10 = ("ae-10", "vae-10", "cvae-10")

FIGURES: tuple[Entry, ...] = (
    Entry(
        "encodings", "S1.3, S1.4",
        "Encodings of the test set, and the circle that encloses 99 % of them.",
        latent_space.encodings,
    ),
    Entry(
        "reconstructions-by-size", "S2.1, S2.2",
        "Test images and their reconstructions by latent size.",
        latent_space.reconstructions(*_VAES),
    ),
    Entry(
        "prior-samples", "S2.3", "Samples decoded from z ~ N(0, I) by latent size.",
        latent_space.prior_samples(*_VAES, "cvae-2", "cvae-5"),
    ),
    Entry(
        "ellipses", "S2.4, S2.5",
        "Each class as a Gaussian (one standard deviation): two halves of the training set that "
        "share no image, and the test set.", latent_space.ellipses,
    ),
    Entry(
        "regions", "S0.6, S0.7, S0.8",
        "The class read from each z, under the test encodings, at three weights.",
        latent_space.regions,
    ),
    Entry(
        "errors-by-size", "S4.1, S4.2",
        "The study: squared error per test image, a point a seed, lines through the means.",
        study_figures.errors_by_size,
    ),
    Entry(
        "curves", "S4.3", "The study: training and validation loss by epoch, first seed.",
        study_figures.curves,
    ),
    Entry(
        "reconstructions-by-kind", "S4.4", "Test images by the three kinds at ten latents.",
        latent_space.reconstructions(*_KINDS_10),
    ),
    Entry(
        "samples-by-kind", "S4.5",
        "z ~ N(0, I) decoded by the three kinds at ten latents; the CVAE is given the labels 0 to "
        "9 in turn.", latent_space.prior_samples(*_KINDS_10),
    ),
    Entry(
        "projections", "S4.6", "Ten latents laid out in two: PCA with densities, and t-SNE.",
        study_figures.layouts,
    ),
    Entry(
        "faces-by-loss", "S1.8, S1.10",
        "Test faces and their reconstructions, trained by pixels alone, by deep features too, and "
        "against a discriminator.",
        latent_space.reconstructions(*ALL),
    ),
    Entry(
        "attribute-vectors", "S1.9",
        "Growing multiples of attribute vectors added to two test faces.",
        latent_space.growing_multiples,
    ),
    Entry(
        "face-samples", "S1.10", "The same z ~ N(0, I) decoded by the three models of faces.",
        latent_space.prior_samples(*ALL),
    ),
    Entry(
        "roc", "S4.9",
        "Squared reconstruction error as a score for out-of-distribution inputs.",
        study_figures.roc,
    ),
)  # fmt: skip
