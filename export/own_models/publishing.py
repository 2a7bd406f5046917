"""Publishes a model that was trained elsewhere: checks what was given, and adds it to a release."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from torch import nn

from latent_atlas.export.own_models.arrays import (
    check_latents,
    image_shape_of,
    read_images,
    read_labels,
    read_latents,
)
from latent_atlas.export.own_models.contract import OutputKind, fit_decoder, fit_encoder
from latent_atlas.export.own_models.own_entry import OwnModel, own_entry
from latent_atlas.export.own_models.parts import part_of
from latent_atlas.export.publish import ReleaseFolder
from latent_atlas.train.errors import UserError
from latent_atlas.train.palette import PALETTE
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.runs.run_folder import commit

Conditioned = Literal["none", "decoder", "both"]

_KEPT = 2
"""Releases, the current one among them."""
_NAME = r"[a-z0-9][a-z0-9-]{0,59}"
"""As the page's links have it (static/src/core/link/link-values.ts)."""
_FEWEST = 3
"""Points of a map: fewer have no plane."""
_SAMPLE = 64
"""Rows on which the parts are tried."""
_NO_POINTS = "A map needs points: give an encoder and images, or latents (N, d) in place of both."
_OF_A_RELEASE = {"format", "release", "created"}
"""Fields of a manifest that its publishing writes."""


@dataclass(frozen=True)
class Release:
    """A published release: its folder, id and models."""

    folder: Path
    id: str
    models: tuple[str, ...]
    """The names of its models."""


def publish(
    name: str,
    decoder: object,
    encoder: object = None,
    images: object = None,
    labels: object = None,
    class_names: Sequence[str] | None = None,
    latents: object = None,
    *,
    image_shape: Sequence[int] | None = None,
    title: str | None = None,
    conditioned: Conditioned | None = None,
    output: OutputKind | None = None,
    licence: str | None = None,
    out: str | Path = "my-atlas",
) -> Release:
    """Add a model to the release in a folder, or replace the one of its name; return the release.

    Args:
        name: the model's id: lower-case letters, digits and hyphens.
        decoder: z (N, d) to images: a torch module, a method of one (`vae.decode`), a whole model
            with the methods `decode` and `encode`, or an ONNX file. It may return rows of pixels
            (N, H·W), logits or probabilities.
        encoder: likewise images in 0…1, (N, C, H, W) or rows, to mu, or to mu and logvar.
        images: what the map shows, by the encoder: an array or tensor, an .npz file, a folder, or
            "torchvision:NAME".
        labels: their classes, whole numbers from 0 or words.
        class_names: what the classes are called.
        latents: (N, d), an array or .npz file: the map's points, in place of images and encoder.
        image_shape: channels, height and width, where the decoder returns rows and there are no
            images.
        title: what the page calls the model; its name otherwise.
        conditioned: what takes a one-hot label as second argument: "none", "decoder" or "both";
            found out otherwise.
        output: what the decoder returns, "logits" or "probabilities"; found out otherwise.
        licence: of the model, for the metadata of its graphs.
        out: the folder of the release.

    Raises:
        UserError: something does not fit; the text says what. The previous release stays.
    """
    if not re.fullmatch(_NAME, name):
        raise UserError(
            "A model's name consists of lower-case letters, digits and hyphens, 60 at most, and "
            "starts with no hyphen."
        )
    if name in RECIPES:
        raise UserError(f"'{name}' is the name of a recipe; choose another.")
    model = _model(
        name, decoder, encoder, images, labels, class_names, latents,
        image_shape, title or name, conditioned, output, licence,
    )  # fmt: skip
    folder = ReleaseFolder(Path(out))
    with folder.locked():
        current = folder.current() or {}
        entry = own_entry(model, commit(), folder)
        entries = {one["id"]: one for one in current.get("models", [])} | {name: entry}
        manifest: dict[str, Any] = {"palette": list(PALETTE), "datasets": {}}
        manifest |= {key: current[key] for key in current.keys() - _OF_A_RELEASE}
        manifest |= {"commit": commit(), "models": list(entries.values())}
        release = folder.publish(manifest)
        folder.prune(_KEPT)
    return Release(Path(out), release, tuple(entries))


def _model(
    name: str,
    decoder: object,
    encoder: object,
    images: object,
    labels: object,
    class_names: Sequence[str] | None,
    latents: object,
    image_shape: Sequence[int] | None,
    title: str,
    conditioned: Conditioned | None,
    output: OutputKind | None,
    licence: str | None,
) -> OwnModel:
    """Read what was given, and fit the parts to it."""
    if conditioned not in (None, "none", "decoder", "both"):
        raise UserError('conditioned is "none", "decoder" or "both".')
    if output not in (None, "logits", "probabilities"):
        raise UserError('output is "logits" or "probabilities".')
    pictures = None if images is None else read_images(images, image_shape)
    points = None if latents is None else read_latents(latents)
    tables = [table for table in (points, pictures) if table is not None]
    if not tables:
        raise UserError(_NO_POINTS)
    count = len(tables[0].rows)
    if any(len(table.rows) != count for table in tables):
        raise UserError(f"There are {len(tables[1].rows):,} images and {count:,} latents.")
    if count < _FEWEST:
        raise UserError(f"A map needs {_FEWEST} points at least, and there are {count}.")
    own_labels = next((one.labels for one in tables if one.labels is not None), None)
    own_names = next((one.class_names for one in tables if one.class_names), None)
    classes, names = read_labels(
        own_labels if labels is None else labels, class_names or own_names, count
    )
    one_hot = np.eye(len(names), dtype=np.float32)[classes[:_SAMPLE]] if len(names) > 1 else None

    both = None if conditioned is None else conditioned == "both"
    if encoder is None and isinstance(decoder, nn.Module) and hasattr(decoder, "encode"):
        encoder = decoder  # a whole model
    part = None if encoder is None else part_of(encoder, "encoder")
    fitted_encoder = None
    if part is not None and pictures is not None:
        some = pictures.rows[:_SAMPLE].astype(np.float32) / np.float32(255)
        fitted_encoder = fit_encoder(part, some, one_hot, both)
    if points is not None:
        z = points.rows[:_SAMPLE]
    elif fitted_encoder is not None:
        z = fitted_encoder.run(*fitted_encoder.sample)[0]
        check_latents(z)
    else:
        raise UserError(_NO_POINTS)
    shape = image_shape_of(image_shape) if image_shape is not None else None
    if pictures is not None:
        shape = image_shape_of(pictures.rows.shape[1:])
    required = None if conditioned is None else conditioned != "none"
    fitted = fit_decoder(part_of(decoder, "decoder"), z, one_hot, required, shape, output)
    if part is not None and fitted_encoder is None:  # tried on what the decoder returns
        decoded = fitted.run(*fitted.sample)[0]
        fitted_encoder = fit_encoder(part, decoded, one_hot, both)
    if fitted_encoder is not None:
        if fitted_encoder.outputs["mu"] != fitted.inputs["z"]:
            raise UserError(
                f"The encoder returns {fitted_encoder.outputs['mu'][0]} latents, and the decoder "
                f"takes {fitted.inputs['z'][0]}."
            )
        if fitted_encoder.takes_label and not fitted.takes_label:
            raise UserError("The encoder is conditioned on the label, and the decoder is not.")
    return OwnModel(
        name, title, tables[-1].dataset, licence, fitted, fitted_encoder,
        None if pictures is None else pictures.rows, None if points is None else points.rows,
        classes, names,
    )  # fmt: skip
