"""The command `latent-atlas`: serves the page, trains, exports; each command is a module's own.

latent-atlas                                    serve the page on 127.0.0.1, port 8000
latent-atlas serve --models-dir my-atlas        serve your own releases
latent-atlas train vae-2 --epochs 5             train a recipe, into runs/
latent-atlas export vae-2                       publish runs as a release
latent-atlas publish my-vae --decoder d.onnx --encoder e.onnx --images x.npz    your own model
latent-atlas site OUT                           write the page as a static site
latent-atlas releases                           list releases; roll back, remove a model, collect
latent-atlas COMMAND --help                     what a command takes
latent-atlas completion bash                    complete words in bash, zsh or tcsh: eval it
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from latent_atlas import __version__
from latent_atlas.program import NAME, shipped_releases

# Each command imports what it needs, so that --help and serving do not wait for PyTorch.


def _serve(argv: Sequence[str]) -> int:
    from latent_atlas.webapp.__main__ import main

    return main(argv)


def _train(argv: Sequence[str]) -> int:
    from latent_atlas.train.__main__ import main

    return main(argv)


def _export(argv: Sequence[str]) -> int:
    from latent_atlas.export.__main__ import main

    return main(argv)


def _publish(argv: Sequence[str]) -> int:
    from latent_atlas.export.own_models.publish_command import main

    return main(argv)


def _site(argv: Sequence[str]) -> int:
    return _export(["site", *argv])


def _compress(argv: Sequence[str]) -> int:
    from latent_atlas.webapp.http.compression import main

    served = shipped_releases().parent
    return main(argv or [str(served / "dist"), str(served / "models")])


def _releases(argv: Sequence[str]) -> int:
    from latent_atlas.export.__main__ import releases

    return releases(argv)


COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "serve": (_serve, "serve the page until it is interrupted"),
    "train": (_train, "train recipes, on MNIST or your own images"),
    "export": (_export, "publish finished runs as a release"),
    "publish": (_publish, "add a model of your own, torch modules or ONNX files, to a release"),
    "site": (_site, "write the page and the current release as a static site"),
    "releases": (_releases, "list releases, roll back, remove a model, collect unused files"),
    "compress": (_compress, "write compressed copies of what is served, where it can be written"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "serve")
    if words[0] in COMMANDS:
        return COMMANDS[words[0]][0](words[1:])
    arguments = _make_parser().parse_args(words)
    print(_completion(arguments.shell))
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=NAME, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text)
    completion = commands.add_parser("completion", help="print a shell's completion script")
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    return parser


def _completion(shell: str) -> str:
    """Return a script that completes every command and option in a shell."""
    import shtab
    from pydantic_settings import CliSettingsSource

    from latent_atlas.export.__main__ import make_parser as export_parser
    from latent_atlas.export.__main__ import make_site_parser
    from latent_atlas.export.own_models.publish_command import make_parser as publish_parser
    from latent_atlas.export.release_command import make_parser as releases_parser
    from latent_atlas.train.command_line import make_parser as train_parser
    from latent_atlas.webapp.settings import Settings

    parser = argparse.ArgumentParser(prog=NAME)
    commands = parser.add_subparsers()
    for name, own in {
        "serve": CliSettingsSource(Settings, cli_parse_args=False).root_parser,
        "train": train_parser(),
        "export": export_parser(),
        "publish": publish_parser(),
        "site": make_site_parser(),
        "releases": releases_parser(),
    }.items():
        commands.add_parser(name, help=COMMANDS[name][1], parents=[own], add_help=False)
    return shtab.complete(parser, shell=shell)


if __name__ == "__main__":
    sys.exit(main())
