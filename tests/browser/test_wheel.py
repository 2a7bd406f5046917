"""The wheel and the image: the page is served by an environment that has nothing else.

The image's steps are run without Docker, as they stand in the Dockerfile.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.browser.conftest import OpenAtlas
from tests.support.reference import Reference
from tests.support.server import ROOT, Server

# An installation on a busy machine takes its time.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
STAGE = DOCKERFILE.split("\nFROM ")[-1]
READ_ONLY = "mount --bind / / && mount -o remount,ro,bind / &&"
"""What precedes a command in a namespace of its own, to make its root read-only."""


def steps(name: str) -> list[str]:
    """Return the arguments of an instruction of the image's second stage."""
    return re.findall(rf"(?m)^{name} (.*)$", STAGE)


MOST_BYTES = 60e6
MOST_SECONDS = 30
"""From the end of the installation to the first digit."""


@pytest.fixture(scope="module")
def wheel() -> Path:
    subprocess.run(["make", "wheel"], cwd=ROOT, check=True, capture_output=True)
    (path,) = (ROOT / "dist").glob("latent_atlas-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts after all steps of the image, in an environment in place of its Python."""
    folder = tmp_path_factory.mktemp("image")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    scripts = folder / "venv" / "bin"
    (copied,) = steps("COPY")
    for source in shlex.split(copied)[1:-1]:
        place = source.removeprefix("/source/").replace("latent_atlas-*.whl", wheel.name)
        shutil.copy(ROOT / place, folder)
    for step in steps("RUN"):
        if "compress" in step:  # it finds most of its work done
            for packed in (ROOT / "static" / "models" / "objects").glob("*.[bg][rz]"):
                (objects,) = folder.glob("venv/lib/*/site-packages/*/static/models/objects")
                shutil.copy(packed, objects)
        subprocess.run(
            ["/bin/sh", "-c", step],
            cwd=folder, env={"PATH": f"{scripts}:/usr/bin:/bin"}, check=True,
            capture_output=True,
        )  # fmt: skip
    return scripts


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of someone's who has a train.py, and modules of our names, of their own."""
    for name in ("train", "export", "webapp", "static"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this is not for Latent Atlas')")
    return tmp_path


def run(installed: Path, elsewhere: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed / "latent-atlas", *words],
        cwd=elsewhere, capture_output=True, text=True, env={"PATH": os.devnull},
    )  # fmt: skip


def test_B26_the_wheel_is_small_and_holds_one_package(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
    folders = {name.partition("/")[0] for name in names}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"latent_atlas"}
    assert "latent_atlas/static/models/current.json" in names
    assert any(name.endswith(".wasm") for name in names)
    assert not [name for name in names if name.endswith((".gz", ".lock", ".map"))]


def test_B26_installed_elsewhere_it_answers_a_hover_within_half_a_minute(
    installed: Path, elsewhere: Path, open_atlas: OpenAtlas, reference: Reference
) -> None:
    start = time.monotonic()
    command = [installed / "latent-atlas"]
    with Server(command=command, cwd=elsewhere, path=str(elsewhere)) as server:
        atlas = open_atlas(url=server.url)
        atlas.wait_live("hover")
        atlas.page.mouse.move(*atlas.at(0.7, 0.4))
        z = atlas.z()
        assert z is not None
        atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
        assert time.monotonic() - start < MOST_SECONDS


def test_B26_a_command_without_its_extra_says_which_to_install(
    installed: Path, elsewhere: Path
) -> None:
    for words in (["train", "vae-2"], ["export"], ["releases"]):
        result = run(installed, elsewhere, *words)
        assert result.returncode == 1
        assert result.stderr.count("\n") == 1
        assert 'pip install "latent-atlas[train]"' in result.stderr


def test_B26_commands_have_help_a_version_exit_codes_and_completion(
    installed: Path, elsewhere: Path
) -> None:
    for command in ("serve", "train", "export", "site", "releases"):
        result = run(installed, elsewhere, command, "--help")
        assert result.returncode == 0
        assert f"latent-atlas {command}" in result.stdout
        assert "python -m" not in result.stdout
    assert run(installed, elsewhere, "--version").stdout.startswith("latent-atlas ")
    assert run(installed, elsewhere, "no-such-command").returncode == 2
    completion = run(installed, elsewhere, "completion", "bash").stdout
    assert "--models-dir" in completion
    assert "--epochs" in completion
    assert run(installed, elsewhere, "site", "out").returncode == 0
    assert (elsewhere / "out" / "index.html").is_file()


def test_B26_the_image_serves_without_a_home_on_a_read_only_disk(
    installed: Path, open_atlas: OpenAtlas, reference: Reference
) -> None:
    (command,) = steps("CMD")
    words = json.loads(command)
    alone = ["unshare", "--mount", "/bin/sh", "-c"]
    if subprocess.run([*alone, f"{READ_ONLY} true"], capture_output=True).returncode:
        pytest.skip("this machine makes no file system read-only")
    path = f"{installed}:/usr/bin:/bin"
    served = f"{READ_ONLY} exec env -i PATH={path} ATLAS_PORT=0 {shlex.join(words)}"
    with Server(command=[*alone, served], cwd=Path("/")) as server:
        atlas = open_atlas(url=server.url)
        atlas.wait_live("hover")
        atlas.page.mouse.move(*atlas.at(0.7, 0.4))
        z = atlas.z()
        assert z is not None
        atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
        # What is large comes compressed, though nothing can be written here.
        wasm = max((ROOT / "static" / "dist" / "assets").glob("*.wasm"))
        status, body = server.get(f"/assets/{wasm.name}", accept_encoding="br")
        assert status == 200
        assert len(body) < wasm.stat().st_size / 4
        (health,) = steps("HEALTHCHECK")
        check = ["/bin/sh", "-c", health.partition("CMD ")[2]]
        right = {"PATH": path, "ATLAS_PORT": str(server.address[1])}
        assert subprocess.run(check, env=right).returncode == 0
        assert server.stop()[0] == 0
        assert server.complaints() == ""
        assert subprocess.run(check, env=right, capture_output=True).returncode != 0


def test_B26_the_image_is_built_from_what_is_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    build = DOCKERFILE[: -len(STAGE)]
    assert re.findall(r"(?m)^RUN (.*)$", build)[-1] == "make wheel"
    assert "\nwheel:" in (ROOT / "Makefile").read_text()
    needed = ["Makefile", "pyproject.toml", "README.md", "LICENSE", "requirements", "static/src"]
    assert not {*needed} & {*ignored}
    assert int(steps("USER")[0].partition(":")[0]) > 0
    assert os.path.lexists(ROOT / "latent_atlas" / "webapp")
    assert "read_only: true" in (ROOT / "compose.yaml").read_text()
