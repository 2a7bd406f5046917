"""A model's map in a notebook, by anywidget: `Widget("my-atlas", model="my-vae")`.

The page's script and the release's files travel through the kernel, so no server is needed.
"""

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from latent_atlas.program import install_command, shipped_releases
from latent_atlas.train.errors import UserError

try:
    import anywidget
    import traitlets
except ModuleNotFoundError as error:
    raise ImportError(
        f"The package '{error.name}' is missing; install it with {install_command('notebook')}."
    ) from None

_DIST = Path(__file__).resolve().parent / "static" / "dist"


class _Release(Protocol):
    """What `publish` returns."""

    @property
    def folder(self) -> Path: ...


class _Numbers(traitlets.List[Any]):
    """A list that any sequence of numbers may be assigned to, such as an array."""

    def validate(self, obj: Any, value: Iterable[Any]) -> Any:
        return super().validate(obj, np.asarray(value).tolist())


class Widget(anywidget.AnyWidget):
    """A map and the picture decoded under the pointer.

    Args:
        release: a folder of releases, or what `publish` returned; without it the release that came
            with the program.
        model: the id of a model; without it the release's first.
        condition: the class that a conditioned model decodes, from 0.

    Raises:
        UserError: there is no such release or model, or the front end is not built.
    """

    model = traitlets.Unicode().tag(sync=True)
    """The model's id."""
    z = _Numbers(traitlets.CFloat()).tag(sync=True)
    """(latent_size,) The point under the pointer; assign to move it."""
    selection = _Numbers(traitlets.CInt()).tag(sync=True)
    """(n,) Rows of the points in the lasso, counted from 0; assign to select others."""
    condition = traitlets.CInt(0).tag(sync=True)
    """The class that a conditioned model decodes."""
    _manifest = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        release: str | Path | _Release | None = None,
        model: str | None = None,
        condition: int = 0,
    ) -> None:
        if release is None:
            self._folder = shipped_releases()
        else:
            self._folder = Path(release if isinstance(release, (str, Path)) else release.folder)
        manifest = _read_manifest(self._folder)
        self._entry = _find_model(manifest, model)
        scripts = _DIST / "embed.js", *_DIST.glob("assets/ort-wasm-simd-threaded-*.wasm")
        if len(scripts) < 2 or not scripts[0].is_file():
            raise UserError("The front end is not built; `make demo` builds it.")
        names = ("decoder", "means", "statistics", "picture")
        urls = [self._entry[name]["url"] for name in names]
        # A manifest's URLs are relative to the page beside the folder "models".
        self._files = {url: self._folder / url.removeprefix("models/") for url in urls}
        self._files["runtime"] = scripts[1]
        self._esm = scripts[0].read_text(encoding="utf-8")
        super().__init__(
            model=self._entry["id"],
            z=self._entry["prepared"]["z"],
            condition=condition,
            _manifest={**manifest, "models": [self._entry]},
        )
        self.on_msg(self._send_file)

    @property
    def image(self) -> npt.NDArray[np.float32]:
        """(H, W, C) The picture that the decoder draws at z, in 0…1."""
        feeds = {"z": np.array([self.z], np.float32)}
        if self._entry["condition"] != "none":
            feeds["label"] = np.eye(self._entry["classes"], dtype=np.float32)[[self.condition]]
        (image,) = self._decoder.run(["image"], feeds)
        return np.ascontiguousarray(image[0].transpose(1, 2, 0))

    @cached_property
    def _decoder(self) -> ort.InferenceSession:
        return ort.InferenceSession(self._files[self._entry["decoder"]["url"]])

    @traitlets.validate("z")
    def _check_z(self, proposal: dict[str, Any]) -> list[float]:
        z: list[float] = proposal["value"]
        if len(z) != self._entry["latent_size"] or not np.isfinite(z).all():
            raise traitlets.TraitError(f"z has to be {self._entry['latent_size']} finite numbers.")
        return z

    @traitlets.validate("condition")
    def _check_condition(self, proposal: dict[str, Any]) -> int:
        label: int = proposal["value"]
        if not 0 <= label < self._entry["classes"]:
            last = self._entry["classes"] - 1
            raise traitlets.TraitError(f"condition has to be a class from 0 to {last}.")
        return label

    def _send_file(self, _: object, content: dict[str, Any], __: object) -> None:
        """Answer a view that asks for a file."""
        name = content.get("file")
        if name in self._files:
            self.send({"file": name}, buffers=[self._files[name].read_bytes()])


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        release = json.loads((folder / "current.json").read_bytes())["release"]
        path = folder / "releases" / release / "manifest.json"
        manifest: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"There is no release in {folder}.") from error
    return manifest


def _find_model(manifest: dict[str, Any], name: str | None) -> dict[str, Any]:
    models: list[dict[str, Any]] = manifest["models"]
    found = [entry for entry in models if name in (None, entry["id"])]
    if not found:
        names = ", ".join(entry["id"] for entry in models)
        raise UserError(f"The release has no model {name!r}; it has {names}.")
    return found[0]
