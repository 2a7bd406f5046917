"""What a release's files say, checked: the pointer, the manifest (format 1) and golden pairs.

Fields that this version does not know are allowed: a newer exporter may add some.
"""

import contextlib
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Count = Annotated[int, Field(ge=1, le=65536)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]


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
    """The digit the page shows before any model has run."""

    image: FileEntry
    images: list[FileEntry] = []
    """Of a conditioned model, one for each class."""


class ModelEntry(_Part):
    """A model: what it takes and gives, and its files."""

    id: Name
    latent_size: Count
    image: ImageShape
    classes: Count
    condition: Literal["none", "decoder", "both"]
    decoder: FileEntry
    encoder: FileEntry
    means: FileEntry
    golden: FileEntry
    picture: FileEntry | None = None
    prepared: Prepared | None = None
    projections: dict[Name, FileEntry] = {}
    statistics: FileEntry | None = None
    prior: FileEntry | None = None
    tiles: FileEntry | None = None
    regions: FileEntry | None = None
    curves: FileEntry | None = None
    report: FileEntry | None = None
    trace: FileEntry | None = None
    attributes: FileEntry | None = None
    examples: FileEntry | None = None

    @property
    def files(self) -> list[FileEntry]:
        """Every file the model needs, here or in the browser, to be of service."""
        files = [self.decoder, self.encoder, self.means, self.golden]
        if self.picture is not None:
            files.append(self.picture)
        if self.prepared is not None:
            files += [self.prepared.image, *self.prepared.images]
        return files

    @property
    def extras(self) -> list[FileEntry]:
        """What single figures of the page fetch; without one of them the model still works."""
        needed = {file.name for file in self.files}
        return [file for file in named_files(self) if file.name not in needed]


class DatasetEntry(_Part):
    """What is said of a dataset, whatever the model."""

    raw_tsne: FileEntry | None = None


class Manifest(_Part):
    """manifest.json: everything in a release."""

    format: Literal[1]
    release: Name
    models: list[ModelEntry] = Field(min_length=1)
    datasets: dict[Name, DatasetEntry] = {}
    study: FileEntry | None = None

    @property
    def files(self) -> list[FileEntry]:
        """Every file that the release declares."""
        return list(named_files(self))

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if len({model.id for model in self.models}) < len(self.models):
            raise ValueError("two models have the same id")
        return self


def named_files(value: object) -> Iterator[FileEntry]:
    """Yield every file that a part of a manifest names, in fields that are not known here, too."""
    if isinstance(value, FileEntry):
        yield value
    elif isinstance(value, BaseModel):
        for _, part in value:
            yield from named_files(part)
    elif isinstance(value, dict):
        with contextlib.suppress(ValidationError):
            yield FileEntry.model_validate(value)
            return
        for part in value.values():
            yield from named_files(part)
    elif isinstance(value, list):
        for part in value:
            yield from named_files(part)


class GoldenDecode(BaseModel):
    """A z and the image (flat, H×W×C, 0…1) that PyTorch decoded from it."""

    z: list[float]
    label: int | None = None
    image: list[float]


class GoldenEncode(BaseModel):
    """An image (flat, H×W×C, uint8) and the posterior that PyTorch encoded it to."""

    image: list[Annotated[int, Field(ge=0, le=255)]]
    label: int | None = None
    mu: list[float]
    logvar: list[float] | None = None


class Golden(BaseModel):
    """The pairs that a model must reproduce before it is served."""

    decode: list[GoldenDecode] = Field(min_length=1)
    encode: list[GoldenEncode] = Field(min_length=1)
    tolerance: float = Field(gt=0, le=0.1)
