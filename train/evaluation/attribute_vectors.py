"""Attribute vectors: the step in latent space that adds an attribute to a face, and its effects.

Larsen et al. 2016, section 4.2: the mean encoding of the images with an attribute minus that of
the images without it. Where attributes are correlated in the data, one vector adds the other
attribute, too; a vector made orthogonal to the others does so less.
"""

import bisect
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from train.data.images import Images, batch_rows
from train.models.attribute_network import AttributeNetwork, attributes_of, read
from train.models.autoencoder import Autoencoder

# Multiples tried as a vector's full strength, and the share in which it has to be seen.
STRENGTHS = tuple(tenths / 10 for tenths in range(10, 31))
SEEN = 0.95
_TRIED_ON = 200
_MEASURED_ON = 1000
FORMS = ("raw", "orthogonal")


@dataclass(frozen=True)
class AttributeVectors:
    """For each of A attributes a vector in latent space, in two forms, and what it rests on."""

    names: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    """Attributes, by number, of which at most one is true of an image."""
    count_with: tuple[int, ...]
    count_without: tuple[int, ...]
    raw: Tensor
    """(A, d)"""
    orthogonal: Tensor
    """(A, d): each without its part in the span of the vectors outside its group."""

    def others(self, index: int) -> list[int]:
        """Return the attributes outside an attribute's group."""
        own = {index, *(other for group in self.groups if index in group for other in group)}
        return [other for other in range(len(self.names)) if other not in own]

    def to_report(self) -> dict[str, Any]:
        """Return all of it as a run's report keeps it."""
        return dataclasses.asdict(self) | {form: self.form(form).tolist() for form in FORMS}

    @classmethod
    def from_report(cls, kept: dict[str, Any]) -> "AttributeVectors":
        """Read what `to_report` returned, from JSON or not."""
        return cls(
            tuple(kept["names"]), tuple(tuple(group) for group in kept["groups"]),
            tuple(kept["count_with"]), tuple(kept["count_without"]),
            *(torch.tensor(kept[form]) for form in FORMS),
        )  # fmt: skip

    def form(self, name: str) -> Tensor:
        """Return the vectors (A, d) of a form, `raw` or `orthogonal`."""
        return self.raw if name == "raw" else self.orthogonal


def attribute_vectors(
    mu: Tensor, attributes: Tensor, names: Sequence[str], groups: Sequence[Sequence[str]]
) -> AttributeVectors:
    """Compute the vectors of every attribute from encodings.

    An attribute that all images have, or none, has no vector: it is left at zero.

    Args:
        mu: (N, d), means of q(z | x) of the training images.
        attributes: (N, A) of 0 and 1.
        names: A names.
        groups: names of attributes that exclude one another.
    """
    has = attributes.to(mu.dtype)
    count_with = has.sum(0)
    count_without = len(mu) - count_with
    known = (count_with > 0) & (count_without > 0)
    mean_with = (has.T @ mu) / count_with.clamp_min(1)[:, None]
    mean_without = ((1 - has).T @ mu) / count_without.clamp_min(1)[:, None]
    raw = torch.where(known[:, None], mean_with - mean_without, 0.0)
    numbers = {name: index for index, name in enumerate(names)}
    found = AttributeVectors(
        tuple(names),
        tuple(tuple(numbers[name] for name in group) for group in groups),
        tuple(int(n) for n in count_with),
        tuple(int(n) for n in count_without),
        raw,
        raw.clone(),
    )
    for index in range(len(names)):
        span = raw[found.others(index)]
        if len(span):
            # Least squares: what of the vector the others explain. In double precision, because
            # attributes that nearly coincide have vectors that nearly do.
            solved = torch.linalg.lstsq(span.T.double(), raw[index].double(), driver="gelsd")
            found.orthogonal[index] -= (span.T.double() @ solved.solution).to(raw.dtype)
    return found


@torch.no_grad()
def effects(
    vectors: AttributeVectors, model: Autoencoder, classifier: AttributeNetwork,
    train_mu: Tensor, train: Images, test_mu: Tensor, test: Images,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Measure what adding each vector at full strength does to test faces that lack it.

    Full strength is the smallest multiple, from 1 to 3, at which the held-out classifier sees the
    attribute in 95 % of 200 training faces that lack it. At most 1,000 test faces are measured.
    Attributes are read from decoded faces: `seen` is the share in which the attribute is read
    afterwards, `others`, for each attribute outside its group, the share in which that is read as
    before, `kept` their mean.

    Args:
        vectors: of the model.
        model: in evaluation mode, on the CPU.
        classifier: reads attributes of decoded faces; it took no part in training the model.
        train_mu: (N, d).
        train: the N training images, with attributes.
        test_mu: (M, d).
        test: the M test images, with attributes.

    Returns:
        {name: {form: {"full", "seen", "kept", "others"}}} for the forms `raw` and `orthogonal`.
    """
    test, test_mu = test.select(slice(0, _MEASURED_ON)), test_mu[:_MEASURED_ON]
    before = _read(model, classifier, test_mu)
    found: dict[str, dict[str, Any]] = {}
    for index, name in enumerate(vectors.names):
        lacking = attributes_of(test)[:, index] == 0
        tried_on = train_mu[attributes_of(train)[:, index] == 0][:_TRIED_ON]
        if len(tried_on) == 0 or not lacking.any():
            continue
        found[name] = {}
        for form in FORMS:
            step = vectors.form(form)[index]
            full = _full_strength(model, classifier, tried_on, step, index)
            after = _read(model, classifier, test_mu[lacking] + full * step)
            same = (after == before[lacking]).float().mean(0)
            others = {vectors.names[o]: float(same[o]) for o in vectors.others(index)}
            found[name][form] = {
                "full": full,
                "seen": float(after[:, index].float().mean()),
                "kept": sum(others.values()) / max(1, len(others)),
                "others": others,
            }
    return found


def _full_strength(
    model: Autoencoder, classifier: AttributeNetwork, mu: Tensor, step: Tensor, index: int
) -> float:
    """Find the smallest multiple that is enough: more of a vector is not seen less often."""

    def is_enough(strength: float) -> bool:
        seen = _read(model, classifier, mu + strength * step)[:, index]
        return bool(seen.float().mean() >= SEEN)

    found = bisect.bisect_left(STRENGTHS, True, key=is_enough)
    return STRENGTHS[min(found, len(STRENGTHS) - 1)]


def _read(model: Autoencoder, classifier: AttributeNetwork, z: Tensor) -> Tensor:
    """Return what the classifier reads from the decodings of z (N, d): (N, A) bool."""
    rows = batch_rows(torch.empty(1, *model.image_shape))
    return torch.cat(
        [read(classifier, torch.sigmoid(model.decode(part))) for part in z.split(rows)]
    )
