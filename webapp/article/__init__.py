"""The article: its sections in page order, and the view that each section's template prints.

A view holds what has to be computed or chosen, in `<id>_view.py`; sentences stand in the templates,
which look single numbers up in the release.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from latent_atlas.webapp.article import (
    autoencoders_view,
    classify_view,
    dimensions_view,
    draw_view,
    faces_view,
    hover_view,
    inside_view,
    lab_view,
    labels_view,
    numbers,
    shape_view,
    training_view,
)
from latent_atlas.webapp.article.release_view import ReleaseView


@dataclass(frozen=True)
class Section:
    """A section of the page; template, script and styles share its id."""

    id: str
    title: str
    """What the navigation calls it."""
    build: Callable[[ReleaseView], object | None]
    """Returns the section's view; None: the release lacks what the section needs."""
    own_title: str | None = None
    """What the navigation calls it where it is of the user's own models; None: the same."""


SECTIONS = (
    Section("hover", "Walk", hover_view.build),
    Section("draw", "Draw", draw_view.build),
    Section("inside", "Inside", inside_view.build),
    Section("training", "Training", training_view.build),
    Section("shape", "Shape", shape_view.build),
    Section("autoencoders", "Autoencoders", autoencoders_view.build),
    Section("labels", "Ten digits", labels_view.build, own_title="Labels"),
    Section("control", "Control", lambda release: release.model("target-means-vae-2")),
    Section("classify", "Classify", classify_view.build),
    Section("dimensions", "Dimensions", dimensions_view.build),
    Section("faces", "Faces", faces_view.build),
    Section("numbers", "Numbers", numbers.build),
    Section("lab", "Lab", lab_view.build),
)


def build_article(release: ReleaseView) -> dict[str, object | None]:
    """Compute the view of every section, by the section's id; None: the page goes without it."""
    return {section.id: section.build(release) for section in SECTIONS}


def titles(article: Mapping[str, object | None]) -> dict[str, str]:
    """Return what the navigation calls the sections that the page has, by id, in their order."""
    return {
        section.id: section.own_title
        if section.own_title and getattr(article[section.id], "is_own", False)
        else section.title
        for section in SECTIONS
        if article[section.id] is not None
    }
