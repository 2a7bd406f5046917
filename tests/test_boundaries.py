"""Who may import whom, and what may not be in the repository."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "webapp": {"train", "export", "torch", "torchvision", "onnx"},
    "export": {"webapp", "fastapi", "starlette"},
    "train": {"export", "webapp", "onnx", "onnxruntime", "fastapi"},
}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_imports_only_what_it_may_know(package: str) -> None:
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    assert found, f"{package} has no imports at all"
    assert not found & FORBIDDEN[package]


def test_the_browser_half_keeps_its_layers() -> None:
    forbidden = {
        "core": ("../engine", "../elements", "../page", "onnxruntime", "lit"),
        "engine": ("../elements", "../page", "lit"),
        "elements": ("../engine", "../page", "onnxruntime"),
    }
    seen = 0
    for layer, words in forbidden.items():
        for path in (ROOT / "static" / "src" / layer).glob("*.ts"):
            for line in path.read_text().splitlines():
                if " from " in line and line.lstrip().startswith(("import", "}", "export")):
                    source = line.rpartition('"')[0].rpartition('"')[2]
                    seen += 1
                    assert not source.startswith(words), f"{path.name}: {line}"
    assert seen > 10


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
