"""Files: types, caching, compressed copies, ranges, and what is never served."""

import errno
import gzip
import json
import os

import brotli
import pytest

from latent_atlas.webapp.http.compression import compress
from tests.support.faults import failing
from tests.support.made_releases import TinyModel, make_release, object_path, point_to
from tests.support.site import ELEMENT, RUNTIME, RUNTIME_BYTES, SCRIPT, STYLE, WORKER

IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def site(folders, app):
    """An app over folders that the test may change, and the manifest of its release."""
    manifest = make_release(folders.models, "r1")
    with app(folders) as client:
        yield client, folders, manifest["models"][0]


def raw(client, path, **headers):
    """Return the response with its body as it came over the wire."""
    with client.stream(
        "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
    ) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("name", "media_type"),
    [(SCRIPT, "text/javascript; charset=utf-8"), (STYLE, "text/css; charset=utf-8"),
     (RUNTIME, "application/wasm")],
)  # fmt: skip
def test_built_files_have_their_type_and_are_kept_for_ever(
    client, shared_folders, name, media_type
):
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    assert answer.content == (shared_folders.dist / name).read_bytes()
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == IMMUTABLE
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_module_script_is_javascript_and_an_unhashed_file_is_asked_for_again(site):
    client, folders, _ = site
    (folders.dist / "assets" / "plain.mjs").write_bytes(b"export {};")
    answer = client.get("/assets/plain.mjs")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"


def test_B14_the_service_worker_is_a_script_beside_the_page_that_is_asked_for_again(site):
    client, folders, _ = site
    first = client.get(f"/{WORKER}")
    assert first.content == (folders.dist / WORKER).read_bytes()
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "no-cache"
    etag = first.headers["etag"]
    assert client.get(f"/{WORKER}", headers={"if-none-match": etag}).status_code == 304
    (folders.dist / WORKER).write_bytes(b"changed")
    assert client.get(f"/{WORKER}", headers={"if-none-match": etag}).content == b"changed"
    (folders.dist / WORKER).unlink()
    assert client.get(f"/{WORKER}").status_code == 404


def test_objects_and_manifests_are_kept_for_ever(site):
    client, _, entry = site
    types = {
        "decoder": "application/octet-stream",
        "means": "application/json",
        "picture": "image/png",
    }
    for name, media_type in types.items():
        answer = client.get("/" + entry[name]["url"])
        assert answer.headers["cache-control"] == IMMUTABLE
        assert answer.headers["content-type"] == media_type
        assert len(answer.content) == entry[name]["bytes"]
    assert client.get("/models/releases/r1/manifest.json").headers["cache-control"] == IMMUTABLE


def test_b20_a_lattice_is_a_picture_that_is_kept_and_not_compressed_again(folders, app):
    (entry,) = make_release(folders.models, "r1", [TinyModel(lattice=3)])["models"]
    with app(folders) as client:
        answer, body = raw(client, "/" + entry["lattice"]["url"], accept_encoding="br")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == IMMUTABLE
    assert "content-encoding" not in answer.headers
    assert len(body) == entry["lattice"]["bytes"]


def test_the_pointer_is_asked_for_again_and_not_sent_twice(site):
    client, folders, _ = site
    first = client.get("/models/current.json")
    assert first.json() == {"release": "r1"}
    assert first.headers["cache-control"] == "no-cache"
    etag = first.headers["etag"]
    again = client.get("/models/current.json", headers={"if-none-match": f'W/"x", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    before = (folders.models / "current.json").stat()
    point_to(folders.models, "r9")
    # As if it had been replaced within one tick of the clock: same size, same time.
    os.utime(folders.models / "current.json", ns=(before.st_atime_ns, before.st_mtime_ns))
    changed = client.get("/models/current.json", headers={"if-none-match": etag})
    assert (changed.status_code, changed.json()) == (200, {"release": "r9"})


def test_a_file_that_may_change_is_sent_compressed_while_its_copy_is_of_it(site):
    client, folders, _ = site
    script = folders.dist / ELEMENT
    script.write_bytes(b"export const atlas = 1;\n" * 100)
    compress(script)
    answer, body = raw(client, f"/{ELEMENT}", accept_encoding="br")
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["vary"] == "accept-encoding"
    assert brotli.decompress(body) == script.read_bytes()
    kept = answer.headers["etag"]
    assert kept != client.get(f"/{ELEMENT}", headers={"accept-encoding": ""}).headers["etag"]
    fields = {"accept-encoding": "br", "if-none-match": kept}
    assert client.get(f"/{ELEMENT}", headers=fields).status_code == 304
    # A copy of something else, newer than the file: the file itself must do.
    copy = script.with_name(f"{ELEMENT}.br")
    copy.write_bytes(brotli.compress(b"other"))
    answer, body = raw(client, f"/{ELEMENT}", accept_encoding="br")
    assert "content-encoding" not in answer.headers
    assert body == script.read_bytes()


def test_a_kept_file_is_not_sent_again(client):
    etag = client.get(f"/{SCRIPT}").headers["etag"]
    answer = client.get(f"/{SCRIPT}", headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("br;q=0, gzip", "gzip"),
     ("br;q=0.1, gzip;q=0.9", "gzip"), ("*", "br"), ("*;q=0", None), ("identity", None),
     ("identity, br;q=0.5", None), ("br;q=0, gzip;q=0", None), ("deflate", None), ("", None),
     ("BR", "br"), ("br;q=nonsense, gzip", "gzip"), ("identity;q=0, gzip;q=0.1", "gzip")],
)  # fmt: skip
def test_the_copy_that_the_client_prefers_is_sent(site, accepted, encoding):
    client, folders, _ = site
    compress(folders.dist / RUNTIME)
    answer, body = raw(client, f"/{RUNTIME}", accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "application/wasm"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(body)
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert decode(body) == RUNTIME_BYTES


def test_each_copy_has_an_etag_of_its_own(site):
    client, folders, _ = site
    compress(folders.dist / RUNTIME)
    accepted = ("identity", "gzip", "br")
    etags = {raw(client, f"/{RUNTIME}", accept_encoding=e)[0].headers["etag"] for e in accepted}
    assert len(etags) == 3


def test_a_copy_older_than_its_file_is_not_sent(site):
    client, folders, _ = site
    script = folders.dist / SCRIPT
    compress(script)
    later = script.stat().st_mtime_ns + 10**10
    script.write_bytes(b"changed")
    os.utime(script, ns=(later, later))
    answer, body = raw(client, f"/{SCRIPT}", accept_encoding="br")
    assert "content-encoding" not in answer.headers
    assert body == b"changed"


def test_an_empty_copy_only_says_that_compression_was_tried(site):
    client, folders, _ = site
    (folders.dist / (SCRIPT + ".br")).touch()
    answer, body = raw(client, f"/{SCRIPT}", accept_encoding="br")
    assert "content-encoding" not in answer.headers
    assert body


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=300000-300009", 300000, 300009), ("bytes=-5", -5, None),
     ("bytes=600000-", 600000, None), ("bytes=600000-99999999", 600000, None)],
)  # fmt: skip
def test_a_range_is_answered_with_those_bytes(client, asked, first, last):
    answer = client.get(f"/{RUNTIME}", headers={"range": asked})
    expected = RUNTIME_BYTES[first:] if last is None else RUNTIME_BYTES[first : last + 1]
    assert answer.status_code == 206
    assert answer.content == expected
    start = first % len(RUNTIME_BYTES)
    end = start + len(expected) - 1
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(RUNTIME_BYTES)}"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "lines=1-2", "nonsense"]
)
def test_a_range_that_is_not_one_is_answered_in_full(client, asked):
    whole = client.get(f"/{SCRIPT}").content
    answer = client.get(f"/{SCRIPT}", headers={"range": asked})
    assert (answer.status_code, answer.content) == (200, whole)
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_range_beyond_the_end_is_refused(client, shared_folders):
    answer = client.get(f"/{SCRIPT}", headers={"range": "bytes=999999-"})
    size = (shared_folders.dist / SCRIPT).stat().st_size
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert client.get(f"/{SCRIPT}", headers={"range": "bytes=-0"}).status_code == 416


def test_a_range_of_another_version_is_answered_in_full(client):
    whole = client.get(f"/{SCRIPT}")
    for etag, body in (('"other"', whole.content), (whole.headers["etag"], whole.content[:4])):
        headers = {"range": "bytes=0-3", "if-range": etag}
        assert client.get(f"/{SCRIPT}", headers=headers).content == body


def test_head_says_what_get_would_send_and_sends_nothing(client):
    answer = client.head(f"/{RUNTIME}")
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(RUNTIME_BYTES))
    assert answer.content == b""


@pytest.mark.parametrize(
    "path",
    ["/assets/../.vite/manifest.json", "/assets/%2e%2e/.vite/manifest.json",
     "/assets/%2e%2e%2f.vite%2fmanifest.json", "/assets/..%5c.vite%5cmanifest.json",
     "/assets//etc/passwd", "/assets/%2fetc%2fpasswd", "/assets/", "/assets", "/assets/.",
     "/assets/%00", "/assets/x%00.js", "/models/..%2fdist%2fassets%2fmain-abcd1234.js",
     "/models/objects", "/models/", "/models/.lock", "/models/objects/.hidden.json",
     "/models/releases/r1/.manifest.json.tmp", "/models/half.tmp",
     "/assets/" + "a" * 5000, "/models/" + "a/" * 500 + "b"],
)  # fmt: skip
def test_nothing_hidden_unfinished_or_outside_is_served(site, path):
    client, folders, _ = site
    for name in (".lock", "half.tmp", "objects/.hidden.json", "releases/r1/.manifest.json.tmp"):
        (folders.models / name).write_bytes(b"secret")
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_a_link_out_of_the_folder_is_not_followed(site):
    client, folders, _ = site
    (folders.root / "secret.js").write_text("secret")
    (folders.dist / "assets" / "link-abcd1234.js").symlink_to(folders.root / "secret.js")
    assert client.get("/assets/link-abcd1234.js").status_code == 404


def test_something_that_is_no_regular_file_is_not_opened(site):
    client, folders, _ = site
    os.mkfifo(folders.dist / "assets" / "pipe-abcd1234.js")
    assert client.get("/assets/pipe-abcd1234.js").status_code == 404


def test_compressed_copies_have_no_address_of_their_own(site):
    client, folders, _ = site
    compress(folders.dist / RUNTIME)
    assert client.get(f"/{RUNTIME}.br").status_code == 404
    assert client.get(f"/{RUNTIME}.gz").status_code == 404


def test_a_damaged_object_is_not_sent_to_stay_in_caches_for_ever(site):
    client, folders, entry = site
    path = object_path(folders.models, entry["means"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert client.get("/" + entry["means"]["url"]).status_code == 503
    path.write_bytes(whole)
    assert client.get("/" + entry["means"]["url"]).content == whole


def test_a_released_manifest_is_served_as_it_is_on_disk(site):
    client, folders, _ = site
    on_disk = folders.models / "releases" / "r1" / "manifest.json"
    assert client.get("/models/releases/r1/manifest.json").json() == json.loads(on_disk.read_text())


@pytest.mark.parametrize("suffix", [".br", ".gz"])
@pytest.mark.parametrize("what", ["object", "built file"])
def test_a_damaged_copy_is_not_sent(site, suffix, what):
    client, folders, entry = site
    url = entry["means"]["url"] if what == "object" else RUNTIME
    path = object_path(folders.models, entry["means"]) if what == "object" else folders.dist / url
    compress(path)
    copy = path.with_name(path.name + suffix)
    whole = copy.read_bytes()
    encoding = {".br": "br", ".gz": "gzip"}[suffix]
    for damaged in (whole[: len(whole) // 2], bytes([*whole[:40], whole[40] ^ 4, *whole[41:]])):
        copy.write_bytes(damaged)
        answer, body = raw(client, f"/{url}", accept_encoding=encoding)
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers
        assert body == path.read_bytes()
    compress(path)  # a damaged copy is made anew
    answer, body = raw(client, f"/{url}", accept_encoding=encoding)
    assert answer.headers["content-encoding"] == encoding
    assert body == whole


@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE, errno.ENOMEM, errno.EIO])
def test_a_file_that_cannot_be_read_now_is_neither_missing_nor_damaged(site, number):
    client, folders, entry = site
    urls = (entry["means"]["url"], SCRIPT, WORKER, "models/current.json")
    with failing("open", number, folders.root):
        for url in urls:
            answer = client.get(f"/{url}")
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
        assert os.strerror(number).lower() in client.get("/readyz").text
        assert os.strerror(number).lower() in client.get("/metrics").text
    for url in urls:
        assert client.get(f"/{url}").status_code == 200
