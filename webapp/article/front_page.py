"""What the page says of the release as a whole: its title, its summary, the data behind it."""

from dataclasses import dataclass

from latent_atlas.webapp.article.own_models import is_own, noun
from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at, count

_SOURCES = {
    "mnist": "MNIST (LeCun, Cortes; CC BY-SA 3.0)",
    "fashion-mnist": "Fashion-MNIST (Zalando SE; MIT)",
    "avatars": "faces from Avataaars (Pablo Stanley)",
    "celeba": "CelebA (Liu et al.; for research only)",
    "images": "images of the user’s own",
}
"""Data sets, as the foot of the page credits them; any other by its own name."""


@dataclass(frozen=True)
class FrontPage:
    """What page.html prints of the release."""

    title: str
    description: str
    deck: str
    """The sentences under the page's title."""
    sources: tuple[str, ...]
    """The datasets that the models were trained on, those of the recipes first."""


def front_page(release: ReleaseView) -> FrontPage:
    """Return what the page says of the release as a whole."""
    model = release.default
    found = release.trained_on - {""}
    sources = [text for name, text in _SOURCES.items() if name in found]
    sources += sorted(found - _SOURCES.keys())
    if not is_own(model):
        title = "walk through variational autoencoders"
        network = "a variational autoencoder"
    else:
        title = model["title"]
        network = f"the model “{title}”"
    images = noun(model) + "s" if is_own(model) else "handwritten digits"
    number = at(model, "metrics", "train_images")
    number = 60_000 if number is None and not is_own(model) else number
    many = images if number is None else f"{count(number)} {images}"
    return FrontPage(
        f"Latent Atlas: {title}",
        f"Move over a map of {many} and watch {network} turn every point into an image, "
        "in your browser.",
        f"{many[0].upper()}{many[1:]}, squeezed to {_numbers(model)} each. "
        "Point anywhere; the network draws what belongs there.",
        tuple(sources),
    )


def _numbers(model: Entry) -> str:
    """Say how many latents a model has: "two numbers"."""
    size = model["latent_size"]
    return f"{'two' if size == 2 else size} number{'s' * (size != 1)}"
