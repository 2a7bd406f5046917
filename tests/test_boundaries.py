"""Who may import whom, and what may not be in the repository."""

import ast
import graphlib
import importlib.util
import os
import re
import subprocess
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest

from latent_atlas.webapp.article import SECTIONS

ROOT = Path(__file__).parents[1]
OURS = "latent_atlas"
FORBIDDEN = {
    "webapp": {"train", "export", "torch", "torchvision", "onnx"},
    "export": {"webapp", "fastapi", "starlette"},
    "train": {"export", "webapp", "onnx", "onnxruntime", "fastapi"},
}
SOURCES = ROOT / "static" / "src"
# What each layer of the page may not import: its own folders, and packages from npm.
FORBIDDEN_IN_THE_PAGE = {
    "core": {"app", "sections", "figures", "elements", "engine", "lit", "onnxruntime-web"},
    "engine": {"app", "sections", "figures", "elements", "lit"},
    "elements": {"app", "sections", "figures", "engine", "onnxruntime-web"},
    "figures": {"sections", "onnxruntime-web"},
    "sections": {"onnxruntime-web"},
    "app": {"onnxruntime-web"},
}
MOST_FILES_IN_A_FOLDER = 16
_SPECIFIER = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew\ URL\(\s*|\bimport\.meta\.glob(?:<[^(]*>)?\(\s*)
    (["'`])(?P<specifier>[^"'`\n]+)\1""",
    re.VERBOSE,
)


def python_imports(source: str, module: str) -> set[str]:
    """Return every module that a source imports, by any kind of import, with its full name.

    Args:
        source: Python.
        module: its own full name, of its package where it is an `__init__`, as `name.__init__`.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            base = [*above, *(node.module or "").split(".")]
            found |= {".".join(filter(None, [*base, alias.name])) for alias in node.names}
        elif isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func).rpartition(".")[2]
            name = node.args[0]
            if called in ("import_module", "__import__") and isinstance(name, ast.Constant):
                package = module.rpartition(".")[0]
                found.add(importlib.util.resolve_name(str(name.value), package))
    return found


def typescript_imports(source: str, path: Path) -> set[str]:
    """Return what a source of the page imports: paths under static/src, and names of packages.

    Args:
        source: TypeScript; statements, dynamic imports, side effects, workers and globs count.
        path: where it lies under static/src.
    """
    found = set()
    for match in _SPECIFIER.finditer(source):
        specifier = match["specifier"]
        if specifier.startswith("."):
            found.add(os.path.normpath(path.parent / specifier))
        else:
            found.add(specifier)
    return found


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_imports_only_what_it_may_know(package: str) -> None:
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        imported = python_imports(path.read_text(), _module_name(path))
        found |= {name.removeprefix(f"{OURS}.").partition(".")[0] for name in imported}
    assert found - FORBIDDEN[package] > {package}, f"{package} does not import itself"
    assert not found & FORBIDDEN[package]


def _module_name(path: Path) -> str:
    """Return the full name of a module of ours: its folder is linked into the one package."""
    return ".".join([OURS, *path.relative_to(ROOT).with_suffix("").parts])


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import train.runs as r", "train.runs"),
        ("from train import runs", "train.runs"),
        ("from . import runs", "export.site.runs"),
        ("from ..publish import publish", "export.publish.publish"),
        ("def late():\n    from ... import train", "train"),
        ("import importlib\nimportlib.import_module('train.runs')", "train.runs"),
        ("from importlib import import_module\nimport_module('.runs')", "export.site.runs"),
        ("__import__('train')", "train"),
    ],
)
def test_every_kind_of_python_import_is_seen(source: str, imported: str) -> None:
    assert imported in python_imports(source, "export.site.pages")


def import_graph(package: Path, *above: str) -> dict[str, set[str]]:
    """Return which modules of a package each of them imports, anywhere in its text."""
    modules = {}
    for path in package.rglob("*.py"):
        module = ".".join([*above, *path.relative_to(package.parent).with_suffix("").parts])
        modules[module.removesuffix(".__init__")] = python_imports(path.read_text(), module)
    return {
        module: {found for name in imported if (found := _module_of(name, modules)) is not None}
        for module, imported in modules.items()
    }


def _module_of(name: str, modules: Collection[str]) -> str | None:
    """Return the module that an imported name is, or is in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_leads_in_a_circle(package: str) -> None:
    graph = import_graph(ROOT / package, OURS)
    assert sum(map(len, graph.values())) > len(graph)
    graphlib.TopologicalSorter(graph).prepare()


def test_a_circle_is_found_through_a_late_import(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("def late():\n    from pack import two")
    (package / "two.py").write_text("from pack.one import late")
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(import_graph(package)).prepare()


@pytest.mark.parametrize("layer", FORBIDDEN_IN_THE_PAGE)
def test_the_browser_half_keeps_its_layers(layer: str) -> None:
    seen = 0
    for path in sorted((SOURCES / layer).rglob("*.ts")):
        place = path.relative_to(SOURCES)
        for imported in typescript_imports(path.read_text(), place):
            seen += 1
            assert imported.split("/")[0] not in FORBIDDEN_IN_THE_PAGE[layer], (
                f"{place}: {imported}"
            )
    assert seen > 10


def test_a_section_imports_no_other() -> None:
    for path in (SOURCES / "sections").glob("*/*.ts"):
        place = path.relative_to(SOURCES)
        for imported in typescript_imports(path.read_text(), place):
            if imported.startswith("sections"):
                assert imported.split("/")[:2] == list(place.parts[:2]), f"{place}: {imported}"


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ('import { html } from "lit";', "lit"),
        ('import {\n  html,\n} from "lit";', "lit"),
        ('export { start } from "../../app/start";', "app/start"),
        ('import "../photo/face-photo";', "elements/photo/face-photo"),
        ('const late = () => import("../../engine/engine");', "engine/engine"),
        ("import(\n  '../../engine/engine'\n)", "engine/engine"),
        ('type Late = import("../../engine/engine").Engine;', "engine/engine"),
        ('new Worker(new URL("./w.ts", import.meta.url))', "elements/map/w.ts"),
        ('import.meta.glob<string>("../../sections/*/*.css")', "sections/*/*.css"),
    ],
)
def test_every_kind_of_typescript_import_is_seen(source: str, imported: str) -> None:
    assert imported in typescript_imports(source, Path("elements/map/latent-map.ts"))


def test_a_section_has_one_id_for_its_template_script_and_style() -> None:
    listed = re.findall(r'\{ id: "(\w+)"', (SOURCES / "sections" / "index.ts").read_text())
    templates = ROOT / "webapp" / "templates"
    assert listed == [section.id for section in SECTIONS]
    assert sorted(listed) == sorted(p.name for p in (SOURCES / "sections").iterdir() if p.is_dir())
    for name in listed:
        for suffix in (".ts", ".css"):
            assert (SOURCES / "sections" / name / f"{name}{suffix}").is_file(), name + suffix
        assert f'id="{name}"' in (templates / "sections" / f"{name}.html").read_text()


def test_folders_are_small_and_every_file_has_a_name_of_its_own() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [Path(line) for line in listed.stdout.splitlines()]
    sources = [path for path in paths if path.suffix in (".py", ".ts", ".html", ".css", ".mjs")]
    folders = Counter(
        path.parent
        for path in sources
        if path.parts[0] != "tests" and not path.name.endswith(".test.ts")
    )
    assert max(folders.values()) <= MOST_FILES_IN_A_FOLDER
    names = Counter(path.name for path in sources)
    repeated = {name for name, count in names.items() if count > 1}
    assert repeated <= {"__init__.py", "__main__.py", "conftest.py", "index.ts"}


def test_no_dataset_and_no_machine_path_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert listed
    assert not [name for name in listed if "ubyte" in name or name.endswith(".unipen")]
    home = str(ROOT.resolve())
    for name in listed:
        path = ROOT / name
        if path.is_file() and home not in ("/", ""):
            assert home.encode() not in path.read_bytes(), name
