"""Latent Atlas: variational autoencoders to walk through, of this project or one's own.

import latent_atlas as atlas

release = atlas.publish("my-vae", decoder=vae, encoder=vae, images=images, labels=labels)
atlas.serve(release)
"""

import os
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from latent_atlas.export.hub_folder import load as load
    from latent_atlas.export.own_models.publishing import Release as Release
    from latent_atlas.export.own_models.publishing import publish as publish
    from latent_atlas.notebook import Widget as Widget
    from latent_atlas.serving import serve as serve
    from latent_atlas.train.errors import UserError as UserError

__version__ = version("latent-atlas")

# ONNX Runtime reads it when it is loaded, and would write an identifier of this device to the disk.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# Each is imported when it is first asked for: serving needs no PyTorch.
_MODULES = {
    "UserError": "train.errors",
    "Widget": "notebook",
    "Release": "export.own_models.publishing",
    "load": "export.hub_folder",
    "publish": "export.own_models.publishing",
    "serve": "serving",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for.

    Raises:
        AttributeError: there is none of this name.
        ImportError: a package is missing; the sentence says what to install.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    except ModuleNotFoundError as error:
        from latent_atlas.train.errors import how_to_install

        raise ImportError(how_to_install(error)) from None


def __dir__() -> list[str]:
    """List what can be asked for, as well."""
    return sorted([*globals(), *_MODULES])
