"""`python -m export site`: the release as a plain static site, by way of the server's renderer."""

from pathlib import Path

import pytest

from latent_atlas.export.__main__ import main
from tests.support.made_releases import make_release
from tests.support.site import make_dist, make_templates

pytestmark = pytest.mark.slow


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small built front end, which the command is told of."""
    make_dist(tmp_path / "dist")
    make_templates(tmp_path / "templates")
    monkeypatch.setenv("ATLAS_DIST_DIR", str(tmp_path / "dist"))
    monkeypatch.setenv("ATLAS_TEMPLATES_DIR", str(tmp_path / "templates"))
    return tmp_path


def test_B14_the_export_writes_a_site(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_release(built / "models", "r1")
    out = built / "out"
    assert main(["site", str(out), "--models", str(built / "models")]) == 0
    assert "Release r1 is a site in" in capfd.readouterr().out
    assert "<title>r1</title>" in (out / "index.html").read_text()
    assert (out / "sw.js").is_file()


def test_B14_a_reason_against_it_is_one_sentence(
    built: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = built / "out"
    assert main(["site", str(out), "--models", str(built / "models")]) == 1
    told = capfd.readouterr().err.strip()
    assert told.startswith("There is no release in")
    assert len(told.splitlines()) == 1
    assert not out.exists()
    make_release(built / "models", "r1")
    (built / "dist" / ".vite" / "manifest.json").unlink()
    assert main(["site", str(out), "--models", str(built / "models")]) == 1
    assert "the front end is not built" in capfd.readouterr().err
    assert not out.exists()


def test_B14_a_wrong_command_line_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["site"])
    assert stopped.value.code == 2
    assert "out" in capfd.readouterr().err
