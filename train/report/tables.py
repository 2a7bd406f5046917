"""Tables in Markdown."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Set out a table."""
    heads = list(head)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def model_table(
    models: Mapping[str, Any], columns: Iterable[tuple[str, Callable[[Any], Any], str]]
) -> str:
    """Set out models by id, a row each.

    A column is its head, the number that it takes of a model, and how that is formatted; a dash
    stands for None.
    """
    heads, values, formats = zip(*columns, strict=True)
    rows = []
    for name, model in models.items():
        found = [value(model) for value in values]
        cells = [
            "–" if own is None else spec.format(own)
            for own, spec in zip(found, formats, strict=True)
        ]
        rows.append([f"`{name}`", *cells])
    return table(("model", *heads), rows)
