"""Releases: verified, swapped while running, refused when bad, healed when files come back."""

import errno
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest

from latent_atlas.webapp.http.compression import BackgroundCompressor
from latent_atlas.webapp.inference import Runtime
from latent_atlas.webapp.manifest import Manifest
from latent_atlas.webapp.releases import ReleaseStore
from latent_atlas.webapp.settings import Settings
from tests.support.faults import failing
from tests.support.made_releases import (
    Maths,
    TinyModel,
    make_release,
    object_path,
    point_to,
    write_manifest,
    write_object,
)
from tests.support.own_release import LATENTS, make_own_release
from tests.webapp.conftest import eventually

OCTETS = {"content-type": "application/octet-stream"}
TWO = (TinyModel(id="one"), TinyModel(id="other", seed=2))


@pytest.fixture
def store(folders):
    """A store over the folders, without a server around it."""
    with ThreadPoolExecutor(1) as executor:
        runtime = Runtime(executor, Settings(**folders.settings()), lambda *_: None)
        yield ReleaseStore(folders.models, runtime)


def looked_again(monkeypatch, times=3):
    """Return after the server has looked at the disk that many times more."""
    looks = []
    refresh = ReleaseStore.refresh
    with monkeypatch.context() as patch:
        patch.setattr(ReleaseStore, "refresh", lambda store: (looks.append(1), refresh(store))[1])
        eventually(lambda: len(looks) > times)  # the last of them may not be done


def encode(client, model_id):
    return client.post(f"/api/models/{model_id}/encode", content=bytes(784), headers=OCTETS)


def served(client):
    return client.get("/readyz").json().get("release")


def damage(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


FILES = ["decoder", "encoder", "means", "golden", "picture"]


@pytest.mark.parametrize("how", ["damaged", "truncated", "missing"])
@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_takes_its_model_out_of_service_and_no_other(folders, app, how, name):
    manifest = make_release(folders.models, "r1", TWO)
    first, second = manifest["models"]
    path = object_path(folders.models, first[name])
    if first[name]["sha256"] == second[name]["sha256"]:
        # The picture is the same in both: give the first model one of its own.
        first[name] = write_object(folders.models, b"another picture", "png")
        write_manifest(folders.models, manifest)
        path = object_path(folders.models, first[name])
    if how == "damaged":
        damage(path)
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[:-3])
    else:
        path.unlink()
    with app(folders) as client:
        answer = encode(client, "one")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert encode(client, "other").status_code == 200
        assert client.get("/readyz").json()["models"] == {"one": "out of service", "other": "ready"}
        assert client.get("/api/manifest").json() == manifest
        assert client.get("/").status_code == 200


def test_a_bad_class_picture_takes_its_model_out_of_service(folders, app):
    models = (TinyModel(id="one", condition="decoder"), TinyModel(id="other", seed=2))
    manifest = make_release(folders.models, "r1", models)
    prepared = manifest["models"][0]["prepared"]
    prepared["images"][7] = write_object(folders.models, b"the picture of a seven", "png")
    write_manifest(folders.models, manifest)
    damage(object_path(folders.models, prepared["images"][7]))
    with app(folders) as client:
        assert client.get("/readyz").json()["models"] == {"one": "out of service", "other": "ready"}


def test_every_file_entry_is_listed_even_in_fields_not_known_here(folders):
    manifest = make_release(folders.models, "r1", TWO)
    manifest["more"] = [{"deep": write_object(folders.models, b"{}", "json")}]
    listed = {entry.name for entry in Manifest.model_validate(manifest).files}
    assert listed == {path.name for path in (folders.models / "objects").iterdir()}


def test_b20_a_damaged_lattice_costs_itself_and_not_its_model(folders, app):
    (entry,) = make_release(folders.models, "r1", [TinyModel(lattice=3)])["models"]
    object_path(folders.models, entry["lattice"]).write_bytes(b"cut")
    with app(folders) as client:
        assert client.get("/" + entry["lattice"]["url"]).status_code == 503
        (served,) = client.get("/api/manifest").json()["models"]
        assert served["lattice"] == entry["lattice"]
        assert client.post("/api/models/vae-2/decode", json={"z": [0, 0]}).status_code == 200


@pytest.mark.parametrize("wrong", [{"size": 1}, {"range": 0.0}, {"exponent": "1"}, {"tile": None}])
def test_b20_a_lattice_that_no_page_could_read_takes_its_model_off_the_page(folders, app, wrong):
    manifest = make_release(
        folders.models, "r1", [TinyModel(lattice=3), TinyModel("two")], publish=False
    )
    manifest["models"][0]["lattice"] |= wrong
    write_manifest(folders.models, manifest)
    point_to(folders.models, "r1")
    with app(folders) as client:
        assert [model["id"] for model in client.get("/api/manifest").json()["models"]] == ["two"]


def test_a_model_returns_when_its_file_does(folders, app, monkeypatch):
    manifest = make_release(folders.models, "r1", TWO)
    path = object_path(folders.models, manifest["models"][0]["decoder"])
    whole = path.read_bytes()
    path.unlink()
    with app(folders) as client:
        assert encode(client, "one").status_code == 503
        path.write_bytes(whole[:100])
        looked_again(monkeypatch)
        assert encode(client, "one").status_code == 503
        path.write_bytes(whole)
        eventually(lambda: encode(client, "one").status_code == 200)


def replaced(manifest, folders, name, value):
    """Return the manifest with the first model's golden pairs or graph replaced."""
    data = json.dumps(value).encode() if name == "golden" else value
    suffix = "json" if name == "golden" else "onnx"
    manifest["models"][0][name] = write_object(folders.models, data, suffix)
    write_manifest(folders.models, manifest)


@pytest.mark.parametrize("part", ["decode image", "encode mu", "encode logvar"])
def test_a_model_that_does_not_reproduce_its_golden_pairs_is_out_of_service(folders, app, part):
    manifest = make_release(folders.models, "r1", TWO)
    path = object_path(folders.models, manifest["models"][0]["golden"])
    golden = json.loads(path.read_text())
    side, field = part.split()
    golden[side][1][field][0] += 0.01
    replaced(manifest, folders, "golden", golden)
    with app(folders) as client:
        assert client.get("/readyz").json()["models"] == {"one": "out of service", "other": "ready"}


@pytest.mark.parametrize(
    "golden",
    [{}, [],
     {"decode": [], "encode": [], "tolerance": 0.002},
     {"decode": [{"z": [0], "image": [0]}], "encode": [{"image": [0], "mu": [0]}],
      "tolerance": 0.1},
     {"decode": [{"z": [0, 0], "image": "x"}], "encode": [], "tolerance": 1e9}],
)  # fmt: skip
def test_senseless_golden_pairs_take_their_model_out_of_service(folders, app, golden):
    manifest = make_release(folders.models, "r1", TWO)
    replaced(manifest, folders, "golden", golden)
    with app(folders) as client:
        assert encode(client, "one").status_code == 503
        assert encode(client, "other").status_code == 200


def test_a_graph_of_another_shape_takes_its_model_out_of_service(folders, app):
    manifest = make_release(folders.models, "r1", TWO)
    odd = make_release(folders.models, "odd", [TinyModel(latent_size=3)], publish=False)
    for name in ("decoder", "encoder"):
        graph = object_path(folders.models, odd["models"][0][name]).read_bytes()
        replaced(manifest, folders, name, graph)
    with app(folders) as client:
        assert encode(client, "one").status_code == 503
        assert encode(client, "other").status_code == 200


def test_bytes_that_are_no_graph_take_their_model_out_of_service(folders, app):
    manifest = make_release(folders.models, "r1", TWO)
    replaced(manifest, folders, "encoder", b"not a graph")
    with app(folders) as client:
        assert encode(client, "one").status_code == 503
        assert encode(client, "other").status_code == 200


def replace_pointer(folders, text):
    """Write current.json at one stroke: an empty one, seen before the rest came, is refused too."""
    whole = folders.root / "pointer"
    whole.write_text(text)
    whole.replace(folders.models / "current.json")


def break_manifest(folders, how):
    """Publish a release r2 that is wrong as a whole."""
    manifest = make_release(folders.models, "r2", [TinyModel(seed=9)], publish=False)
    path = folders.models / "releases" / "r2" / "manifest.json"
    entry = manifest["models"][0]
    if how == "no manifest":
        path.unlink()
    elif how == "half a manifest":
        path.write_bytes(path.read_bytes()[:100])
    elif how == "another format":
        write_manifest(folders.models, manifest | {"format": 2})
    elif how == "another release's":
        path.write_text(json.dumps(manifest | {"release": "r3"}))
    elif how == "no models":
        write_manifest(folders.models, manifest | {"models": []})
    elif how == "the same id twice":
        write_manifest(folders.models, manifest | {"models": [entry, entry]})
    elif how == "a field missing":
        del entry["latent_size"]
        write_manifest(folders.models, manifest)
    elif how == "a file elsewhere":
        entry["decoder"]["url"] = "models/objects/../../../etc/passwd"
        write_manifest(folders.models, manifest)
    elif how == "no model works":
        object_path(folders.models, entry["decoder"]).unlink()
    if how == "an unreadable pointer":
        replace_pointer(folders, "{")
    elif how == "a pointer elsewhere":
        replace_pointer(folders, '{"release": "../r2"}')
    else:
        point_to(folders.models, "r2")


BREAKAGES = [
    "no manifest", "half a manifest", "another format", "another release's", "no models",
    "the same id twice", "a field missing", "a file elsewhere", "no model works",
    "an unreadable pointer", "a pointer elsewhere",
]  # fmt: skip


@pytest.mark.parametrize("how", BREAKAGES)
def test_a_bad_release_is_refused_and_the_old_one_goes_on(folders, app, how, caplog, monkeypatch):
    make_release(folders.models, "r1")
    with app(folders) as client:
        break_manifest(folders, how)
        eventually(lambda: "atlas_releases_refused_total 1.0" in client.get("/metrics").text)
        looked_again(monkeypatch)
        assert served(client) == "r1"
        assert encode(client, "vae-2").status_code == 200
        warnings = [
            record.getMessage() for record in caplog.records if record.levelname == "WARNING"
        ]
        assert len(warnings) == len(set(warnings)), "said once, however often the disk is looked at"
        assert sum("r1" in warning for warning in warnings) == 1  # which release stays in service
        assert "atlas_releases_refused_total 1.0" in client.get("/metrics").text
        make_release(folders.models, "r4", [TinyModel(seed=4)])
        eventually(lambda: served(client) == "r4")


def test_a_refused_release_goes_live_once_it_is_mended(folders, app, caplog):
    make_release(folders.models, "r1")
    with app(folders) as client:
        manifest = make_release(folders.models, "r2", [TinyModel(seed=9)], publish=False)
        write_manifest(folders.models, manifest | {"format": 2})
        point_to(folders.models, "r2")
        eventually(lambda: "refused" in caplog.text)
        write_manifest(folders.models, manifest)
        eventually(lambda: served(client) == "r2")


def test_a_removed_pointer_leaves_the_release_serving(folders, app, caplog):
    make_release(folders.models, "r1")
    with app(folders) as client:
        (folders.models / "current.json").unlink()
        eventually(lambda: "refused" in caplog.text)
        assert served(client) == "r1"


def test_unknown_fields_are_allowed(folders, app):
    manifest = make_release(folders.models, "r1")
    manifest["more"] = {"deep": [1]}
    manifest["models"][0]["more"] = 1
    manifest["models"][0]["decoder"]["more"] = 1
    write_manifest(folders.models, manifest)
    with app(folders) as client:
        assert encode(client, "vae-2").status_code == 200


def test_the_first_release_goes_live_in_a_server_that_had_none(folders, app):
    with app(folders, ready=False) as client:
        assert client.get("/readyz").status_code == 503
        make_release(folders.models, "r1")
        eventually(lambda: served(client) == "r1")


def test_a_new_release_answers_with_its_own_weights(folders, app):
    make_release(folders.models, "r1", [TinyModel(seed=1)])
    image = np.arange(784, dtype=np.uint8).reshape(1, 28, 28, 1)
    with app(folders) as client:
        for release, seed in (("r1", 1), ("r2", 2), ("r3", 3)):
            model = TinyModel(seed=seed)
            make_release(folders.models, release, [model])
            eventually(lambda release=release: served(client) == release)
            answer = client.post(
                "/api/models/vae-2/encode", content=image.tobytes(), headers=OCTETS
            ).json()
            np.testing.assert_allclose(
                answer["mu"] + answer["logvar"], Maths(model).encode(image)[0], atol=1e-4
            )


def test_an_unchanged_graph_keeps_its_session(folders, store):
    make_release(folders.models, "r1", TWO)
    before = store.refresh()
    make_release(folders.models, "r2", (TWO[0], TinyModel(id="other", seed=7)))
    after = store.refresh()
    assert after.id == "r2"
    assert after.models["one"].encoder is before.models["one"].encoder
    assert after.models["one"].decoder is before.models["one"].decoder
    assert after.models["other"].encoder is not before.models["other"].encoder


def test_a_renamed_model_keeps_its_session_too(folders, store):
    make_release(folders.models, "r1", [TinyModel(id="one")])
    before = store.refresh()
    make_release(folders.models, "r2", [TinyModel(id="new-name")])
    assert store.refresh().models["new-name"].encoder is before.models["one"].encoder


def test_nothing_is_read_again_while_nothing_changes(folders, store, monkeypatch):
    make_release(folders.models, "r1")
    release = store.refresh()
    monkeypatch.setattr(store, "_load", lambda _: pytest.fail("it was read again"))
    assert store.refresh() is release
    # The same content under a new time is the same pointer.
    point_to(folders.models, "r1")
    assert store.refresh() is release


def test_readers_see_no_failure_and_no_mixture_while_releases_change(folders, app):
    models = [TinyModel(seed=seed) for seed in (1, 2)]
    for index, model in enumerate(models):
        make_release(folders.models, f"r{index}", [model], publish=False)
    point_to(folders.models, "r0")
    image = np.arange(784, dtype=np.uint8).reshape(1, 28, 28, 1)
    possible = [Maths(model).encode(image)[0][:2] for model in models]
    stop = threading.Event()

    with app(folders) as client:

        def read() -> int:
            count = 0
            while not stop.is_set():
                answer = client.post(
                    "/api/models/vae-2/encode", content=image.tobytes(), headers=OCTETS
                )
                assert answer.status_code == 200
                assert any(np.allclose(answer.json()["mu"], mu, atol=1e-4) for mu in possible)
                page = client.get("/").text
                assert any(page.count(f">{r}<") == 2 for r in ("r0", "r1"))
                count += 1
            return count

        with ThreadPoolExecutor(2) as pool:
            readers = [pool.submit(read) for _ in range(2)]
            try:
                for turn in range(1, 9):
                    point_to(folders.models, f"r{turn % 2}")
                    eventually(lambda turn=turn: served(client) == f"r{turn % 2}")
            finally:
                stop.set()
            assert all(reader.result() > 5 for reader in readers)


def test_a_new_release_s_files_get_compressed_copies_in_the_background(folders, app):
    manifest = make_release(folders.models, "r1")
    url = manifest["models"][0]["means"]["url"]
    blocked = object_path(folders.models, manifest["models"][0]["encoder"])
    blocked = blocked.with_name(blocked.name + ".br")
    blocked.mkdir()  # a copy that cannot be written costs no other file its copies
    os.utime(blocked, (0, 0))
    with app(folders, compress_objects=True) as client:
        headers = {"accept-encoding": "br"}
        # The compressor has a low priority: on a busy machine it takes its time.
        eventually(lambda: "content-encoding" in client.get("/" + url, headers=headers).headers, 90)
        path = object_path(folders.models, manifest["models"][0]["means"])
        assert client.get("/" + url, headers=headers).content == path.read_bytes()


def test_a_stopped_server_leaves_no_compressor_behind(folders, monkeypatch):
    (folders.models / "objects").mkdir(parents=True)
    (folders.models / "objects" / "large.js").write_bytes(os.urandom(1 << 16).hex().encode() * 40)
    compressor = BackgroundCompressor(folders.models)
    compressor.start()
    process = compressor._process
    compressor.stop()
    assert process.poll() is not None


def spoil(entry, how):
    """Make a model's entry in the manifest wrong."""
    if how == "no title":
        del entry["title"]
    elif how == "short class_names":
        entry["class_names"] = entry["class_names"][:9]
    elif how == "lying latent_size":
        entry["latent_size"] = 3
        entry["prepared"]["z"] = [0.0] * 3
    elif how == "enormous image":
        entry["image"] = {"height": 65536, "width": 65536, "channels": 16}
    elif how == "enormous classes":
        entry["classes"] = 65536
        entry["class_names"] = ["x"] * 65536
    elif how == "metrics null":
        entry["metrics"] = None
    elif how == "NaN":
        entry["metrics"]["squared_error"] = float("nan")
    elif how == "Infinity":
        entry["view"]["scale"] = float("inf")
    elif how == "a wrong file entry in an unknown field":
        entry["more"] = {"url": "models/objects/x", "sha256": "y", "bytes": 1}


SPOILT = [
    "no title", "short class_names", "lying latent_size", "enormous image", "enormous classes",
    "metrics null", "NaN", "Infinity", "a wrong file entry in an unknown field",
]  # fmt: skip


@pytest.mark.parametrize("how", SPOILT)
def test_a_wrong_entry_costs_its_model_and_neither_release_nor_page(folders, app, how):
    # The first sections of the page show a model of this name.
    models = (TinyModel(id="vae-2", condition="decoder"), TinyModel(id="other", seed=2))
    manifest = make_release(folders.models, "r1", models, publish=False)
    spoil(manifest["models"][0], how)
    write_manifest(folders.models, manifest)
    point_to(folders.models, "r1")
    with app(folders) as client:
        told = client.get("/readyz").json()
        assert told["models"] == {"vae-2": "out of service", "other": "ready"}
        assert told["faults"].keys() == {"model vae-2"}
        assert encode(client, "vae-2").status_code == 503
        assert encode(client, "other").status_code == 200
        page = client.get("/")
        assert page.status_code == 200
        assert 'id="other"' in page.text
        assert 'id="vae-2"' not in page.text
        text = client.get("/api/manifest").text
        assert "NaN" not in text
        assert "Infinity" not in text
        assert [model["id"] for model in json.loads(text)["models"]] == ["other"]
        assert 'atlas_faults{reason="' in client.get("/metrics").text


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "1" + "0" * 400 + ".5"])
def test_a_number_that_is_not_finite_is_never_published(folders, app, number):
    manifest = make_release(folders.models, "r1", TWO)
    for name in ("means", "more"):
        data = b'{"x": [1.5, %s]}' % number.encode()
        manifest["models"][0][name] = write_object(folders.models, data, "json")
    write_manifest(folders.models, manifest)
    with app(folders) as client:
        assert client.get("/readyz").json()["models"] == {"one": "out of service", "other": "ready"}
        assert client.get("/" + manifest["models"][0]["more"]["url"]).status_code == 503
        path = folders.models / "releases" / "r2" / "manifest.json"
        path.parent.mkdir()
        whole = json.dumps(manifest | {"release": "r2"})
        path.write_text(whole[:-1] + f', "palette": [{number}]}}')
        point_to(folders.models, "r2")
        eventually(lambda: "finite" in client.get("/readyz").json()["faults"].get("release", ""))
        assert served(client) == "r1"


@pytest.mark.parametrize("what", ["current.json", "manifest", "decoder", "means"])
def test_a_file_that_could_not_be_read_for_a_moment_needs_nobody_to_touch_it(folders, app, what):
    manifest = make_release(folders.models, "r1", TWO)
    name = {"current.json": "current.json", "manifest": "manifest.json"}.get(what)
    name = name or object_path(folders.models, manifest["models"][0][what]).name
    with failing("open", errno.EMFILE, name), app(folders, ready=False) as client:
        eventually(lambda: "too many open files" in client.get("/readyz").text)
        assert "too many open files" in client.get("/metrics").text
    fault = ExitStack()
    fault.enter_context(failing("open", errno.EACCES, name))  # before the server can look
    with fault, app(folders, ready=False) as client:
        eventually(lambda: "permission denied" in client.get("/readyz").text)
        fault.close()
        eventually(lambda: client.get("/readyz").json().get("models") == {
            "one": "ready", "other": "ready"
        })  # fmt: skip
        eventually(lambda: "atlas_faults{" not in client.get("/metrics").text)


def test_a_document_that_the_page_could_not_read_is_read_later(folders, app, monkeypatch):
    manifest = make_release(folders.models, "r1")
    document = write_object(folders.models, b'{"claims": [], "models": []}', "json")
    write_manifest(folders.models, manifest | {"study": document})
    fault = ExitStack()
    fault.enter_context(failing("open", errno.EIO, document["sha256"]))
    with fault, app(folders, ready=False) as client:
        eventually(lambda: "page" in client.get("/readyz").json().get("faults", {}))
        assert client.get("/").status_code == 200
        fault.close()
        eventually(lambda: "faults" not in client.get("/readyz").json())


def test_an_unexpected_error_is_counted_and_tried_again(folders, app, monkeypatch, caplog):
    make_release(folders.models, "r1")
    with app(folders) as client:
        with monkeypatch.context() as patch:
            patch.setattr("latent_atlas.webapp.pages.PageMaker.make", lambda *_: {}["x"])
            make_release(folders.models, "r2", [TinyModel(seed=2)])
            eventually(lambda: "atlas_releases_refused_total 1.0" in client.get("/metrics").text)
            assert served(client) == "r1"
        eventually(lambda: served(client) == "r2")


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_in_place_of_the_pointer_does_not_hang_the_server(folders, app, kind):
    make_release(folders.models, "r1")
    pointer = folders.models / "current.json"
    with app(folders) as client:
        pointer.unlink()
        os.mkfifo(pointer) if kind == "pipe" else pointer.mkdir()
        eventually(lambda: "release" in client.get("/readyz").json().get("faults", {}))
        assert client.get("/models/current.json").status_code == 404
        pointer.unlink() if kind == "pipe" else pointer.rmdir()
        make_release(folders.models, "r2", [TinyModel(seed=2)])
        eventually(lambda: served(client) == "r2")
        pointer.unlink()
        os.mkfifo(pointer)
        eventually(lambda: "release" in client.get("/readyz").json().get("faults", {}))
    # Leaving the block has stopped the application.


def test_B21_a_model_of_ones_own_may_lack_metrics_class_names_and_an_encoder(folders, app):
    make_own_release(folders.models, LATENTS)
    with app(folders) as client:
        assert client.get("/readyz").json()["models"] == {"given-latents": "ready"}
        (entry,) = client.get("/api/manifest").json()["models"]
        assert (entry["classes"], entry["class_names"]) == (1, ["all images"])
        assert entry["metrics"] == {}
        url = "/api/models/given-latents"
        assert client.post(f"{url}/decode", json={"z": [0.0] * 20}).status_code == 200
        octets = {"content-type": "application/octet-stream"}
        refused = client.post(f"{url}/encode", content=bytes(784), headers=octets)
        assert refused.status_code == 404
        assert refused.json()["detail"] == "The model given-latents has no encoder."
