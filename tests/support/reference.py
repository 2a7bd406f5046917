"""What the models of a release on disk answer in Python: the measure of what the page draws."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

_ONE_THREAD = ort.SessionOptions()
_ONE_THREAD.intra_op_num_threads = 1


class Reference:
    """The current release of a folder, run by onnxruntime."""

    def __init__(self, models_dir: Path) -> None:
        self.models_dir = models_dir
        release = json.loads((models_dir / "current.json").read_text())["release"]
        path = models_dir / "releases" / release / "manifest.json"
        self.manifest: dict[str, Any] = json.loads(path.read_text())
        self._session = cache(self._open)

    @property
    def ids(self) -> list[str]:
        """The ids of the release's models."""
        return [model["id"] for model in self.manifest["models"]]

    def model(self, model_id: str) -> dict[str, Any]:
        """Return what the manifest says of a model."""
        return next(model for model in self.manifest["models"] if model["id"] == model_id)

    def read(self, file: dict[str, Any]) -> bytes:
        """Return the bytes of a manifest's file."""
        return (self.models_dir / file["url"].removeprefix("models/")).read_bytes()

    def read_json(self, file: dict[str, Any]) -> Any:
        """Return what a manifest's JSON file holds."""
        return json.loads(self.read(file))

    def golden(self, model_id: str) -> dict[str, Any]:
        """Return a model's golden pairs."""
        golden: dict[str, Any] = self.read_json(self.model(model_id)["golden"])
        return golden

    def decode(
        self, model_id: str, z: Sequence[Sequence[float]], labels: Sequence[int] | None = None
    ) -> np.ndarray:
        """Map z (N, d) to images (N, H·W·C) in 0…1, channels last."""
        feeds = {"z": np.asarray(z, np.float32)}
        if labels is not None:
            feeds["label"] = np.eye(self.model(model_id)["classes"], dtype=np.float32)[labels]
        (image,) = self._session(model_id, "decoder").run(["image"], feeds)
        return image.transpose(0, 2, 3, 1).reshape(len(image), -1)

    def probabilities(self, model_id: str, z: Sequence[Sequence[float]]) -> np.ndarray:
        """Map z (N, d) to what a model that classifies reads from it, (N, K)."""
        feeds = {"z": np.asarray(z, np.float32)}
        (found,) = self._session(model_id, "decoder").run(["class_probability"], feeds)
        return np.asarray(found)

    def encode(
        self, model_id: str, pixels: np.ndarray, labels: Sequence[int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Map images (N, H·W·C) in 0…1 to mu and logvar, (N, d) each; (N, 0) without one."""
        size = self.model(model_id)["image"]
        shape = (-1, size["height"], size["width"], size["channels"])
        image = np.asarray(pixels, np.float32).reshape(shape).transpose(0, 3, 1, 2)
        feeds = {"image": np.ascontiguousarray(image)}
        if labels is not None:
            feeds["label"] = np.eye(self.model(model_id)["classes"], dtype=np.float32)[labels]
        mu, *logvar = self._session(model_id, "encoder").run(None, feeds)
        return mu, logvar[0] if logvar else mu[:, :0]

    def _open(self, model_id: str, part: str) -> ort.InferenceSession:
        return ort.InferenceSession(self.read(self.model(model_id)[part]), _ONE_THREAD)
