"""The files of a release as validated types: the pointer, the manifest (format 1), golden pairs.

Fields that this version does not know are allowed: a newer exporter may add some.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
    """The digits that the page shows before any model has run."""

    image: FileEntry
    images: list[FileEntry] = []
    """Where the decoder is conditioned, one for each class."""


class ModelEntry(_Part):
    """A model: the shapes it works with, and the files that it needs to be in service."""

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

    @property
    def files(self) -> list[FileEntry]:
        """Every file without which the model is out of service, here or in the browser.

        The other files of the entry are fetched by single figures of the page.
        """
        files = [self.decoder, self.encoder, self.means, self.golden]
        if self.picture is not None:
            files.append(self.picture)
        if self.prepared is not None:
            files += [self.prepared.image, *self.prepared.images]
        return files


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
        _ = self.files  # every entry must be valid
        return self


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
    encode: list[GoldenEncode] = Field(min_length=1)
    tolerance: float = Field(gt=0, le=0.1)
