"""Reads one release for the article: its manifest and the JSON documents it names."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latent_atlas.webapp.article.own_models import has_plane, is_own
from latent_atlas.webapp.article.wording import at
from latent_atlas.webapp.disk import parse_json, read_regular

Entry = Mapping[str, Any]
"""An object of the manifest or of a document, as its JSON has it."""

KINDS = {"ae": "AE", "vae": "VAE", "cvae": "CVAE"}
"""The kinds of model that the study compares, and what they are called."""


class ReleaseView:
    """What the article's views and templates read; every document is read once.

    Args:
        manifest: the release's manifest, as it is on disk.
        objects: the folder of the release's files.
        images: by dataset and split, how many images this server can show.
    """

    def __init__(
        self,
        manifest: Entry,
        objects: Path,
        images: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        self.manifest = manifest
        splits = (images or {}).items()
        self.datasets = {name: counts["train"] for name, counts in splits if "train" in counts}
        """How many training images of each dataset this server can show."""
        self.originals = [name for name, counts in splits if "test" in counts]
        """The datasets whose test images it can show."""
        self.models: dict[str, Entry] = {
            model["id"]: {"metrics": {}} | model for model in manifest["models"]
        }
        self.recipes = {name: model for name, model in self.models.items() if not is_own(model)}
        """The models that the article speaks of by name."""
        self._objects = objects
        self._read: dict[str, Any] = {}
        self.unread: set[str] = set()
        """The documents that were asked for and are missing or damaged."""
        is_of_these = bool(self.recipes) or not self.models
        study = (self.document(manifest.get("study")) if is_of_these else None) or {}
        self.study_rows: dict[str, Entry] = {row["id"]: row for row in study.get("models", [])}
        """The study's rows by recipe, such as "study-vae-2"."""
        self.baselines: Entry = study.get("baselines") or {}
        """What was measured on MNIST without any model."""
        self._verdicts = {claim["id"]: claim["verdict"] for claim in study.get("claims", [])}

    def model(self, model_id: str) -> Entry | None:
        """Return a recipe's entry in the manifest; None: the release does not carry it."""
        return self.recipes.get(model_id)

    @property
    def default(self) -> Entry:
        """The model that the page opens with: vae-2, else the first that is easiest to walk on."""
        order = sorted(
            self.models.values(),
            key=lambda model: (
                not has_plane(model),
                not is_own(model),
                model["latent_size"] != 2,
                model["condition"] != "none",
            ),
        )
        return self.model("vae-2") or order[0]

    @property
    def own(self) -> tuple[Entry, ...]:
        """The models that are none of the recipes, the page's first one first."""
        first = self.default
        own = (model for model in self.models.values() if is_own(model))
        return tuple(sorted(own, key=lambda model: model is not first))

    @property
    def trained_on(self) -> frozenset[str]:
        """The names of the datasets that the release's models were trained on."""
        return frozenset(model.get("dataset", "") for model in self.models.values())

    def models_of(self, *model_ids: str) -> tuple[Entry, ...]:
        """Return the entries of those of these recipes that the release carries, in this order."""
        return tuple(self.recipes[model_id] for model_id in model_ids if model_id in self.recipes)

    def kinds_of(self, latent_size: int) -> dict[str, Entry]:
        """Return the models of so many latents by the kind's name."""
        return {
            name: self.recipes[f"{kind}-{latent_size}"]
            for kind, name in KINDS.items()
            if f"{kind}-{latent_size}" in self.recipes
        }

    def document(self, file: Any) -> Any:
        """Return what a JSON file of the release holds; None where it is missing or damaged.

        Args:
            file: its entry in the manifest; anything but an entry has no document.
        """
        if not isinstance(file, Mapping):
            return None
        sha256 = file["sha256"]
        if sha256 not in self._read:
            self._read[sha256] = self._verified(sha256)
        return self._read[sha256]

    def _verified(self, sha256: str) -> Any:
        try:
            data = read_regular(self._objects / f"{sha256}.json")
            if hashlib.sha256(data).hexdigest() == sha256:
                return parse_json(data)
        except (OSError, ValueError):
            pass
        self.unread.add(sha256)
        return None

    def document_of(self, model: Entry | None, name: str) -> Any:
        """Return a model's document `name`, such as "curves"; None where there is none."""
        return self.document(at(model, name))

    def report(self, model: Entry | None, *path: str) -> Any:
        """Return what stands at a path of keys in a model's report; None where it is missing."""
        return at(self.document_of(model, "report"), *path)

    def study_numbers(self, name: str, *recipes: str) -> tuple[Entry | None, ...]:
        """Return a number over the seeds, e.g. the "squared_error", of recipes such as "vae-2"."""
        return tuple(
            at(self.study_rows.get(f"study-{recipe}"), "numbers", name) for recipe in recipes
        )

    @property
    def study_grid(self) -> list[Entry]:
        """The study's rows of kind × latent size."""
        return [row for row in self.study_rows.values() if row["group"] == "grid"]

    def shown(self, claim: str) -> bool:
        """Return whether the study shows a claim; the export has judged it."""
        return self._verdicts.get(claim) == "shown"

    def refuted(self, claim: str) -> bool:
        """Return whether a claim was judged and not shown."""
        return self._verdicts.get(claim) in ("not shown", "contradicted")

    def undecided(self, claim: str) -> bool:
        """Return whether the study shows neither a claim nor its contrary."""
        return self._verdicts.get(claim) == "not shown"
