"""What a graph says of itself: the text properties in its ONNX file."""

SCHEMA = "latent-atlas release format 1"
"""What gives the properties, inputs and outputs their meaning: docs/release-format.md."""
VALUE_RANGE = "0..1"
"""Of the pixels, those taken and those returned."""
_DATASET_LICENCES = {
    "mnist": "CC BY-SA 3.0",
    "fashion-mnist": "MIT",
    "avatars": "free for personal and commercial use",
    "celeba": "non-commercial research, not to be passed on",
}


def graph_metadata(
    *,
    name: str,
    kind: str,
    condition: str,
    dataset: str,
    latent_size: int,
    commit: str | None,
    licence: str | None,
) -> dict[str, str]:
    """Return the text properties of a model's graphs, by key.

    `licence` is the model's; None, or a dataset of unknown licence: "unknown".
    """
    return {
        "id": name,
        "kind": kind,
        "condition": condition,
        "latent_size": str(latent_size),
        "value_range": VALUE_RANGE,
        "dataset": dataset,
        "dataset_licence": _DATASET_LICENCES.get(dataset, "unknown"),
        "licence": licence or "unknown",
        "schema": SCHEMA,
        "commit": str(commit),
    }
