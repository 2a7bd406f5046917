"""The page as a plain static site: whole and verified, or not written; nothing of others lost."""

import hashlib
import json
import re

import pytest

from latent_atlas.webapp.static_site import main
from tests.support.made_releases import (
    TinyModel,
    make_release,
    object_path,
    point_to,
    write_manifest,
)
from tests.support.site import (
    CHUNK,
    ELEMENT,
    EMBED,
    LATER,
    NOTICES,
    RUNTIME,
    SCRIPT,
    START,
    STYLE,
    WORKER,
)


@pytest.fixture
def write(folders, monkeypatch):
    """Run the command over a folder of releases and a built front end; return the exit status."""
    monkeypatch.setenv("ATLAS_DIST_DIR", str(folders.dist))
    monkeypatch.setenv("ATLAS_TEMPLATES_DIR", str(folders.templates))
    return lambda out: main([str(folders.models), str(out)])


def files_of(out):
    return {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}


def test_B14_a_site_has_the_page_the_build_and_the_current_release_alone(folders, write, tmp_path):
    make_release(folders.models, "r1", [TinyModel(seed=8)])
    manifest = make_release(
        folders.models, "r2", [TinyModel(), TinyModel(id="ae-3", latent_size=3)]
    )
    # An entry that only a newer reader knows is of the release all the same.
    manifest["models"][0]["new"] = {"deep": [manifest["models"][1]["picture"]]}
    write_manifest(folders.models, manifest)
    (folders.dist / (SCRIPT + ".br")).write_bytes(b"copy")
    out = tmp_path / "www" / "atlas"
    out.parent.mkdir()
    assert write(out) == 0
    objects = {
        part["url"]
        for model in manifest["models"]
        for part in (*model.values(), model["prepared"]["image"])
        if isinstance(part, dict) and "sha256" in part
    }
    built = {SCRIPT, START, CHUNK, LATER, EMBED, STYLE, RUNTIME, NOTICES}
    figures = {f"embed/{name}.html" for name in ("map", "digits", "draw", "sliders")}
    about = {"models/current.json", "models/releases/r2/manifest.json"}
    assert files_of(out) == {"index.html", WORKER, ELEMENT} | figures | built | about | objects
    assert json.loads((out / "models/current.json").read_text()) == {"release": "r2"}
    for name in objects:
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() in name
    for name in built | {WORKER, ELEMENT}:
        assert (out / name).read_bytes() == (folders.dist / name).read_bytes()
    assert list(out.parent.iterdir()) == [out]


def test_B14_its_page_has_a_policy_of_its_own_and_knows_of_no_server(folders, write, tmp_path):
    make_release(folders.models, "r1")
    assert write(tmp_path / "out") == 0
    page = (tmp_path / "out" / "index.html").read_text()
    assert '<html lang="en" data-server="absent">' in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', page).group(1)
    assert "default-src &#39;none&#39;" in policy
    assert "wasm-unsafe-eval" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors" not in policy  # a browser complains of it in a page
    assert not re.search(r'(src|href)="(/|http)', page)
    assert f'href="{NOTICES}"' in page


def test_B14_a_former_site_is_replaced_whole(folders, write, tmp_path, capsys):
    out = tmp_path / "out"
    make_release(folders.models, "r1", [TinyModel(seed=8)])
    assert write(out) == 0
    first = files_of(out)
    make_release(folders.models, "r2")
    assert write(out) == 0
    assert "<title>r2</title>" in (out / "index.html").read_text()
    assert not any("r1" in name for name in files_of(out))
    assert len(files_of(out)) == len(first)
    told = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(rf"Release r2 is a site in {out}: \d+ files, \d+\.\d MB\.", told)


def refused(write, out, capsys, words):
    """Check that nothing is written and that one sentence says why."""
    before = files_of(out) if out.is_dir() else None
    assert write(out) == 1
    told = capsys.readouterr().err
    assert words in told
    assert len(told.strip().splitlines()) == 1
    assert told.strip().endswith(".")
    assert (files_of(out) if out.is_dir() else None) == before
    assert not list(out.parent.glob(".*.tmp"))


def test_B14_what_is_not_ours_is_not_touched(folders, write, tmp_path, capsys):
    make_release(folders.models, "r1")
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    refused(write, out, capsys, str(out))
    (out / "thesis.tex").rename(out / "index.html")
    refused(write, out, capsys, str(out))
    (out / "index.html").unlink()
    assert write(out) == 0  # an empty folder
    (out / ".git").mkdir()
    refused(write, out, capsys, str(out))
    refused(write, out / "index.html", capsys, "is a file")
    refused(write, out / "index.html" / "site", capsys, "Not a directory")


def test_B14_a_damaged_or_missing_file_of_the_release_is_told(folders, write, tmp_path, capsys):
    manifest = make_release(folders.models, "r1")
    path = object_path(folders.models, manifest["models"][0]["means"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    refused(write, tmp_path / "out", capsys, "is damaged; export it again")
    path.unlink()
    refused(write, tmp_path / "out", capsys, "lacks its file")
    path.write_bytes(whole)
    manifest["models"][0]["new"] = {"url": "models/objects/../../x", "sha256": "0"}
    write_manifest(folders.models, manifest)
    refused(write, tmp_path / "out", capsys, "manifest of r1")


def test_B14_a_release_or_a_front_end_that_is_not_there_is_told(folders, write, tmp_path, capsys):
    refused(write, tmp_path / "out", capsys, "There is no release in")
    point_to(folders.models, "r1")
    refused(write, tmp_path / "out", capsys, "the manifest of r1 cannot be read")
    make_release(folders.models, "r1")
    (folders.dist / WORKER).unlink()
    refused(write, tmp_path / "out", capsys, "make demo")
    (folders.dist / ".vite" / "manifest.json").unlink()
    refused(write, tmp_path / "out", capsys, "the front end is not built")


def test_B14_a_kill_leaves_the_former_site_or_the_new_one(folders, write, tmp_path, capsys):
    make_release(folders.models, "r1")
    out = tmp_path / "out"
    assert write(out) == 0
    old = tmp_path / ".out.old.tmp"
    fresh = tmp_path / ".out.new.tmp"
    # Killed between the two renames, and then refused: the former site is back.
    out.rename(old)
    (fresh / "assets").mkdir(parents=True)
    (folders.dist / WORKER).rename(folders.dist / "away")
    assert write(out) == 1
    assert "<title>r1</title>" in (out / "index.html").read_text()
    (folders.dist / "away").rename(folders.dist / WORKER)
    # Killed before the first: half a site is in nobody's way.
    (fresh / "models").mkdir(parents=True)
    make_release(folders.models, "r2")
    assert write(out) == 0
    assert "<title>r2</title>" in (out / "index.html").read_text()
    assert not list(tmp_path.glob(".*.tmp"))


def test_B14_the_command_line_is_explained(capsys):
    assert main([]) == 2
    assert "MODELS OUT" in capsys.readouterr().err
