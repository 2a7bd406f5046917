"""Rows S1 and S4.8: the plain autoencoder against the variational one."""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from train.report.figures.figure_parts import Draw, Floats, new_figure, scatter, show, tiles
from train.report.gallery import Exhibit, Gallery


def architectures(_: Gallery, __: dict[str, Any]) -> Figure:
    """Draw both architectures as boxes (S1.2)."""
    figure = new_figure(7, 2.7)
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


def lattices(names: tuple[str, str], sites: int = 15) -> Draw:
    """Return a drawing of two models' lattices side by side (S1.5, S1.6)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = new_figure(7, 3.8)
        for axes, name in zip(figure.subplots(1, 2), names, strict=True):
            images, centre, half = _lattice(gallery[name], sites)
            where = f"({centre[0]:.1f}, {centre[1]:.1f}) ± {half:.1f}"
            show(axes, tiles(images, sites, 0), f"{gallery[name].recipe.title}: {where}")
        return figure

    return draw


def good_and_bad(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Decode a z among the encodings and z ever farther away, AE-2 and VAE-2 (S1.7)."""
    figure = new_figure(7, 2.3)
    factors = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
    for row, (axes, name) in enumerate(zip(figure.subplots(2, 1), ("ae-2", "vae-2"), strict=True)):
        exhibit = gallery[name]
        centre, radius = exhibit.circle()
        z = np.array([centre + np.array([f * radius, 0]) for f in factors])
        show(axes, tiles(exhibit.decode(z), len(factors), 3), "")
        axes.text(-6, 14, name.upper(), ha="right", va="center", weight="bold")
        if row == 0:
            for index, factor in enumerate(factors):
                label = {0.0: "centre", 1.0: "1 radius"}.get(factor, f"{factor:g} radii")
                axes.text(index * 31 + 14, -4, label, ha="center", va="bottom")
    return figure


def pockets(gallery: Gallery, _: dict[str, Any], sites: int = 14) -> Figure:
    """Zoom into a region of the AE's map and decode it: what lies in its pockets (S4.8)."""
    exhibit = gallery["ae-2"]
    centre, radius = exhibit.circle()
    half = radius * 0.22
    mu, labels = exhibit.test_mu, exhibit.test.labels.numpy()
    figure = new_figure(7, 3.7)
    whole, zoomed, decoded = figure.subplots(1, 3)
    scatter(whole, mu, labels, 0.8)
    corner = (centre[0] - half, centre[1] - half)
    whole.add_patch(mpl.patches.Rectangle(corner, 2 * half, 2 * half, fill=False, lw=1))
    whole.set_title("AE-2")
    scatter(zoomed, mu, labels, 4)
    zoomed.set(xlim=(corner[0], corner[0] + 2 * half), ylim=(corner[1], corner[1] + 2 * half))
    zoomed.set_title("the square")
    steps = np.linspace(-half, half, sites)
    x, y = np.meshgrid(centre[0] + steps, centre[1] - steps)
    images = exhibit.decode(np.stack([x.ravel(), y.ravel()], 1))
    show(decoded, tiles(images, sites, 0), "decoded")
    return figure
