"""Tables and verdicts in Markdown."""

from collections.abc import Iterable


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Set out a table."""
    heads = list(head)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def yes(holds: bool) -> str:
    """Say whether something holds, loudly where it does not."""
    return "yes" if holds else "**no**"
