"""How much of the class an encoding holds: nearest neighbours and a linear classifier."""

import contextlib
import warnings
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

NEIGHBOURS = 5
LABELLED = (100, 1000)
DRAWS = 10
_TREE_DIMENSIONS = 3
# More do not move the accuracy's second digit.
_PROBE_IMAGES = 20_000


def knn_accuracy(
    mu: Floats, labels: Labels, test_mu: Floats, test_labels: Labels, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Return the accuracy of five nearest neighbours in latent space, by number of labels known.

    For 100 and 1,000 labels: mean and standard deviation over ten random draws of them, as many
    of each class as there is room for. For all of them ("all") there is nothing to draw.
    `mu` (N, d) and `labels` (N,) are of the training images, (M, d) and (M,) of the test images.
    """
    rng = np.random.default_rng(seed)
    found = {}
    for count in LABELLED:
        if count < len(mu):
            known = [_balanced(labels, count, rng) for _ in range(DRAWS)]
            draws = [_knn(mu[rows], labels[rows], test_mu, test_labels) for rows in known]
            found[str(count)] = {"mean": float(np.mean(draws)), "std": float(np.std(draws, ddof=1))}
    found["all"] = {"mean": _knn(mu, labels, test_mu, test_labels), "std": 0.0}
    return found


def _knn(mu: Floats, labels: Labels, test_mu: Floats, test_labels: Labels) -> float:
    # A tree of a few dimensions is quick; of more it is slower than comparing with all.
    algorithm = "kd_tree" if mu.shape[1] <= _TREE_DIMENSIONS else "brute"
    with _many_classes():
        model = KNeighborsClassifier(min(NEIGHBOURS, len(mu)), algorithm=algorithm).fit(mu, labels)
        return float((model.predict(test_mu) == test_labels).mean())


@contextlib.contextmanager
def _many_classes() -> Iterator[None]:
    """Keep scikit-learn from asking whether labels of so many classes are numbers to fit."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        yield


def _balanced(labels: Labels, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose `count` indices, class by class in turn until none is left of any."""
    shuffled = rng.permutation(len(labels))
    place = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        own = shuffled[labels[shuffled] == label]
        place[own] = np.arange(len(own))
    return shuffled[np.argsort(place[shuffled], kind="stable")][:count]


def linear_probe(mu: Floats, labels: Labels, test_mu: Floats, test_labels: Labels) -> float:
    """Return the test accuracy of logistic regression on standardised encodings.

    Args as for `knn_accuracy`; it is fitted to the first 20,000 training images.
    """
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, tol=1e-3))
    with _many_classes():
        probe.fit(mu[:_PROBE_IMAGES], labels[:_PROBE_IMAGES])
        return float(probe.score(test_mu, test_labels))
