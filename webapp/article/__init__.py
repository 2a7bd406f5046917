"""The article: its sections in page order, and the typed view that each section's template prints.

A view is computed here from the release, in `<id>_view.py`; sentences stand in the templates.
"""

from collections.abc import Callable
from dataclasses import dataclass

from webapp.article import (
    autoencoders_view,
    classify_view,
    control_view,
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
from webapp.article.release_view import ReleaseView


@dataclass(frozen=True)
class Section:
    """A section of the page; template, script and styles share its id."""

    id: str
    title: str
    """What the navigation calls it."""
    build: Callable[[ReleaseView], object | None] = lambda _: None
    """Returns the section's view; None: the release lacks what the section needs."""


SECTIONS = (
    Section("hover", "Walk", hover_view.build),
    Section("autoencoders", "Autoencoders", autoencoders_view.build),
    Section("inside", "Inside", inside_view.build),
    Section("training", "Training", training_view.build),
    Section("draw", "Draw", draw_view.build),
    Section("shape", "Shape", shape_view.build),
    Section("labels", "Ten digits", labels_view.build),
    Section("control", "Control", control_view.build),
    Section("classify", "Classify", classify_view.build),
    Section("dimensions", "Dimensions", dimensions_view.build),
    Section("faces", "Faces", faces_view.build),
    Section("numbers", "Numbers", numbers.build),
    Section("lab", "Lab", lab_view.build),
)


def build_article(release: ReleaseView) -> dict[str, object | None]:
    """Compute the view of every section, by the section's id."""
    return {section.id: section.build(release) for section in SECTIONS}
