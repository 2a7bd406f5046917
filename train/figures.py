"""The figures of the feature table, drawn from finished runs and from the study's results.

Each figure is a function of the runs in a Gallery; FIGURES says which rows it shows and which
runs it needs, so that a figure whose runs are not there is left out by name.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, FancyArrowPatch, FancyBboxPatch
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import gaussian_kde

from train.data import CLASS_NAMES, as_float
from train.gallery import Exhibit, Gallery
from train.palette import PALETTE
from train.projections import PCA_IMAGES, TSNE_IMAGES, tsne
from train.samples import draw_prior

Floats = NDArray[np.floating[Any]]
Drawing = Figure | bytes
Draw = Callable[[Gallery, dict[str, Any]], Drawing]

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
_DPI = 110
_TIGHT: Any = {"handletextpad": 0, "columnspacing": 0.8}
_KIND_COLOURS = {"ae": "#e76300", "vae": "#3f90da", "cvae": "#832db6"}
_KIND_NAMES = {"ae": "AE", "vae": "VAE", "cvae": "CVAE"}


@dataclass(frozen=True)
class Entry:
    """One figure: its file name, the rows it shows, its caption and the runs it is drawn from."""

    name: str
    rows: tuple[str, ...]
    caption: str
    runs: tuple[str, ...]
    draw: Draw
    suffix: str = "png"


def render(entry: Entry, gallery: Gallery, study: dict[str, Any]) -> bytes:
    """Draw a figure: PNG bytes, or GIF where its suffix says so.

    Raises:
        UserError: one of its runs is not finished.
    """
    with mpl.rc_context(_STYLE):
        drawing = entry.draw(gallery, study)
        if isinstance(drawing, bytes):
            return drawing
        buffer = io.BytesIO()
        FigureCanvasAgg(drawing).print_png(buffer, metadata={"Software": None})
    # 256 colours are enough for points and digits, and a third of the bytes.
    image = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, "PNG", optimize=True)
    return small.getvalue()


# ---------------------------------------------------------------------------------- small parts


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), dpi=_DPI)


def _scatter(axes: Axes, points: Floats, labels: NDArray[np.int64], size: float = 1.2) -> None:
    colours = np.array(PALETTE)[labels % len(PALETTE)]
    axes.scatter(points[:, 0], points[:, 1], s=size, c=colours, linewidths=0, alpha=0.6)
    low, high = np.quantile(points, [0.002, 0.998], axis=0)
    middle, half = (low + high) / 2, (high - low).max() * 0.54
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    axes.set_aspect("equal")


def _legend(figure: Figure, names: Sequence[str]) -> None:
    handles = [
        mpl.lines.Line2D([], [], marker="o", ls="", ms=4, color=PALETTE[i], label=name)
        for i, name in enumerate(names)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(names), **_TIGHT)


def _tiles(images: Floats, columns: int, gap: int = 1) -> Floats:
    """Set images (N, H, W) out in rows of `columns`, with white gaps: (rows', columns')."""
    count, height, width = images.shape
    rows = -(-count // columns)
    sheet = np.ones((rows * (height + gap) - gap, columns * (width + gap) - gap), np.float32)
    for index, image in enumerate(images):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = 1 - image
    return sheet


def _show(axes: Axes, sheet: Floats, title: str = "") -> None:
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title)
    axes.set_axis_off()


def _lattice(exhibit: Exhibit, sites: int) -> tuple[Floats, Floats, float]:
    """Decode the square lattice inscribed in the 99 % circle: images, centre and half its side.

    For more than two latents the plane of the first two coordinates is taken, the others at the
    mean of the encodings.
    """
    centre, radius = exhibit.circle()
    half = radius / np.sqrt(2)
    steps = np.linspace(-half, half, sites)
    x, y = np.meshgrid(centre[0] + steps, centre[1] - steps)
    z = np.tile(exhibit.test_mu.mean(0), (sites * sites, 1))
    z[:, 0], z[:, 1] = x.ravel(), y.ravel()
    return exhibit.decode(z), centre, half


# ---------------------------------------------------------------------- S1: AE against VAE


def architectures(_: Gallery, __: dict[str, Any]) -> Figure:
    """Draw both architectures as boxes (S1.2)."""
    figure = _figure(7, 2.7)
    for row, (axes, name) in enumerate(zip(figure.subplots(2, 1), ("AE", "VAE"), strict=True)):
        latent = "z = μ" if name == "AE" else "z = μ + σ · ε"
        boxes = [("x", 0.5), ("encoder", 1.5), ("μ" if name == "AE" else "μ, log σ²", 1.3)]
        boxes += [(latent, 1.6), ("decoder", 1.5), ("x̂", 0.5)]
        place = 0.0
        for index, (text, width) in enumerate(boxes):
            accent = "#3f90da" if index in (2, 3) else "#888888"
            axes.add_patch(
                FancyBboxPatch(
                    (place, 0.2), width, 0.6, boxstyle="round,pad=0.05", fc="white", ec=accent
                )
            )
            axes.text(place + width / 2, 0.5, text, ha="center", va="center")
            if index + 1 < len(boxes):
                ends = (place + width + 0.08, 0.5), (place + width + 0.42, 0.5)
                axes.add_patch(FancyArrowPatch(*ends, arrowstyle="->", mutation_scale=9))
            place += width + 0.5
        if row == 1:
            axes.text(4.9, 1.12, "ε ~ N(0, I)", ha="center")
        loss = (
            "loss = −log p(x | z)" if row == 0 else "loss = −log p(x | z) + KL(q(z | x) ‖ N(0, I))"
        )
        axes.text(place - 0.2, 0.5, loss, va="center", color="#555555")
        axes.set(xlim=(-0.2, 14), ylim=(-0.1, 1.4))
        axes.set_title("Autoencoder" if name == "AE" else "Variational autoencoder", loc="left")
        axes.set_axis_off()
    return figure


def encodings(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw the test encodings of AE-2 beside VAE-2 with the 99 % circle (S1.3, S1.4)."""
    figure = _figure(7, 3.9)
    for axes, name in zip(figure.subplots(1, 2), ("ae-2", "vae-2"), strict=True):
        exhibit = gallery[name]
        _scatter(axes, exhibit.test_mu, exhibit.test.labels.numpy())
        centre, radius = exhibit.circle()
        axes.add_patch(Circle((centre[0], centre[1]), radius, fill=False, ec="#333333", lw=0.8))
        axes.set_xlim(centre[0] - radius * 1.15, centre[0] + radius * 1.15)
        axes.set_ylim(centre[1] - radius * 1.15, centre[1] + radius * 1.15)
        axes.set_title(exhibit.recipe.title)
    _legend(figure, CLASS_NAMES["mnist"])
    return figure


def lattices(names: tuple[str, str], sites: int = 15) -> Draw:
    """Return a drawing of two models' lattices side by side (S1.5, S1.6)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = _figure(7, 3.8)
        for axes, name in zip(figure.subplots(1, 2), names, strict=True):
            images, centre, half = _lattice(gallery[name], sites)
            where = f"({centre[0]:.1f}, {centre[1]:.1f}) ± {half:.1f}"
            _show(axes, _tiles(images, sites, 0), f"{gallery[name].recipe.title}: {where}")
        return figure

    return draw


def good_and_bad(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Decode a z among the encodings and z ever farther away, AE-2 and VAE-2 (S1.7)."""
    figure = _figure(7, 2.3)
    factors = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
    for row, (axes, name) in enumerate(zip(figure.subplots(2, 1), ("ae-2", "vae-2"), strict=True)):
        exhibit = gallery[name]
        centre, radius = exhibit.circle()
        z = np.array([centre + np.array([f * radius, 0]) for f in factors])
        _show(axes, _tiles(exhibit.decode(z), len(factors), 3), "")
        axes.text(-6, 14, name.upper(), ha="right", va="center", weight="bold")
        if row == 0:
            for index, factor in enumerate(factors):
                label = {0.0: "centre", 1.0: "1 radius"}.get(factor, f"{factor:g} radii")
                axes.text(index * 31 + 14, -4, label, ha="center", va="bottom")
    return figure


# ------------------------------------------------------------- S2: what the space looks like


def reconstructions(names: Sequence[str], count: int = 20) -> Draw:
    """Return a drawing of test images over their reconstructions by several models (S2.2, S4.4)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        part = gallery[names[0]].test.select(slice(0, count))
        rows = [as_float(part.pixels).mean(1).numpy()]
        rows += [gallery[name].reconstruct(part) for name in names]
        return _rows(rows, ["test images", *names])

    return draw


def _rows(rows: Sequence[Floats], names: Sequence[str]) -> Figure:
    """Draw rows of images (N, H, W) under each other, each with its name before it."""
    columns = len(rows[0])
    figure = _figure(7, 0.2 + len(rows) * 6.0 / columns)
    axes = figure.subplots()
    _show(axes, _tiles(np.concatenate(list(rows)), columns, 2))
    height = rows[0].shape[1] + 2
    for index, name in enumerate(names):
        axes.text(-5, index * height + height / 2 - 1, name, ha="right", va="center")
    return figure


def prior_samples(names: Sequence[str], count: int = 20) -> Draw:
    """Return a drawing of samples decoded from z ~ N(0, I) (S2.3, S4.5)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        rows = []
        for name in names:
            exhibit = gallery[name]
            z, labels = draw_prior(exhibit.model, count, seed=3)
            if exhibit.recipe.condition == "none":
                rows.append(exhibit.decode(z.numpy()))
            else:
                each = [exhibit.decode(z[i : i + 1].numpy(), int(labels[i])) for i in range(count)]
                rows.append(np.concatenate(each))
        return _rows(rows, names)

    return draw


def chosen_digit(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw a chosen digit from the CVAE: the same twenty z under each label (S4.5)."""
    z, _labels = draw_prior(gallery["cvae-10"].model, 20, seed=5)
    rows = [gallery["cvae-10"].decode(z.numpy(), digit) for digit in range(10)]
    return _rows(rows, [str(digit) for digit in range(10)])


def ellipses(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw each class's Gaussian over the map, from two halves and from the test set (S2.4, 5)."""
    exhibit = gallery["vae-2"]
    figure = _figure(7, 2.9)
    labels = exhibit.images.labels.numpy()
    half = np.random.default_rng(0).permutation(len(labels)) < len(labels) // 2
    parts = (
        ("one half", exhibit.mu[half], labels[half]),
        ("the other half", exhibit.mu[~half], labels[~half]),
        ("the test set", exhibit.test_mu, exhibit.test.labels.numpy()),
    )
    for axes, (name, mu, own) in zip(figure.subplots(1, 3), parts, strict=True):
        shown = slice(0, 8000)
        axes.scatter(
            mu[shown, 0], mu[shown, 1], s=0.4, linewidths=0, alpha=0.4,
            c=np.array(PALETTE)[own[shown]],
        )  # fmt: skip
        for digit in range(10):
            _ellipse(axes, mu[own == digit], PALETTE[digit], str(digit))
        axes.set(title=name, xlim=(-3.6, 3.6), ylim=(-3.6, 3.6), aspect="equal")
    return figure


def _ellipse(axes: Axes, points: Floats, colour: str, text: str) -> None:
    """Draw the contour of a Gaussian at one standard deviation."""
    mean, covariance = points.mean(0), np.cov(points.T)
    values, vectors = np.linalg.eigh(covariance)
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    width, height = 2 * np.sqrt(values[1]), 2 * np.sqrt(values[0])
    ellipse = Ellipse((mean[0], mean[1]), width, height, angle=angle, fill=False, ec=colour, lw=1.4)
    axes.add_patch(ellipse)
    axes.text(mean[0], mean[1], text, ha="center", va="center", weight="bold", fontsize=7)


def grid_around(
    name: str, digit: int, step: float, sites: int = 9, at_origin: bool = False
) -> Draw:
    """Return a grid of decoded digits with the coordinates on each tile (S2.6, S2.7)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        exhibit = gallery[name]
        own = exhibit.mu[exhibit.images.labels.numpy() == digit]
        centre = np.zeros(2) if at_origin else own.mean(0)
        steps = (np.arange(sites) - sites // 2) * step
        x, y = np.meshgrid(centre[0] + steps, centre[1] - steps)
        z = np.stack([x.ravel(), y.ravel()], axis=1)
        images = exhibit.decode(z, digit if exhibit.recipe.condition != "none" else None)
        figure = _figure(5.4, 5.4)
        axes = figure.subplots()
        _show(axes, _tiles(images, sites, 7))
        for index, (a, b) in enumerate(z):
            left, bottom = index % sites * 35 + 14, index // sites * 35 + 34
            axes.text(left, bottom, f"{a:.1f}, {b:.1f}", ha="center", va="bottom", fontsize=4.5)
        return figure

    return draw


def cvae_map(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw the CVAE's encodings beside the VAE's: classes cannot be told apart (S2.7)."""
    figure = _figure(7, 3.9)
    for axes, name in zip(figure.subplots(1, 2), ("vae-2", "cvae-2"), strict=True):
        exhibit = gallery[name]
        _scatter(axes, exhibit.test_mu, exhibit.test.labels.numpy())
        axes.set_title(exhibit.recipe.title, wrap=True)
    _legend(figure, CLASS_NAMES["mnist"])
    return figure


# ----------------------------------------------------------------- S0: control and classes


def target_means(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw the map whose classes were each given a place (S0.5)."""
    exhibit = gallery["target-means-vae-2"]
    figure = _figure(4.6, 5)
    axes = figure.subplots()
    _scatter(axes, exhibit.test_mu, exhibit.test.labels.numpy(), 2)
    for digit, (x, y) in enumerate(exhibit.recipe.prior_means):
        axes.plot(x, y, "+", color="#222222", ms=9)
        axes.text(x + 0.9, y + 0.9, str(digit), weight="bold")
    axes.set(xlim=(-16, 16), ylim=(-25, 16))
    return figure


def regions(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw decision regions under the encodings at three weights (S0.6, S0.7, S0.8)."""
    figure = _figure(7, 2.9)
    weights = (1, 10, 100)
    for axes, weight in zip(figure.subplots(1, 3), weights, strict=True):
        exhibit = gallery[f"classifier-vae-2-w{weight}"]
        mu = exhibit.test_mu
        reach = float(np.quantile(np.abs(mu), 0.998)) * 1.1
        side = np.linspace(-reach, reach, 240, dtype=np.float32)
        x, y = np.meshgrid(side, side)
        with torch.no_grad():
            z = torch.from_numpy(np.stack([x.ravel(), y.ravel()], 1))
            read = exhibit.model.class_scores(z).argmax(1).view(240, 240).numpy()
        colours = np.array([mpl.colors.to_rgb(colour) for colour in PALETTE])
        axes.imshow(
            1 - 0.45 * (1 - colours[read]), origin="lower", extent=(-reach, reach, -reach, reach)
        )
        own = np.array(PALETTE)[exhibit.test.labels.numpy()]
        axes.scatter(mu[:, 0], mu[:, 1], s=0.6, linewidths=0, c=own)
        accuracy = exhibit.report["classifier"]["accuracy"]
        axes.set_title(f"weight {weight}: reads {accuracy:.1%}")
    _legend(figure, CLASS_NAMES["mnist"])
    return figure


# ------------------------------------------------------------------- S4: the study in numbers


def errors_by_size(_: Gallery, study: dict[str, Any]) -> Figure:
    """Draw squared error by latent size, three kinds, every seed (S4.2)."""
    figure = _figure(5, 3)
    axes = figure.subplots()
    for kind, colour in _KIND_COLOURS.items():
        rows = sorted(
            (run["recipe"]["latent_size"], run["errors"]["squared_error"])
            for run in study["runs"]
            if run["group"] == "grid" and run["id"].startswith(f"study-{kind}-")
        )
        sizes = sorted({size for size, _ in rows})
        means = [np.mean([error for own, error in rows if own == size]) for size in sizes]
        axes.plot(sizes, means, color=colour, label=_KIND_NAMES[kind])
        axes.scatter(
            [size for size, _ in rows], [error for _, error in rows], s=9, color=colour, alpha=0.6
        )
    axes.set(
        xscale="log", xlabel="latent size", ylabel="squared error per test image", ylim=(0, None)
    )
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.legend()
    return figure


def curves(_: Gallery, study: dict[str, Any]) -> Figure:
    """Draw training and validation curves of each run of the grid, first seed (S4.3)."""
    figure = _figure(7.2, 3.8)
    grid = figure.subplots(3, 6)
    first = min(run["seed"] for run in study["runs"])
    for row, kind in enumerate(_KIND_COLOURS):
        own = [
            run
            for run in study["runs"]
            if run["id"].startswith(f"study-{kind}-") and run["seed"] == first
        ]
        own.sort(key=lambda run: run["recipe"]["latent_size"])
        for axes, run in zip(grid[row], own, strict=True):
            axes.plot(run["curves"]["loss"], lw=1, color="#3f90da", label="training")
            axes.plot(run["curves"]["held_out_loss"], lw=1, color="#e76300", label="validation")
            axes.set_title(f"{_KIND_NAMES[kind]}-{run['recipe']['latent_size']}", fontsize=7)
            tail = run["curves"]["held_out_loss"]
            axes.set_ylim(min(tail) * 0.8, tail[min(1, len(tail) - 1)] * 1.15)
    handles, names = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def projections(name: str) -> Draw:
    """Return PCA scatter and 1-D density, and t-SNE, of the three kinds (S4.6)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = _figure(7, 5.6)
        grid = figure.subplots(3, 3, height_ratios=(1, 3, 3))
        for column, kind in enumerate(_KIND_COLOURS):
            exhibit = gallery[f"{kind}-{name}"]
            pca, layout = exhibit.projections["pca"], exhibit.projections["tsne"]
            labels = exhibit.images.labels[:PCA_IMAGES].numpy()
            low, high = np.quantile(pca[:, 0], [0.002, 0.998])
            line = np.linspace(low, high, 120)
            top, middle, bottom = grid[:, column]
            for digit in range(10):
                density = gaussian_kde(pca[labels == digit, 0])(line)
                top.plot(line, density, lw=0.9, color=PALETTE[digit])
            top.set(yticks=[], title=f"{_KIND_NAMES[kind]}-{name}")
            _scatter(middle, pca, labels, 0.8)
            _scatter(bottom, layout, exhibit.test.labels[:TSNE_IMAGES].numpy(), 1.5)
            bottom.set(xticks=[], yticks=[])
        grid[0, 0].set_ylabel("density of\nthe first axis")
        grid[1, 0].set_ylabel("PCA")
        grid[2, 0].set_ylabel("t-SNE")
        _legend(figure, CLASS_NAMES["mnist"])
        return figure

    return draw


def raw_tsne(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw t-SNE of raw test digits (S4.7)."""
    some = gallery["vae-2"].test.select(slice(0, TSNE_IMAGES))
    layout = tsne(as_float(some.pixels).flatten(1).numpy())
    figure = _figure(4.6, 4.9)
    axes = figure.subplots()
    _scatter(axes, layout, some.labels.numpy(), 3)
    axes.set(xticks=[], yticks=[])
    _legend(figure, CLASS_NAMES["mnist"])
    return figure


def pockets(gallery: Gallery, _: dict[str, Any], sites: int = 14) -> Figure:
    """Zoom into a region of the AE's map and decode it: what lies in its pockets (S4.8)."""
    exhibit = gallery["ae-2"]
    centre, radius = exhibit.circle()
    half = radius * 0.22
    mu, labels = exhibit.test_mu, exhibit.test.labels.numpy()
    figure = _figure(7, 3.7)
    whole, zoomed, decoded = figure.subplots(1, 3)
    _scatter(whole, mu, labels, 0.8)
    corner = (centre[0] - half, centre[1] - half)
    whole.add_patch(mpl.patches.Rectangle(corner, 2 * half, 2 * half, fill=False, lw=1))
    whole.set_title("AE-2")
    _scatter(zoomed, mu, labels, 4)
    zoomed.set(xlim=(corner[0], corner[0] + 2 * half), ylim=(corner[1], corner[1] + 2 * half))
    zoomed.set_title("the square")
    steps = np.linspace(-half, half, sites)
    x, y = np.meshgrid(centre[0] + steps, centre[1] - steps)
    images = exhibit.decode(np.stack([x.ravel(), y.ravel()], 1))
    _show(decoded, _tiles(images, sites, 0), "decoded")
    return figure


def roc(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw ROC curves of the reconstruction error as a score (S4.9)."""
    figure = _figure(7, 2.8)
    names = {"fashion-mnist": "Fashion-MNIST", "rotated": "turned by 90°", "noise": "noise"}
    for axes, run_id in zip(
        figure.subplots(1, 3, sharey=True), ("ae-10", "vae-2", "vae-10"), strict=True
    ):
        anomaly = gallery[run_id].report["anomaly"]
        for key, name in names.items():
            found = anomaly[key]
            rates = found["roc"]["false_positive"], found["roc"]["true_positive"]
            axes.plot(*rates, lw=1.3, label=f"{name}: {found['auc']:.3f}")
        axes.plot([0, 1], [0, 1], color="#bbbbbb", lw=0.8, zorder=0)
        axes.set(title=run_id, xlabel="digits taken for strangers", aspect="equal")
        axes.legend(loc="lower right", title="area under curve")
    return figure


def origin_grid(gallery: Gallery, _: dict[str, Any], sites: int = 10) -> Figure:
    """Draw 10×10 digits decoded around the origin, VAE and CVAE (S4.10)."""
    figure = _figure(7, 3.8)
    for axes, name in zip(figure.subplots(1, 2), ("vae-2", "cvae-2"), strict=True):
        exhibit = gallery[name]
        images = exhibit.decode(_origin_lattice(sites), 3)
        _show(axes, _tiles(images, sites, 0), exhibit.recipe.title)
    return figure


def origin_animation(gallery: Gallery, _: dict[str, Any], sites: int = 10) -> bytes:
    """Animate the CVAE's 10×10 grid over the classes: GIF bytes (S4.10)."""
    frames = []
    for digit in range(10):
        sheet = _tiles(gallery["cvae-2"].decode(_origin_lattice(sites), digit), sites, 0)
        frames.append(Image.fromarray(np.rint(sheet * 255).astype(np.uint8), "L").quantize(16))
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=700, loop=0)
    return buffer.getvalue()


def _origin_lattice(sites: int) -> Floats:
    steps = np.linspace(-2, 2, sites)
    x, y = np.meshgrid(steps, -steps)
    return np.stack([x.ravel(), y.ravel()], axis=1)


_VAES = ("vae-2", "vae-5", "vae-10", "vae-20", "vae-50", "vae-100")
_KINDS_10 = ("ae-10", "vae-10", "cvae-10")

FIGURES: tuple[Entry, ...] = (
    Entry("architectures", ("S1.1", "S1.2"), "The two architectures.", (), architectures),
    Entry(
        "encodings", ("S1.3", "S1.4"),
        "Encodings of the test set, and the circle that encloses 99 % of them.",
        ("ae-2", "vae-2"), encodings,
    ),
    Entry(
        "lattice-2", ("S1.5",), "The square inscribed in that circle, decoded site by site.",
        ("ae-2", "vae-2"), lattices(("ae-2", "vae-2")),
    ),
    Entry(
        "lattice-10", ("S1.6",),
        "The same with ten latents, in the plane of the first two, the others at their mean.",
        ("ae-10", "vae-10"), lattices(("ae-10", "vae-10")),
    ),
    Entry(
        "good-and-bad", ("S1.7",),
        "From the centre of the encodings outwards: what the decoders make far from the data.",
        ("ae-2", "vae-2"), good_and_bad,
    ),
    Entry(
        "reconstructions-by-size", ("S2.1", "S2.2"),
        "Test images and their reconstructions by latent size.", _VAES, reconstructions(_VAES),
    ),
    Entry(
        "prior-samples", ("S2.3",), "Samples decoded from z ~ N(0, I) by latent size.",
        (*_VAES, "cvae-2", "cvae-5"), prior_samples((*_VAES, "cvae-2", "cvae-5")),
    ),
    Entry(
        "ellipses", ("S2.4", "S2.5"),
        "Each class as a Gaussian (one standard deviation): two halves of the training set that "
        "share no image, and the test set.", ("vae-2",), ellipses,
    ),
    Entry(
        "grid-around-a-digit", ("S2.6",), "Around the mean of the 3s, step 0.2.", ("vae-2",),
        grid_around("vae-2", 3, 0.2),
    ),
    Entry(
        "cvae-grid", ("S2.7",), "The CVAE told to draw a 7, around the origin, step 0.5.",
        ("cvae-2",), grid_around("cvae-2", 7, 0.5, at_origin=True),
    ),
    Entry(
        "cvae-map", ("S2.7",), "Test encodings of the VAE and of the CVAE.",
        ("vae-2", "cvae-2"), cvae_map,
    ),
    Entry(
        "target-means", ("S0.5",), "Every digit at the place it was given (+).",
        ("target-means-vae-2",), target_means,
    ),
    Entry(
        "regions", ("S0.6", "S0.7", "S0.8"),
        "Which class is read from z, under the test encodings, at three weights.",
        ("classifier-vae-2-w1", "classifier-vae-2-w10", "classifier-vae-2-w100"), regions,
    ),
    Entry(
        "errors-by-size", ("S4.1", "S4.2"),
        "The study: squared error per test image, a point a seed, lines through the means.",
        (), errors_by_size,
    ),
    Entry(
        "curves", ("S4.3",), "The study: training and validation loss by epoch, first seed.", (),
        curves,
    ),
    Entry(
        "reconstructions-by-kind", ("S4.4",), "Unseen images by the three kinds at ten latents.",
        _KINDS_10, reconstructions(_KINDS_10),
    ),
    Entry(
        "samples-by-kind", ("S4.5",),
        "z ~ N(0, I) decoded by the three kinds at ten latents; the CVAE is told the digits 0 to "
        "9 in turn.", _KINDS_10, prior_samples(_KINDS_10),
    ),
    Entry(
        "chosen-digit", ("S4.5",), "The CVAE asked for each digit, the same twenty z in each row.",
        ("cvae-10",), chosen_digit,
    ),
    Entry(
        "projections", ("S4.6",), "Ten latents laid out in two: PCA with densities, and t-SNE.",
        _KINDS_10, projections("10"),
    ),
    Entry("raw-tsne", ("S4.7",), "t-SNE of raw test digits.", ("vae-2",), raw_tsne),
    Entry(
        "pockets", ("S4.8",), "A square in the middle of the autoencoder's map, decoded.",
        ("ae-2",), pockets,
    ),
    Entry(
        "roc", ("S4.9",), "Squared reconstruction error as a score for strangers.",
        ("ae-10", "vae-2", "vae-10"), roc,
    ),
    Entry(
        "origin-grid", ("S4.10",), "Around the origin, ±2, the CVAE told to draw a 3.",
        ("vae-2", "cvae-2"), origin_grid,
    ),
    Entry(
        "origin-animation", ("S4.10",), "The CVAE's grid, told each digit in turn.", ("cvae-2",),
        origin_animation, "gif",
    ),
)  # fmt: skip
