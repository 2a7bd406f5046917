"""Attribute vectors: the step in latent space that adds an attribute to a face, and its effects.

Larsen et al. 2016, section 4.2: the mean encoding of the images with an attribute minus that of
the images without it. Where attributes are correlated in the data, one vector adds the other
attribute, too; a vector made orthogonal to those that it goes together with may do so less.
"""

import bisect
import dataclasses
import functools
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from latent_atlas.train.data.images import Images, batch_rows
from latent_atlas.train.models.attribute_network import AttributeNetwork, attributes_of, read
from latent_atlas.train.models.autoencoder import Autoencoder

# Multiples tried as a vector's full strength, and the share in which it has to be seen.
STRENGTHS = tuple(tenths / 10 for tenths in range(10, 31))
SEEN = 0.95
_TRIED_ON = 200
_MEASURED_ON = 1000
FORMS = ("raw", "orthogonal")
# A vector is made orthogonal to so many others at most, and keeps so much of its length that the
# largest multiple makes up for it: against all of CelebA's 39 others hardly anything would be left.
_FEW = 3
_LEAST_LENGTH = 1 / STRENGTHS[-1]


@dataclass(frozen=True)
class AttributeVectors:
    """For each of A attributes a vector in latent space, in two forms, and what it rests on."""

    names: Sequence[str]
    groups: Sequence[Sequence[int]]
    """Attributes, by number, of which at most one is true of an image."""
    count_with: Sequence[int]
    count_without: Sequence[int]
    raw: Tensor
    """(A, d)"""
    orthogonal: Tensor
    """(A, d): each without its part in the span of the vectors `against` which it was made so."""
    against: Sequence[MutableSequence[int]]
    """The attributes, by number, to whose vectors each is orthogonal."""

    def others(self, index: int) -> list[int]:
        """Return the attributes outside an attribute's group."""
        own = {index, *(other for group in self.groups if index in group for other in group)}
        return [other for other in range(len(self.names)) if other not in own]

    def to_report(self) -> dict[str, Any]:
        """Return all of it as a run's report keeps it."""
        return dataclasses.asdict(self) | {form: getattr(self, form).tolist() for form in FORMS}

    @classmethod
    def from_report(cls, kept: dict[str, Any]) -> "AttributeVectors":
        """Read what `to_report` returned, from JSON or not."""
        return cls(
            kept["names"], kept["groups"], kept["count_with"], kept["count_without"],
            torch.tensor(kept["raw"]), torch.tensor(kept["orthogonal"]),
            kept.get("against", []),  # of an older run: all those outside its group
        )  # fmt: skip


def attribute_vectors(
    mu: Tensor, attributes: Tensor, names: Sequence[str], groups: Sequence[Sequence[str]]
) -> AttributeVectors:
    """Compute the vectors of every attribute from mu (N, d), the training images' encodings.

    An attribute that all images have, or none, has no vector: it is left at zero. `attributes` is
    (N, A) of 0 and 1, and those named in one of the `groups` exclude one another.

    A vector is made orthogonal to those of the three attributes outside its group that it is
    correlated with most, but to none that would leave less than a third of its length.
    """
    has = attributes.to(mu.dtype)
    count_with = has.sum(0)
    count_without = len(mu) - count_with
    known = (count_with > 0) & (count_without > 0)
    mean_with = (has.T @ mu) / count_with.clamp_min(1)[:, None]
    mean_without = ((1 - has).T @ mu) / count_without.clamp_min(1)[:, None]
    raw = torch.where(known[:, None], mean_with - mean_without, 0.0)
    found = AttributeVectors(
        names,
        [[names.index(name) for name in group] for group in groups],
        count_with.long().tolist(),
        count_without.long().tolist(),
        raw,
        raw.clone(),
        [[] for _ in names],
    )
    together = _correlation(has)
    for index, chosen in enumerate(found.against):
        for other in sorted(found.others(index), key=lambda k: -together[index, k].item()):
            rest = _without(raw[index], raw[[*chosen, other]])
            if known[index] and known[other] and rest.norm() >= _LEAST_LENGTH * raw[index].norm():
                chosen.append(other)
                found.orthogonal[index] = rest
            if len(chosen) == _FEW:
                break
    return found


def _correlation(has: Tensor) -> Tensor:
    """Return how strongly attributes (N, A) go together or apart: |φ|, (A, A)."""
    centred = (has - has.mean(0)).double()
    lengths = centred.norm(dim=0).clamp_min(1e-12)
    return (centred.T @ centred / lengths / lengths[:, None]).abs()


def _without(vector: Tensor, others: Tensor) -> Tensor:
    """Return a vector (d,) without its part in the span of others (n, d)."""
    # Least squares in double precision: attributes that nearly coincide have vectors that do.
    span = others.T.double()
    solved = torch.linalg.lstsq(span, vector.double(), driver="gelsd")
    return vector - (span @ solved.solution).to(vector.dtype)


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

    The classifier took no part in training the model, whose encodings of the images are
    `train_mu` (N, d) and `test_mu` (M, d).

    Returns:
        {name: {form: {"full", "seen", "kept", "others"}}} for the forms `raw` and `orthogonal`.
    """
    test, test_mu = test.select(slice(0, _MEASURED_ON)), test_mu[:_MEASURED_ON]
    before = _read(model, classifier, test_mu)
    found: dict[str, dict[str, Any]] = {}
    listed = tqdm(vectors.names, "judging attributes", unit="attribute", dynamic_ncols=True)
    for index, name in enumerate(listed):
        lacking = attributes_of(test)[:, index] == 0
        tried_on = train_mu[attributes_of(train)[:, index] == 0][:_TRIED_ON]
        if len(tried_on) == 0 or not lacking.any():
            continue
        found[name] = {}
        for form in FORMS:
            step = getattr(vectors, form)[index]
            share = functools.partial(_share_seen, model, classifier, tried_on, step, index)
            place = bisect.bisect_left(STRENGTHS, SEEN, key=share)  # more is not seen less often
            full = STRENGTHS[min(place, len(STRENGTHS) - 1)]
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


def _share_seen(
    model: Autoencoder,
    classifier: AttributeNetwork,
    mu: Tensor,
    step: Tensor,
    index: int,
    strength: float,
) -> float:
    """Return in what share of the decodings of mu + strength · step an attribute is read."""
    return float(_read(model, classifier, mu + strength * step)[:, index].double().mean())


def _read(model: Autoencoder, classifier: AttributeNetwork, z: Tensor) -> Tensor:
    """Return what the classifier reads from the decodings of z (N, d): (N, A) bool."""
    rows = batch_rows(torch.empty(1, *model.image_shape))
    pictures = (torch.sigmoid(model.decode(part)) for part in z.split(rows))
    return torch.cat([read(classifier, part) for part in pictures])
