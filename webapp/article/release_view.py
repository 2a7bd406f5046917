"""Reads one release for the article: its manifest and the JSON documents it names."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from webapp.article.wording import Spread

Entry = Mapping[str, Any]
"""An object of the manifest or of a document, as its JSON has it."""


class ReleaseView:
    """What the views of the article read; everything is read once, when first asked for.

    Args:
        manifest: the release's manifest, as it is on disk.
        objects: the folder of the release's files.
        datasets: how many training images of each dataset this server can show.
        server: whether a server will send the page.
    """

    def __init__(
        self,
        manifest: Entry,
        objects: Path,
        datasets: Mapping[str, int] | None = None,
        *,
        server: bool = True,
    ) -> None:
        self.manifest = manifest
        self.datasets = dict(datasets or {})
        self.server = server
        self.models: dict[str, Entry] = {model["id"]: model for model in manifest["models"]}
        self._objects = objects
        self._read: dict[str, Any] = {}

    def model(self, model_id: str) -> Entry | None:
        """Return a model's entry in the manifest; None: the release does not carry it."""
        return self.models.get(model_id)

    @property
    def trained_on(self) -> frozenset[str]:
        """The names of the data sets that the release's models were trained on."""
        return frozenset(model.get("dataset", "") for model in self.models.values())

    def models_of(self, *model_ids: str) -> tuple[Entry, ...]:
        """Return the entries of those of these models that the release carries, in this order."""
        return tuple(self.models[model_id] for model_id in model_ids if model_id in self.models)

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
            data = (self._objects / f"{sha256}.json").read_bytes()
        except OSError:
            return None
        return json.loads(data) if hashlib.sha256(data).hexdigest() == sha256 else None

    def document_of(self, model: Entry | None, name: str) -> Any:
        """Return a model's document `name`, such as "report"; None where there is none."""
        return self.document(model.get(name)) if model else None

    def prior_samples(self, model: Entry | None) -> Entry:
        """Return what the held-out classifier says of a model's prior samples, {}: nothing."""
        samples = (self.document_of(model, "report") or {}).get("samples") or {}
        prior: Entry = samples.get("prior") or {}
        return prior

    @cached_property
    def study(self) -> Entry | None:
        """The study's document, as docs/release-format.md tells it."""
        document: Entry | None = self.document(self.manifest.get("study"))
        return document

    @cached_property
    def _study_rows(self) -> dict[str, Entry]:
        return {row["id"]: row for row in self.study["models"]} if self.study else {}

    def study_row(self, row_id: str) -> Entry | None:
        """Return the study's row of one recipe, e.g. "study-vae-2"."""
        return self._study_rows.get(row_id)

    def study_number(self, row_id: str, name: str) -> Spread | None:
        """Return a number of a row of the study over its seeds, e.g. its "squared_error"."""
        row = self.study_row(row_id)
        return Spread.of(row["numbers"].get(name)) if row else None

    def verdict(self, claim_id: str) -> str | None:
        """Return "shown", "not shown" or "contradicted"; None: the study does not judge the claim.

        The export judges; a study of an older release has no claims.
        """
        claims = (self.study or {}).get("claims", [])
        return next((claim["verdict"] for claim in claims if claim["id"] == claim_id), None)
