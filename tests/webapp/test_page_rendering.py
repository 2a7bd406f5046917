"""The page: rendered once a release, with Vite's file names, cached by ETag."""

import gzip
import hashlib
import json
import re

import brotli

from tests.support.made_releases import TinyModel, make_release, point_to, write_manifest
from tests.support.site import (
    CHUNK,
    EMBED,
    LATER,
    NOTICES,
    RUNTIME,
    SCRIPT,
    START,
    STYLE,
    make_dist,
)
from tests.webapp.conftest import eventually


def test_the_page_names_the_built_files_relative_to_itself(client):
    page = client.get("/").text
    assert f'<script type="module" src="{SCRIPT}"></script>' in page
    assert f'<link rel="stylesheet" href="{STYLE}">' in page
    # What the script fetches at once, and what that needs in turn, but nothing beyond.
    for path in (START, CHUNK):
        assert f'<link rel="modulepreload" href="{path}">' in page
    assert f'href="{LATER}"' not in page
    assert not re.search(r'(src|href)="/', page)


def test_the_page_holds_the_release_s_manifest(client):
    page = client.get("/").text
    held = re.search(r'<script type="application/json" id="manifest">(.*?)</script>', page)
    assert json.loads(held.group(1)) == client.get("/api/manifest").json()
    assert '<p id="cvae-2">Tiny cvae-2</p>' in page


def test_B14_the_page_names_every_built_file_with_its_hash(client, shared_folders):
    page = client.get("/").text
    held = re.search(r'<script type="application/json" id="built">(.*?)</script>', page)
    built = json.loads(held.group(1))
    assert {file["url"] for file in built} == {
        SCRIPT, START, CHUNK, LATER, EMBED, STYLE, RUNTIME, NOTICES,
    }  # fmt: skip
    for file in built:
        data = (shared_folders.dist / file["url"]).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert "data-server" not in page
    assert "http-equiv" not in page


def test_B14_compressed_copies_and_hidden_files_are_not_of_the_page(folders, app):
    make_release(folders.models, "r1")
    for name in ("main-abcd1234.js.br", "main-abcd1234.js.gz", ".hidden", "half.tmp"):
        (folders.dist / "assets" / name).write_bytes(b"copy")
    with app(folders) as client:
        page = client.get("/").text
    for word in (".br", ".gz", ".hidden", ".tmp"):
        assert word not in page


def test_a_title_can_neither_end_the_manifest_s_script_nor_become_markup(folders, app):
    title = "</script><script>alert(1)</script><!--"
    manifest = make_release(folders.models, "r1")
    manifest["models"][0]["title"] = title
    write_manifest(folders.models, manifest)
    with app(folders) as client:
        page = client.get("/").text
    assert "<script>alert" not in page
    held = re.search(r'id="manifest">(.*?)</script>', page).group(1)
    assert json.loads(held)["models"][0]["title"] == title


def test_the_page_is_not_sent_to_who_has_it(client):
    first = client.get("/")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_each_encoding_of_the_page_has_an_etag_of_its_own(client):
    etags = set()
    plain = client.get("/").content
    for encoding, decoder in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        with client.stream("GET", "/", headers={"accept-encoding": encoding}) as answer:
            assert answer.headers["content-encoding"] == encoding
            assert answer.headers["vary"] == "accept-encoding"
            assert decoder(b"".join(answer.iter_raw())) == plain
            etags.add(answer.headers["etag"])
    assert len(etags | {client.get("/").headers["etag"]}) == 3


def test_a_rebuilt_front_end_is_on_the_page_without_a_restart(folders, app):
    make_release(folders.models, "r1")
    with app(folders) as client:
        make_dist(folders.dist, "assets/main-zzzz9999.js")
        eventually(lambda: "main-zzzz9999.js" in client.get("/").text)


def test_an_edited_template_is_on_the_page_without_a_restart(folders, app):
    make_release(folders.models, "r1")
    with app(folders) as client:
        (folders.templates / "page.html").write_text("edited {{ release }}")
        eventually(lambda: client.get("/").text == "edited r1")


def test_a_template_that_fails_leaves_the_old_page_up(folders, app, caplog):
    make_release(folders.models, "r1")
    with app(folders) as client:
        page = client.get("/").text
        # At one stroke: an empty template, seen before the rest came, would make an empty page.
        wrong = folders.root / "page.html"
        wrong.write_text("{{ no_such_thing }}")
        wrong.replace(folders.templates / "page.html")
        eventually(lambda: "cannot be made" in caplog.text)
        assert client.get("/").text == page


def test_page_and_manifest_change_together(folders, app):
    make_release(folders.models, "r1")
    make_release(folders.models, "r2", [TinyModel(seed=9)], publish=False)
    with app(folders) as client:
        point_to(folders.models, "r2")
        eventually(lambda: client.get("/api/manifest").json()["release"] == "r2")
        page = client.get("/").text
    assert "<title>r2</title>" in page
    assert "<p>r2</p>" in page
    assert '"release":"r2"' in page
