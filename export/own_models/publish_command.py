"""The command line that publishes a model that was trained elsewhere.

    latent-atlas publish my-vae --decoder decoder.onnx --encoder encoder.onnx --images x.npz
    latent-atlas publish my-vae --decoder decoder.onnx --latents z.npz --image-shape 1 28 28
    latent-atlas publish my-vae --module my_code.py:build     torch modules, from your own code
    latent-atlas serve --models-dir my-atlas                  look at it

`build()` returns a dict of the arguments of `latent_atlas.publish`. The release in --out keeps its
other models; one of the same name is replaced. A running server picks the new release up by itself.
"""

import argparse
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from latent_atlas.program import NAME
from latent_atlas.train.errors import UserError, how_to_install

# PyTorch is imported late, so that --help and a mistyped option answer at once.


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = make_parser().parse_args(argv)
    try:
        return _run(arguments)
    except (UserError, ModuleNotFoundError) as error:
        print(error if isinstance(error, UserError) else how_to_install(error), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Nothing was published: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the previous release stays current.", file=sys.stderr)
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = argparse.ArgumentParser(
        prog=f"{NAME} publish",
        allow_abbrev=False,
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("name", help="the model's id: lower-case letters, digits and hyphens")
    add("--module", metavar="FILE:FUNCTION", help="Python code that returns the arguments")
    add("--decoder", type=Path, help="ONNX file: z to images")
    add("--encoder", type=Path, help="ONNX file: images in 0...1 to mu, or to mu and logvar")
    add("--images", help="an .npz or .npy file, a folder of images, or torchvision:NAME")
    add("--labels", type=Path, help=".npz or .npy file of the images' classes")
    add("--class-names", nargs="+", metavar="WORD", help="of the classes 0, 1 and so on")
    add("--latents", type=Path, help=".npz or .npy file, (N, d), in place of images and encoder")
    add("--image-shape", type=int, nargs="+", metavar="N", help="channels, height and width")
    add("--title", help="what the page calls the model (default: its name)")
    add("--conditioned", choices=("none", "decoder", "both"), help="what takes a one-hot label")
    add("--output", choices=("logits", "probabilities"), help="what the decoder returns")
    add("--licence", help="of the model, for the metadata of its files")
    add("--out", type=Path, default=Path("my-atlas"), help="folder of the release (my-atlas)")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    if (module := given.pop("module", None)) is not None:
        given = _built(module) | given
    if "decoder" not in given:
        raise UserError("Give a decoder: --decoder FILE, or --module FILE:FUNCTION.")
    from latent_atlas.export.own_models.publishing import publish

    if unknown := given.keys() - inspect.signature(publish).parameters.keys():
        raise UserError(f"publish takes no argument '{min(unknown)}'.")
    release = publish(**given)
    print(
        f"Release {release.id} is published, with the models {', '.join(release.models)}. "
        f"Look at it: {NAME} serve --models-dir {release.folder}"
    )
    return 0


def _built(module: str) -> dict[str, Any]:
    """Return what a function of a file returns: arguments of `publish`.

    Raises:
        UserError: there is no such file or function, or it returns something else. What its own
            code raises is not caught: its author needs to see where.
    """
    path, _, function = module.rpartition(":")
    spec = importlib.util.spec_from_file_location("own_model", path) if path else None
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise UserError(f"There is no code in '{module}'; say --module FILE.py:FUNCTION.")
    loaded = importlib.util.module_from_spec(spec)
    folder = str(Path(path).resolve().parent)
    sys.path.insert(0, folder)  # as `python FILE` does, so that it finds its neighbours
    try:
        spec.loader.exec_module(loaded)
        build = getattr(loaded, function, None)
        if not callable(build):
            raise UserError(f"{Path(path).name} has no function '{function}'.")
        found = build()
    finally:
        sys.path.remove(folder)
    if not isinstance(found, dict):
        raise UserError(f"{function}() returns no dict of the arguments of publish.")
    return found
