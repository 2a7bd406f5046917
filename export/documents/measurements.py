"""Everything measured of a run, rounded for the page."""

from typing import Any

import numpy as np

from export.documents.json_numbers import to_json
from train.rounding import significant

# What train.evaluation measures; the rest of a report is about the run, and in the manifest.
_MEASURED = (
    "test", "errors", "knn", "linear_probe", "active_units", "samples",
    "anomaly", "classifier", "style", "faces", "judge_accuracy_by_attribute",
)  # fmt: skip
_ROC_POINTS = 60
# Closer together where false positives are few: that is where the curves bend.
_ROC_SPACING = 1.5


def report_json(report: dict[str, Any]) -> bytes:
    """Write what was measured of a run on the test set.

    Its layout is that of docs/release-format.md, “Report”.
    """
    document = {name: report[name] for name in _MEASURED if name in report}
    if document.get("anomaly") is not None:
        document["anomaly"] = {
            kind: found | {"roc": _thinned(found["roc"])}
            for kind, found in document["anomaly"].items()
        }
    return to_json(significant(document, 5))


def _thinned(roc: dict[str, list[float]]) -> dict[str, list[float]]:
    last = len(roc["false_positive"]) - 1
    spaced = last * np.linspace(0, 1, _ROC_POINTS) ** _ROC_SPACING
    kept = np.unique(spaced.round().astype(int))
    return {name: [values[index] for index in kept] for name, values in roc.items()}
