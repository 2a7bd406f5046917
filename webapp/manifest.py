"""The files of a release as validated types: the pointer, the manifest (format 1), golden pairs.

Fields that this version does not know are allowed: a newer exporter may add some.
"""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json

MOST_CLASSES = 65536
Count = Annotated[int, Field(ge=1, le=MOST_CLASSES)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
Name = Annotated[str, Field(pattern=_NAME)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", strict=True)


class Pointer(_Part):
    """current.json: which release is served."""

    release: Name


class FileEntry(_Part):
    """A file of the release, named by its content's hash."""

    url: str = Field(pattern=r"^models/objects/[0-9a-f]{64}\.[a-z0-9]{1,8}$")
    sha256: Sha256
    bytes: int = Field(ge=0)

    @property
    def name(self) -> str:
        """The file's name in objects/."""
        return self.url.rpartition("/")[2]

    @model_validator(mode="after")
    def _named_by_its_hash(self) -> Self:
        if not self.name.startswith(self.sha256 + "."):
            raise ValueError("a file's name must be its sha256")
        return self


class ImageShape(_Part):
    """The size of a model's images."""

    height: Count
    width: Count
    channels: Annotated[int, Field(ge=1, le=16)]


class Prepared(_Part):
    """The digits that the page shows before any model has run."""

    image: FileEntry
    images: list[FileEntry] = []
    """Where the decoder is conditioned, one for each class."""


class TileSize(_Part):
    """The size of one picture among others on a sheet, in pixels."""

    height: Count
    width: Count


class Lattice(FileEntry):
    """Decodings of a lattice of points, from which the page blends while the model loads."""

    size: Annotated[int, Field(ge=2, le=1024)]
    range: float = Field(gt=0)
    exponent: float = Field(gt=0)
    tile: TileSize


class View(_Part):
    """The square that a map shows at first."""

    centre: Annotated[list[float], Field(min_length=2, max_length=2)]
    scale: float = Field(gt=0)


class ModelEntry(_Part):
    """A model: what the page says of it, its shapes, and the files it needs to be in service."""

    id: Name
    title: str = Field(min_length=1)
    kind: str
    dataset: str
    latent_size: Count
    image: ImageShape
    classes: Count
    class_names: list[str]
    view: View
    metrics: dict[str, Any] = {}
    condition: Literal["none", "decoder", "both"]
    decoder: FileEntry
    encoder: FileEntry | None = None
    """None: there is only a decoder, and the points of the map are given latents."""
    means: FileEntry
    golden: FileEntry
    picture: FileEntry | None = None
    prepared: Prepared | None = None
    lattice: Lattice | None = None

    @property
    def files(self) -> list[FileEntry]:
        """Every file without which the model is out of service, here or in the browser.

        The other files of the entry are fetched by single figures of the page.
        """
        files = [self.decoder, self.means, self.golden]
        files += [file for file in (self.encoder, self.picture) if file is not None]
        if self.prepared is not None:
            files += [self.prepared.image, *self.prepared.images]
        return files

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(self.class_names) != self.classes:
            raise ValueError("class_names must be as many as classes")
        _require_finite(self)
        for _ in _file_entries(self.model_dump()):
            pass  # every entry must be valid
        return self


class Manifest(_Part):
    """manifest.json: everything in a release."""

    format: Literal[1]
    release: Name
    models: list[ModelEntry] = Field(min_length=1)

    @property
    def files(self) -> list[FileEntry]:
        """Every file that the release declares, each once, also in fields not known here."""
        return list({entry.url: entry for entry in _file_entries(self.model_dump())}.values())

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len({model.id for model in self.models}) < len(self.models):
            raise ValueError("two models have the same id")
        _require_finite(self)
        _ = self.files  # every entry must be valid
        return self


def parse_manifest(data: bytes) -> tuple[Manifest, bytes, dict[str, str]]:
    """Read a manifest, without the models whose entries are wrong.

    Returns:
        It, the JSON to publish, and by id why a model was left out.

    Raises:
        ValueError: it is wrong as a whole.
    """
    content = from_json(data)
    entries = content.get("models") if isinstance(content, dict) else None
    entries = entries if isinstance(entries, list) else []
    completed = [complete(entry) for entry in entries]
    if completed != entries:
        entries = content["models"] = completed
        data = json.dumps(content).encode()
    faults = {}
    for place, entry in enumerate(entries):
        try:
            ModelEntry.model_validate(entry)
        except ValidationError as error:
            faults[_name(entry, f"models.{place}")] = describe(error)
    if faults and len(faults) < len(entries):
        content["models"] = [entry for entry in entries if _name(entry, "") not in ("", *faults)]
        data = json.dumps(content).encode()
    return Manifest.model_validate(content), data, faults


def complete(entry: Any) -> Any:
    """Fill in what the entry of a model may leave out: metrics, the number and names of classes.

    Images without labels are one class. What is no entry at all is returned as it is.
    """
    if not isinstance(entry, dict):
        return entry
    names, classes = entry.get("class_names") or [], entry.get("classes") or 1
    if not names and isinstance(classes, int) and 1 <= classes <= MOST_CLASSES:
        names = [str(label) for label in range(classes)] if classes > 1 else ["all images"]
    return {"metrics": {}} | entry | {"classes": classes, "class_names": names}


def _name(entry: object, otherwise: str) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) and re.fullmatch(_NAME, name) else otherwise


def describe(error: ValidationError) -> str:
    """Say in part of a sentence which field of a file is wrong, and in what respect."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "its top level"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"


def _require_finite(part: BaseModel) -> None:
    try:
        json.dumps(part.model_dump(), allow_nan=False)
    except ValueError as error:
        raise ValueError("a number is not finite") from error


def _file_entries(value: object) -> Iterator[FileEntry]:
    """Yield every file entry in part of a manifest."""
    if isinstance(value, dict):
        if "url" in value or "sha256" in value:
            yield FileEntry.model_validate(value)
        for part in value.values():
            yield from _file_entries(part)
    elif isinstance(value, list):
        for part in value:
            yield from _file_entries(part)


class GoldenDecode(BaseModel):
    """A z and the image (flat, H×W×C, 0…1) that PyTorch decodes from it."""

    z: list[float]
    label: int | None = None
    image: list[float]


class GoldenEncode(BaseModel):
    """An image (flat, H×W×C, uint8) and the posterior to which PyTorch encodes it."""

    image: list[Annotated[int, Field(ge=0, le=255)]]
    label: int | None = None
    mu: list[float]
    logvar: list[float] | None = None


class Golden(BaseModel):
    """Pairs that a model must reproduce before it is served."""

    decode: list[GoldenDecode] = Field(min_length=1)
    encode: list[GoldenEncode] = []
    """Empty of a model without an encoder."""
    tolerance: float = Field(gt=0, le=0.1)
