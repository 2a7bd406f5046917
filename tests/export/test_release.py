"""What `python -m export` writes, and what it refuses to."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from filelock import FileLock

from latent_atlas.export.__main__ import main
from latent_atlas.export.documents.json_numbers import to_json
from latent_atlas.export.documents.maps import class_statistics, home_view, nearest_mean_accuracy
from latent_atlas.export.onnx_graphs import graphs
from latent_atlas.export.onnx_graphs.parity import make_session
from latent_atlas.export.publish import ReleaseFolder
from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import as_float, one_hot
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.runs.run_folder import load_run
from tests.support.server import Server
from tests.support.whole import read_whole_release

pytestmark = pytest.mark.slow

Export = Callable[..., int]


def object_bytes(models: Path, entry: dict[str, object]) -> bytes:
    return (models / "objects" / Path(str(entry["url"])).name).read_bytes()


def test_a_release_is_whole_and_in_the_recipes_order(export: Export, models: Path) -> None:
    assert export() == 0
    manifest = read_whole_release(models)
    assert manifest["format"] == 1
    assert [m["id"] for m in manifest["models"]] == ["vae-2", "label-decoder-vae-2", "cvae-2"]
    assert [m["kind"] for m in manifest["models"]] == ["vae", "label-decoder-vae", "cvae"]
    assert len(manifest["palette"]) == 10


@pytest.mark.parametrize("condition", ["none", "decoder", "both"])
def test_graphs_keep_the_contract(export: Export, models: Path, condition: str, tiny: Path) -> None:
    assert export() == 0
    entry = next(m for m in read_whole_release(models)["models"] if m["condition"] == condition)
    decoder = onnx.load_from_string(object_bytes(models, entry["decoder"]))
    encoder = onnx.load_from_string(object_bytes(models, entry["encoder"]))
    labelled = {"none": ([], []), "decoder": (["label"], []), "both": (["label"], ["label"])}
    decoder_label, encoder_label = labelled[condition]
    assert [i.name for i in decoder.graph.input] == ["z", *decoder_label]
    assert [o.name for o in decoder.graph.output] == ["image"]
    assert [i.name for i in encoder.graph.input] == ["image", *encoder_label]
    assert [o.name for o in encoder.graph.output] == ["mu", "logvar"]
    for graph in (decoder, encoder):
        for value in (*graph.graph.input, *graph.graph.output):
            assert value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
            assert value.type.tensor_type.shape.dim[0].dim_param == "batch"
        assert all(opset.version <= 20 for opset in graph.opset_import)
        meta = {prop.key: prop.value for prop in graph.metadata_props}
        assert meta["id"] == entry["id"]
        assert meta["latent_size"] == "2"
        assert meta["kind"] == entry["kind"]
        assert meta["condition"] == condition
        assert (meta["dataset"], meta["dataset_licence"]) == ("mnist", "CC BY-SA 3.0")
        assert (meta["value_range"], meta["licence"]) == ("0..1", "MIT")
        assert meta["schema"] == "latent-atlas release format 1"
        assert "commit" in meta
        assert not any("Random" in node.op_type for node in graph.graph.node)
        text = graph.SerializeToString()
        assert b".py" not in text
        assert str(tiny).encode() not in text
    assert {t.data_type for t in decoder.graph.initializer if np.prod(t.dims) >= 4096} == {
        onnx.TensorProto.INT8
    }


def test_graphs_compute_what_pytorch_does(export: Export, models: Path, tiny: Path) -> None:
    assert export() == 0
    for entry in read_whole_release(models)["models"]:
        model = load_run(tiny / "runs-1" / entry["id"]).model
        session = make_session(object_bytes(models, entry["decoder"]))
        for batch in (1, 2, 17):
            inputs = graphs.example_inputs(model, "decoder", batch)
            assert float(inputs["z"].abs().max()) <= 4
            expected = graphs.Decoder(model)(**inputs)[0].detach().numpy()
            found = session.run(None, {k: v.numpy() for k, v in inputs.items()})[0]
            # Weights were rounded to what is stored when the run ended: nothing is lost here.
            np.testing.assert_allclose(found, expected, atol=1e-5)


def test_golden_pairs_replay(export: Export, models: Path) -> None:
    assert export() == 0
    for entry in read_whole_release(models)["models"]:
        golden = json.loads(object_bytes(models, entry["golden"]))
        decoder = make_session(object_bytes(models, entry["decoder"]))
        encoder = make_session(object_bytes(models, entry["encoder"]))
        for pair in golden["decode"]:
            feeds = {"z": np.array([pair["z"]], np.float32)}
            if entry["condition"] != "none":
                feeds["label"] = np.eye(10, dtype=np.float32)[[pair["label"]]]
            image = decoder.run(None, feeds)[0]
            np.testing.assert_allclose(image.ravel(), pair["image"], atol=golden["tolerance"])
        for pair in golden["encode"]:
            image = np.array(pair["image"], np.float32).reshape(1, 1, 28, 28) / 255
            feeds = {"image": image}
            if entry["condition"] == "both":
                feeds["label"] = np.eye(10, dtype=np.float32)[[pair["label"]]]
            mu, logvar = encoder.run(None, feeds)
            np.testing.assert_allclose(mu.ravel(), pair["mu"], atol=golden["tolerance"])
            np.testing.assert_allclose(logvar.ravel(), pair["logvar"], atol=golden["tolerance"])


def test_means_are_the_encoder_s_answer_to_every_training_image(
    export: Export, models: Path, tiny: Path
) -> None:
    assert export() == 0
    images = datasets.load("mnist", "train", tiny / "data")
    for entry in read_whole_release(models)["models"]:
        means = json.loads(object_bytes(models, entry["means"]))
        assert means["count"] == len(means["x"]) == len(means["y"]) == len(images)
        assert means["labels"] == images.labels.tolist()
        encoder = make_session(object_bytes(models, entry["encoder"]))
        feeds = {"image": as_float(images.pixels).numpy()}
        if entry["condition"] == "both":
            feeds["label"] = one_hot(images.labels, 10).numpy()
        mu = encoder.run(["mu"], feeds)[0]
        np.testing.assert_allclose(np.array([means["x"], means["y"]]).T, mu, atol=1e-3)
        own = mu[images.labels.numpy() == 3]
        three = means["statistics"][3]
        assert (three["label"], three["count"]) == (3, len(own))
        np.testing.assert_allclose(three["mean"], own.mean(0), atol=1e-3)
        np.testing.assert_allclose(three["covariance"], np.cov(own.T), atol=1e-3)


def test_the_home_view_shows_the_points() -> None:
    rng = np.random.default_rng(0)
    mu = rng.normal(size=(5000, 2)) * [3, 1] + [10, -2]
    view = home_view(mu)
    half = view["scale"] / 2
    inside = (np.abs(mu - view["centre"]) <= half).all(axis=1).mean()
    assert inside > 0.99
    assert view["centre"] == pytest.approx([10, -2], abs=0.5)
    assert class_statistics(mu[:1], np.zeros(1, int))[0]["covariance"] == [[0, 0], [0, 0]]


def test_nearest_mean_accuracy_tells_separate_classes_from_mixed_ones() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(3000) % 3
    apart = rng.normal(size=(3000, 2)) + 20 * labels[:, None]
    assert nearest_mean_accuracy(apart, labels) == 1
    assert nearest_mean_accuracy(rng.normal(size=(3000, 2)), labels) < 0.45


def test_the_same_runs_make_the_same_release(export: Export, models: Path) -> None:
    assert export() == 0
    first = read_whole_release(models)
    times = {path: path.stat().st_mtime_ns for path in (models / "objects").iterdir()}
    assert export() == 0
    assert read_whole_release(models) == first
    assert {path: path.stat().st_mtime_ns for path in (models / "objects").iterdir()} == times


def test_a_retrained_model_replaces_itself_and_the_others_are_carried_over(
    export: Export, models: Path
) -> None:
    assert export() == 0
    before = {m["id"]: m for m in read_whole_release(models)["models"]}
    assert export("vae-2", seed=2) == 0
    after = {m["id"]: m for m in read_whole_release(models)["models"]}
    assert after["vae-2"] != before["vae-2"]
    assert after["cvae-2"] == before["cvae-2"]
    assert export("vae-2", "--only", seed=2) == 0
    assert [m["id"] for m in read_whole_release(models)["models"]] == ["vae-2"]


def test_a_refresh_renews_the_study_and_needs_no_runs(
    export: Export, models: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--refresh", "--runs", str(models / "no-runs")]
    assert export(*arguments) == 1
    assert "no release" in capsys.readouterr().err
    assert export() == 0
    before = read_whole_release(models)
    assert "study" not in before
    study = models.parent / "study.json"
    study.write_text('{"runs": []}')
    assert export(*arguments, "--study", str(study)) == 0
    after = read_whole_release(models)
    assert after["models"] == before["models"]
    assert after["datasets"] == before["datasets"]
    assert json.loads(object_bytes(models, after["study"])) == {"models": [], "claims": []}
    with pytest.raises(SystemExit):
        export("vae-2", "--refresh")


def test_the_release_before_stays_until_it_is_pruned(export: Export, models: Path) -> None:
    assert export() == 0
    assert export("vae-2", seed=2) == 0
    assert len(list((models / "releases").iterdir())) == 2
    assert export("vae-2", "--prune", seed=2) == 0
    manifest = read_whole_release(models)
    assert [path.name for path in (models / "releases").iterdir()] == [manifest["release"]]
    named = {Path(e["url"]).name for e in _files(manifest)}
    assert {path.name for path in (models / "objects").iterdir()} == named


def test_releases_replaced_long_ago_are_removed(
    export: Export, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed, model in ((1, "vae-2"), (2, "vae-2"), (1, "cvae-2"), (1, "label-decoder-vae-2")):
        assert export(model, "--only", seed=seed) == 0
    assert len(list((models / "releases").iterdir())) == 4
    now = time.time()
    monkeypatch.setattr("latent_atlas.export.publish.time.time", lambda: now + 4000)
    assert export("label-decoder-vae-2", "--only") == 0
    assert len(list((models / "releases").iterdir())) == 2
    read_whole_release(models)


def _files(entry: dict[str, object]) -> list[dict[str, str]]:
    from latent_atlas.export.publish import file_entries

    return list(file_entries(entry))


def test_it_prints_what_it_wrote_and_how_large_it_is(
    export: Export, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export() == 0
    out = capsys.readouterr().out
    for path in (models / "objects").iterdir():
        assert path.name in out
    assert "is published" in out
    assert "MB" in out


def test_a_lattice_s_search_begins_at_its_own_points() -> None:
    smaller = {"lattice_points": (610,), "decoder_layers": (16,)}
    model = Autoencoder(replace(RECIPES["lattice-2"], **smaller), (1, 8, 8), 10).eval()
    graph = onnx.load_from_string(graphs.to_onnx(model, "encoder", {}))
    stored = [onnx.numpy_helper.to_array(tensor) for tensor in graph.graph.initializer]
    assert any(np.array_equal(values, model.lattice.numpy()) for values in stored)


def test_a_graph_that_is_off_is_refused_and_the_old_release_stays(
    export: Export,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert export() == 0
    before = read_whole_release(models)
    original = graphs.to_onnx

    def broken(model, part, metadata):  # type: ignore[no-untyped-def]
        graph = onnx.load_from_string(original(model, part, metadata))
        for tensor in graph.graph.initializer:
            values = onnx.numpy_helper.to_array(tensor)
            if values.dtype == np.float16 and part == "decoder":
                changed = onnx.numpy_helper.from_array(values * np.float16(1.1), tensor.name)
                tensor.CopyFrom(changed)
        return graph.SerializeToString()

    monkeypatch.setattr(graphs, "to_onnx", broken)
    assert export("cvae-2") == 1  # a model with weights in float16
    assert "off by" in capsys.readouterr().err
    assert read_whole_release(models) == before


@pytest.mark.parametrize("call", range(1, 8))
def test_a_full_disk_at_any_write_leaves_the_old_release(
    export: Export, models: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], call: int,
) -> None:  # fmt: skip
    assert export("vae-2", "--only") == 0
    before = read_whole_release(models)
    calls = 0

    def full(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2 * call - 1:  # each file syncs itself, then its folder
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("latent_atlas.train.files.os.fsync", full)
    assert export("vae-2", "--only", seed=2) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "disk is full" in error
    assert read_whole_release(models) == before
    assert not list(models.rglob("*.tmp"))


def test_one_export_at_a_time(
    export: Export, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models.mkdir()
    with FileLock(models / ".lock"):
        assert export() == 1
    assert "Another export" in capsys.readouterr().err


def test_no_finished_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runs", str(tmp_path), "--out", str(tmp_path / "models")]) == 1
    assert "train" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


def test_weights_of_another_report_are_refused(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    shutil.copytree(tiny / "runs-1" / "vae-2", tmp_path / "vae-2")
    shutil.copy(tiny / "runs-2" / "vae-2" / "weights.safetensors", tmp_path / "vae-2")
    assert main(["--runs", str(tmp_path), "--out", str(tmp_path / "models")]) == 1
    assert "do not belong together" in capsys.readouterr().err


def test_a_running_server_shows_a_new_release_within_two_seconds(
    export: Export, models: Path
) -> None:
    assert export() == 0
    waits: list[float] = []
    with Server(models_dir=models) as server:
        assert json.loads(server.get("/api/manifest")[1]) == read_whole_release(models)
        # Again where it took longer: a busy machine may have its moment.
        for seed in (2, 1, 2):
            assert export("vae-2", seed=seed) == 0
            published = time.monotonic()
            new = read_whole_release(models)
            while json.loads(server.get("/api/manifest")[1]) != new:
                assert time.monotonic() - published < 60
                time.sleep(0.02)
            waits.append(time.monotonic() - published)
            if waits[-1] < 2:
                break
    assert min(waits) < 2


def test_a_number_that_json_does_not_have_is_named_and_not_published(
    export: Export,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert export("vae-2", "--only") == 0
    before = read_whole_release(models)
    with monkeypatch.context() as patch:
        broken = "latent_atlas.export.documents.measurements.report_json"
        patch.setattr(broken, lambda _: to_json({"errors": [float("nan")]}))
        assert export("vae-2", "--only", seed=2) == 1
    assert "vae-2: errors.0 is not a finite number" in capsys.readouterr().err
    monkeypatch.setattr("latent_atlas.export.entry._metrics", lambda *_: {"kl": float("inf")})
    assert export("vae-2", "--only", seed=2) == 1
    assert "models.vae-2.metrics.kl is not a finite number" in capsys.readouterr().err
    assert read_whole_release(models) == before


# ——— releases that are there: collected, listed, returned to ———


@pytest.fixture
def releases(models: Path) -> ReleaseFolder:
    """Three releases of one object each, replaced long ago but for the current one."""
    folder = ReleaseFolder(models)
    for number in range(3):
        add_release(folder, number)
        for manifest in models.glob("releases/*/manifest.json"):
            age(manifest, 5000 + 100 * (3 - number))
    return folder


def add_release(folder: ReleaseFolder, number: int) -> str:
    file = folder.add_object(f"[{number}]".encode(), "json")
    return folder.publish({"models": [{"id": f"vae-{number}", "means": file}]})


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_amiss_among_old_releases_is_dealt_with_and_named(
    releases: ReleaseFolder, models: Path
) -> None:
    current = next(releases.listing()).split()[1]
    future, damaged = sorted(names(models / "releases") - {current})
    age(models / "releases" / future / "manifest.json", -1e6)
    (models / "releases" / damaged / "manifest.json").write_text('{"release": [}')
    (models / "releases" / "empty").mkdir()
    (models / "objects" / "folder").mkdir()
    with releases.locked():
        latest = add_release(releases, 3)
        releases.prune(2)
    assert names(models / "releases") == {latest, current, future}  # not aged an hour yet
    remarks = "\n".join(releases.remarks)
    for sentence in (
        "empty had no manifest and is removed", f"{damaged} had a damaged manifest",
        f"{future}/manifest.json was dated in the future", "objects/folder was left as it is",
    ):  # fmt: skip
        assert sentence in remarks
    assert len(names(models / "objects")) == 4
    age(models / "releases" / future / "manifest.json", 4000)
    releases.prune(2)
    assert names(models / "releases") == {latest, current}


def test_a_release_that_cannot_be_read_now_keeps_its_objects(
    releases: ReleaseFolder, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = names(models / "objects")
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "manifest.json":
            raise OSError(24, "Too many open files")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    releases.prune(keep=1, grace=0)
    assert len(names(models / "releases")) == 3
    assert names(models / "objects") == objects
    assert "Too many open files" in releases.remarks[0]
    monkeypatch.undo()
    releases.prune(keep=1, grace=0)
    assert len(names(models / "releases")) == len(names(models / "objects")) == 1


def test_so_many_releases_are_kept_as_are_asked_for(
    export: Export, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, model in ((1, "vae-2"), (2, "vae-2"), (1, "cvae-2")):
        assert export(model, "--only", "--prune", "--keep=2", seed=seed) == 0
    assert len(names(models / "releases")) == 2
    # What goes wrong afterwards does not unpublish anything.
    (models / "objects" / "folder").mkdir()
    assert export("vae-2", "--only", "--prune") == 0
    said = capsys.readouterr()
    assert "is published" in said.out
    assert "objects/folder was left" in said.err
    with pytest.raises(SystemExit):
        export("--keep=0")


def test_b26_releases_are_listed_and_returned_to(
    releases: ReleaseFolder, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        status = main([*arguments, "--out", str(models)])
        said = capsys.readouterr()
        return status, said.out + said.err

    lines = run("--list")[1].splitlines()
    ids = [line.removeprefix("*").split()[0] for line in lines]
    assert [line[0] for line in lines] == ["*", " ", " "]
    assert "vae-2" in lines[0]
    assert run("--rollback")[0] == 0
    assert read_whole_release(models)["release"] == ids[1]
    assert run("--rollback")[0] == 0  # the one replaced last: forward again
    assert read_whole_release(models)["release"] == ids[0]
    assert run("--rollback", ids[2])[0] == 0
    assert read_whole_release(models)["release"] == ids[2]
    for name in names(models / "objects"):
        (models / "objects" / name).write_bytes(b"damaged")
    status, said = run("--rollback", ids[0])
    assert (status, "it is damaged" in said) == (1, True)
    status, said = run("--rollback", "0123")
    assert (status, "manifest.json is missing" in said) == (1, True)
    assert json.loads((models / "current.json").read_bytes()) == {"release": ids[2]}


def test_a_damaged_current_release_is_not_taken_for_none(
    export: Export, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export("vae-2") == 0
    release = read_whole_release(models)["release"]
    (models / "releases" / release / "manifest.json").write_text("{")
    assert export("cvae-2") == 1  # vae-2 would be gone without a word
    assert "--only" in capsys.readouterr().err
    assert export("vae-2", "--only") == 0
    assert read_whole_release(models)["release"] == release  # written again


def test_the_files_of_a_compressor_at_work_are_left(models: Path) -> None:
    folder = ReleaseFolder(models)
    add_release(folder, 1)
    at_work, killed = (models / "objects" / f".a.json.br.{x}.tmp" for x in "xy")
    export_s = models / "objects" / ".a.json.z.tmp"
    for path in (at_work, killed, export_s):
        path.touch()
    age(killed, 4000)
    with folder.locked():
        folder.prune(2)
    assert [path.exists() for path in (at_work, killed, export_s)] == [True, False, False]


def test_every_folder_that_is_made_is_flushed_to_disk(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: set[str] = set()
    original = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    folder = ReleaseFolder(models / "deep")
    with folder.locked():
        release = add_release(folder, 1)
    deep = models / "deep"
    parents = (models.parent, models, deep, deep / "releases", deep / "releases" / release)
    assert {str(path) for path in parents} <= flushed


def test_a_flush_that_fails_leaves_the_old_release_or_says_that_the_new_one_is_there(
    releases: ReleaseFolder, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls, fail_at, failed = os.fsync, 0, 0, True

    def fsync(descriptor: int) -> None:
        nonlocal calls, failed
        calls += 1
        if calls == fail_at:
            failed = True
            raise OSError(5, "Input/output error")
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    while failed:
        failed, calls, fail_at = False, 0, fail_at + 1
        before = read_whole_release(models)["release"]
        try:
            after = add_release(releases, 100 + fail_at)
        except OSError:
            after = before
        assert read_whole_release(models)["release"] == after
    assert fail_at > 6
    assert "Input/output error" in releases.remarks[0]
