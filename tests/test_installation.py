"""What is installed, what happens without it, and what it may report to others."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# Runs a module as `python -m` does, where nothing but Python's own library can be imported.
BARE = """
import runpy, sys

class Bare:
    def find_spec(self, name, path=None, target=None):
        package = name.partition(".")[0]
        if package not in {"train", "export", "latent_atlas", *sys.stdlib_module_names}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Bare())
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""

# Imports a module and prints how often it has switched onnxruntime's telemetry off.
SPY = """
import importlib, sys
import onnxruntime
calls = []
onnxruntime.disable_telemetry_events = lambda: calls.append(1)
importlib.import_module(sys.argv[1])
print(len(calls))
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True
    )


def locked(path: Path) -> list[tuple[Requirement, int]]:
    """Return a lock file's requirements, each with the number of its hashes."""
    entries = re.sub(r"(?m)^#.*\n", "", path.read_text()).replace("\\\n", " ").splitlines()
    return [
        (Requirement(entry.partition(" --hash=")[0]), entry.count("--hash=sha256:"))
        for entry in entries
    ]


def wanted(name: str) -> list[Requirement]:
    """Return what pyproject.toml asks for under the name of a lock file."""
    project = PROJECT["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    words = {
        "serve": project["dependencies"],
        "train": project["dependencies"] + extras["train"],
        "dev": project["dependencies"] + extras["train"] + extras["notebook"] + extras["dev"],
    } | PROJECT["dependency-groups"]
    found = [Requirement(word) for word in words[name]]
    return [requirement for requirement in found if requirement.name != "latent-atlas"]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_file_pins_and_hashes_what_pyproject_asks_for(path: Path) -> None:
    pins: dict[str, list[Requirement]] = {}
    for pin, hashes in locked(path):
        assert hashes > 0, pin
        assert pin.url is None
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    for requirement in wanted(path.stem):
        found = pins.get(canonicalize_name(requirement.name))
        assert found, f"{requirement} is not in {path.name}: run make lock"
        for pin in found:
            version = next(iter(pin.specifier)).version
            assert requirement.specifier.contains(version), f"{pin}: run make lock"


def test_the_lock_files_agree_and_name_no_host() -> None:
    assert {path.stem for path in LOCKS} == {"build", "dev", "node", "serve", "train"}
    dev = {str(pin) for pin, _ in locked(ROOT / "requirements" / "dev.txt")}
    for name in ("serve", "train"):
        assert {str(pin) for pin, _ in locked(ROOT / "requirements" / f"{name}.txt")} <= dev
    for path in LOCKS:
        assert "://" not in path.read_text()
        assert "index-url" not in path.read_text()


@pytest.mark.parametrize("words", [("train", "vae-2"), ("train", "figures"), ("export",)])
def test_without_the_training_tools_one_sentence_says_what_to_install(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    result = python(BARE, *words, "--runs", str(tmp_path))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert 'pip install -e ".[train]"' in result.stderr


def test_the_recipes_are_listed_without_the_training_tools() -> None:
    result = python(BARE, "train", "--list")
    assert result.returncode == 0
    assert "vae-2" in result.stdout


def test_a_missing_module_of_our_own_is_not_taken_for_a_package() -> None:
    from latent_atlas.train.errors import how_to_install

    with pytest.raises(ModuleNotFoundError):
        how_to_install(ModuleNotFoundError(name="latent_atlas.train.no_such_module"))


@pytest.mark.slow
def test_onnxruntime_reports_to_nobody() -> None:
    importing = [
        path
        for package in ("train", "export", "webapp")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"(?m)^\s*(import|from) onnxruntime", path.read_text())
    ]
    assert len(importing) >= 2
    for path in importing:
        module = ".".join(["latent_atlas", *path.relative_to(ROOT).with_suffix("").parts])
        result = python(SPY, module)
        assert result.stdout.strip() not in ("", "0"), f"{module}: {result.stderr}"


def test_the_version_is_the_same_wherever_it_is_named() -> None:
    version = PROJECT["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## [{version}]\n" in (ROOT / "CHANGELOG.md").read_text()


def test_relative_links_in_the_documents_lead_somewhere() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "README.md" in listed
    for name in listed:
        page = ROOT / name
        for target in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{name}: {target}"


@pytest.mark.slow
def test_the_api_reference_is_that_of_the_docstrings(tmp_path: Path) -> None:
    path = tmp_path / "api.md"
    subprocess.run([sys.executable, ROOT / "scripts" / "api-reference", path], check=True, cwd=ROOT)
    assert path.read_text() == (ROOT / "docs" / "api.md").read_text(), "run scripts/api-reference"
