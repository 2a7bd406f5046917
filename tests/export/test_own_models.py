"""Models that were trained elsewhere become releases, through the public functions alone."""

import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

import latent_atlas as atlas
from latent_atlas.__main__ import main
from tests.support.foreign_models import (
    ConvolutionalDecoder,
    ConvolutionalEncoder,
    ExampleVae,
    graph_of,
    linear_decoder,
    made_images,
    plane_vae,
    save_graph,
)
from tests.support.reference import Reference
from tests.support.server import ROOT, Server
from tests.support.tiny_dataset import make_mnist
from tests.support.whole import read_whole_release

# A pixel whose value lies half-way between two bytes may be rounded to either.
ONE_LEVEL = 1.01
POINTS = np.random.default_rng(7).normal(size=(12, 2))


def post(server: Server, path: str, body: bytes, media_type: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*server.address, timeout=30)
    try:
        connection.request("POST", path, body, {"content-type": media_type})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def decoded(server: Server, name: str, z: Sequence[float], label: int | None = None) -> np.ndarray:
    """Return what the server decodes: (H·W·C,) bytes, channels last."""
    body = {"z": [float(one) for one in z]} | ({} if label is None else {"label": label})
    path = f"/api/models/{name}/decode"
    status, answer = post(server, path, json.dumps(body).encode(), "application/json")
    assert status == 200, answer
    return np.frombuffer(answer, np.uint8).astype(int)


def check_served(release: Any, name: str, expected: dict[tuple[Any, ...], np.ndarray]) -> None:
    """Serve a release: all its models are in service, and one decodes as it must.

    `expected` has images (H·W·C,) in 0…1, by the arguments of `decoded`.
    """
    with Server(models_dir=release.folder) as server:
        ready = json.loads(server.get("/readyz")[1])
        assert ready["models"] == dict.fromkeys(release.models, "ready")
        assert "faults" not in ready
        for arguments, image in expected.items():
            found = decoded(server, name, *arguments)
            assert np.abs(found - image * 255).max() <= 0.5 * ONE_LEVEL


def entry_of(release: Any, name: str) -> dict[str, Any]:
    manifest = read_whole_release(release.folder)
    assert manifest["release"] == release.id
    found: dict[str, Any] = next(m for m in manifest["models"] if m["id"] == name)
    return found


@pytest.mark.slow
def test_B21_the_vae_of_pytorch_s_examples(tmp_path: Path) -> None:
    torch.manual_seed(0)
    vae = ExampleVae()
    images = made_images(120, (28, 28))
    release = atlas.publish(
        "example", decoder=vae, encoder=vae, images=images, labels=np.arange(120) % 10, out=tmp_path
    )
    assert vae.training  # the caller's model is as it was
    entry = entry_of(release, "example")
    assert (entry["kind"], entry["latent_size"], entry["classes"]) == ("vae", 20, 10)
    assert entry["image"] == {"height": 28, "width": 28, "channels": 1}
    z = torch.randn(20)
    with torch.no_grad():
        check_served(release, "example", {(tuple(z.tolist()),): vae.decode(z[None])[0].numpy()})
        mu = vae.encode(torch.tensor(images).view(-1, 784) / 255)[0].numpy()
    reference = Reference(tmp_path)
    statistics = reference.read_json(entry["statistics"])
    np.testing.assert_allclose(statistics["latents"]["mean"], mu.mean(0), atol=1e-3)
    layout = reference.read_json(entry["means"])
    assert layout["projection"] == "pca"
    axes = np.array(statistics["plane"]["axes"])
    plane = (mu - statistics["plane"]["origin"]) @ axes.T
    np.testing.assert_allclose(plane, np.array([layout["x"], layout["y"]]).T, atol=2e-3)
    metadata = {
        prop.key: prop.value
        for prop in onnx.load_from_string(reference.read(entry["encoder"])).metadata_props
    }
    assert metadata["kind"] == "vae"
    assert metadata["licence"] == "unknown"
    assert metadata["schema"] == "latent-atlas release format 1"


@pytest.mark.slow
def test_B21_a_convolutional_vae_whose_decoder_takes_a_label(tmp_path: Path) -> None:
    torch.manual_seed(1)
    encoder, decoder = ConvolutionalEncoder(), ConvolutionalDecoder()
    images = torch.from_numpy(made_images(60, (3, 16, 16))) / 255
    release = atlas.publish(
        name="own", decoder=decoder, encoder=encoder, images=images,
        labels=["a", "b", "c", "d"] * 15, title="My own", licence="CC0", out=tmp_path,
    )  # fmt: skip
    entry = entry_of(release, "own")
    assert (entry["kind"], entry["condition"], entry["title"]) == (
        "label-decoder-vae", "decoder", "My own",
    )  # fmt: skip
    assert entry["class_names"] == ["a", "b", "c", "d"]
    assert len(entry["prepared"]["images"]) == 4
    z = torch.tensor([[0.5, -1.0]])
    with torch.no_grad():
        image = torch.sigmoid(decoder.eval()(z, torch.eye(4)[[2]]))[0].permute(1, 2, 0)
        mu, logvar = encoder.eval()(images[:1].mul(255).round() / 255)
    check_served(release, "own", {((0.5, -1.0), 2): image.flatten().numpy()})
    pixels = (images[0] * 255).round().byte().permute(1, 2, 0).contiguous().numpy().tobytes()
    with Server(models_dir=tmp_path) as server:
        path = "/api/models/own/encode"
        posterior = json.loads(post(server, path, pixels, "application/octet-stream")[1])
    np.testing.assert_allclose(posterior["mu"], mu[0], atol=1e-4)
    np.testing.assert_allclose(posterior["logvar"], logvar[0], atol=1e-4)


@pytest.mark.slow
def test_B21_an_onnx_decoder_made_elsewhere(tmp_path: Path) -> None:
    # Other names, doubles, rows of logits, a fixed batch of one, an old operator set.
    decoder, weight = linear_decoder(kind=TensorProto.DOUBLE, batch=1, opset=11)
    encoder = graph_of(
        [helper.make_node("MatMul", ["x", "w"], ["code"])],
        {"x": ["n", 64]}, {"code": ["n", 2]},
        {"w": np.random.default_rng(2).normal(size=(64, 2)).astype(np.float32)},
    )  # fmt: skip
    np.savez(tmp_path / "x.npz", images=made_images(40, (8, 8)), labels=np.arange(40) % 3)
    arguments = [
        "publish", "elsewhere", "--out", str(tmp_path / "out"),
        "--decoder", str(save_graph(decoder, tmp_path / "decoder.onnx")),
        "--encoder", str(save_graph(encoder, tmp_path / "encoder.onnx")),
        "--images", str(tmp_path / "x.npz"), "--class-names", "one", "two", "three",
    ]  # fmt: skip
    assert main(arguments) == 0
    release = atlas.Release(tmp_path / "out", read_whole_release(tmp_path / "out")["release"], ())
    entry = entry_of(release, "elsewhere")
    assert (entry["kind"], entry["class_names"]) == ("ae", ["one", "two", "three"])
    release = atlas.Release(release.folder, release.id, ("elsewhere",))
    image = 1 / (1 + np.exp(-np.array([0.7, -0.2]) @ weight))
    check_served(release, "elsewhere", {((0.7, -0.2),): image})


@pytest.mark.slow
def test_B21_latents_of_an_npz_without_an_encoder(tmp_path: Path) -> None:
    decoder, weight = linear_decoder(latents=3)
    latents = np.random.default_rng(3).normal(size=(50, 3)) * [2, 1, 0.1]
    np.savez(tmp_path / "z.npz", latents=latents, labels=np.array(["x", "y"] * 25))
    release = atlas.publish(
        "points", decoder=decoder, latents=tmp_path / "z.npz", image_shape=(8, 8), out=tmp_path
    )
    entry = entry_of(release, "points")
    assert "encoder" not in entry
    assert (entry["kind"], entry["latent_size"], entry["class_names"]) == ("decoder", 3, ["x", "y"])
    golden = Reference(tmp_path).golden("points")
    assert len(golden["decode"]) == 4
    assert golden["encode"] == []
    z = (0.3, -0.2, 0.1)
    check_served(release, "points", {(z,): 1 / (1 + np.exp(-np.array(z) @ weight))})
    with Server(models_dir=tmp_path) as server:
        path = "/api/models/points/encode"
        status, problem = post(server, path, bytes(64), "application/octet-stream")
    assert status == 404
    assert b"no encoder" in problem


def test_B21_two_latents_are_the_map_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    latents = np.random.default_rng(4).normal(size=(30, 2))
    release = atlas.publish(
        "plane", linear_decoder()[0], latents=latents, image_shape=(8, 8), out=tmp_path
    )
    means = Reference(tmp_path).read_json(entry_of(release, "plane")["means"])
    np.testing.assert_allclose(np.array([means["x"], means["y"]]).T, latents, atol=1e-3)
    assert means["labels"] == [0] * 30


@pytest.mark.slow
def test_B21_more_images_than_are_reconstructed(tmp_path: Path) -> None:
    vae = plane_vae().eval()
    images = made_images(10_050, (12, 12))
    release = atlas.publish("many", decoder=vae, encoder=vae, images=images, out=tmp_path)
    entry = entry_of(release, "many")
    assert len(Reference(tmp_path).read_json(entry["means"])["x"]) == 10_050
    x = torch.from_numpy(images[:10_000]).unsqueeze(1) / 255
    with torch.no_grad():
        error = (vae.decode(vae.encode(x)[0]) - x).square().sum((1, 2, 3)).mean()
    assert entry["metrics"]["squared_error"] == pytest.approx(float(error), abs=2e-3)


@pytest.mark.slow
def test_B21_models_join_a_release_and_the_same_name_replaces(tmp_path: Path) -> None:
    def put(name: str, scale: float) -> Any:
        decoder = linear_decoder(scale=scale)[0]
        latents = np.random.default_rng(5).normal(size=(20, 2))
        return atlas.publish(name, decoder, latents=latents, image_shape=(8, 8), out=tmp_path)

    first = put("one", 3)
    assert put("two", 3).models == ("one", "two")
    again = put("one", 4)
    assert again.models == ("one", "two")
    assert len({first.id, again.id}) == 2
    assert put("one", 4).id == again.id
    assert [m["id"] for m in read_whole_release(tmp_path)["models"]] == ["one", "two"]


@pytest.mark.slow
def test_B21_a_graph_s_own_layout_is_adapted_and_labels_reach_both_parts(tmp_path: Path) -> None:
    # Channels last, probabilities, labels beside rows of pixels; the encoder returns (n, 2, 1).
    rng = np.random.default_rng(8)
    into, out = rng.normal(size=(195, 2)) / 50, rng.normal(size=(5, 192))
    shape = np.array([-1, 8, 8, 3])
    decoder = graph_of(
        [
            helper.make_node("Concat", ["z", "label"], ["both"], axis=1),
            helper.make_node("MatMul", ["both", "w"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["flat"]),
            helper.make_node("Reshape", ["flat", "shape"], ["picture"]),
        ],
        {"z": ["n", 2], "label": ["n", 3]}, {"picture": ["n", 8, 8, 3]},
        {"w": out.astype(np.float32), "shape": shape},
    )  # fmt: skip
    encoder = graph_of(
        [
            helper.make_node("Concat", ["image", "label"], ["both"], axis=1),
            helper.make_node("MatMul", ["both", "w"], ["rows"]),
            helper.make_node("Reshape", ["rows", "shape"], ["mu"]),
            helper.make_node("Identity", ["mu"], ["logvar"]),
        ],
        {"image": ["n", 192], "label": ["n", 3]}, {"mu": ["n", 2, 1], "logvar": ["n", 2, 1]},
        {"w": into.astype(np.float32), "shape": np.array([-1, 2, 1])},
    )  # fmt: skip
    images = made_images(30, (3, 8, 8))
    labels = np.arange(30) % 3
    release = atlas.publish("both", decoder, encoder, images, labels, out=tmp_path)
    entry = entry_of(release, "both")
    assert (entry["kind"], entry["condition"]) == ("cvae", "both")
    assert entry["image"] == {"height": 8, "width": 8, "channels": 3}
    parameters = entry["metrics"]["parameters"]
    assert parameters["encoder"] == into.size
    assert out.size <= parameters["decoder"] <= out.size + 2  # the bounds of its pixels
    means = Reference(tmp_path).read_json(entry["means"])
    mu = np.hstack([images.reshape(30, -1) / 255, np.eye(3)[labels]]) @ into
    np.testing.assert_allclose(np.array([means["x"], means["y"]]).T, mu, atol=1e-3)
    image = 1 / (1 + np.exp(-np.array([0.4, -0.3, 0, 1, 0]) @ out))  # channels last, as the answer
    check_served(release, "both", {((0.4, -0.3), 1): image})


@pytest.mark.slow
def test_B21_the_largest_images_in_colour(tmp_path: Path) -> None:
    decoder, weight = linear_decoder(3 * 256 * 256)
    path = str(save_graph(decoder, tmp_path / "d.onnx"))
    release = atlas.publish("large", path, latents=POINTS, image_shape=(3, 256, 256), out=tmp_path)
    image = 1 / (1 + np.exp(-POINTS[0] @ weight)).reshape(3, 256, 256).transpose(1, 2, 0)
    check_served(release, "large", {(tuple(POINTS[0]),): image.ravel()})


@pytest.mark.slow
def test_B21_images_come_in_many_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    make_mnist(tmp_path, 40, 20)
    encoder = graph_of(
        [helper.make_node("MatMul", ["x", "w"], ["code"])],
        {"x": ["n", 784]}, {"code": ["n", 2]},
        {"w": np.random.default_rng(6).normal(size=(784, 2)).astype(np.float32)},
    )  # fmt: skip
    pixels = made_images(30, (28, 28))
    np.save(tmp_path / "x.npy", pixels)
    forms: dict[str, Any] = {
        "bytes": pixels, "floats": pixels / 255, "tensor": torch.from_numpy(pixels)[:, None],
        "last": pixels[..., None], "rows": pixels.reshape(30, -1), "file": tmp_path / "x.npy",
    }  # fmt: skip
    decoder = linear_decoder(784)[0]
    means = set()
    for images in forms.values():
        release = atlas.publish(
            "m", decoder, encoder, images, image_shape=(1, 28, 28), out=tmp_path / "out"
        )
        means.add(entry_of(release, "m")["means"]["sha256"])
    assert len(means) == 1
    release = atlas.publish("m", decoder, encoder, "torchvision:MNIST", out=tmp_path / "out")
    entry = entry_of(release, "m")
    assert (entry["dataset"], entry["classes"]) == ("torchvision:MNIST", 10)
    assert entry["metrics"]["train_images"] == 40


class Random(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :2] + torch.randn(len(x), 2)


class Broken(nn.Module):
    def forward(self, _: Tensor) -> Tensor:
        raise RuntimeError("no such weights")


def _constant(value: float, outputs: int = 64) -> onnx.ModelProto:
    """A decoder that returns one value everywhere."""
    model, _ = linear_decoder(outputs, scale=0)
    model.graph.node[0].output[0] = "zero"
    added = onnx.numpy_helper.from_array(np.array(value, np.float32), "value")
    model.graph.initializer.append(added)
    model.graph.node.append(helper.make_node("Add", ["zero", "value"], ["image"]))
    return model


GOOD: dict[str, Any] = {
    "name": "m", "decoder": lambda: linear_decoder()[0], "latents": POINTS, "image_shape": (8, 8),
}  # fmt: skip
IMAGES = made_images(12, (8, 8))
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a name": ({"name": "my vae"}, "A model's name consists of"),
    "a recipe's name": ({"name": "vae-2"}, "is the name of a recipe"),
    "no points": ({"latents": None}, "A map needs points"),
    "one latent": ({"latents": POINTS[:, :1]}, "has one latent"),
    "too few": ({"latents": POINTS[:2]}, "needs 3 points"),
    "NaN latents": ({"latents": POINTS * np.nan}, "latents hold NaN"),
    "far latents": ({"latents": POINTS * 1e6}, "too far out"),
    "words as latents": ({"latents": np.array([["a", "b"]] * 4)}, "are no numbers"),
    "another size of z": ({"latents": np.ones((5, 3))}, r"does not take inputs \(N, 3\)"),
    "no shape": ({"image_shape": None}, "say of which shape"),
    "another shape": ({"image_shape": (9, 9)}, "returns 64 for each point"),
    "a large shape": ({"image_shape": (300, 300)}, "too large"),
    "two channels": ({"image_shape": (2, 8, 4)}, "none that a page can show"),
    "NaN images": ({"images": IMAGES * np.nan}, "images hold NaN"),
    "signed images": ({"images": IMAGES / 127.5 - 1}, "lie between -1"),
    "other counts": ({"images": IMAGES[:5]}, "5 images and 12 latents"),
    "images' shape": ({"images": IMAGES[:, :4], "image_shape": None}, "images are 1×4×8"),
    "few labels": ({"labels": [0, 1]}, "2 labels for 12"),
    "negative labels": ({"labels": np.arange(12) - 1}, "whole numbers from 0"),
    "unnamed labels": ({"labels": np.arange(12), "class_names": ["a"]}, "11 has no name"),
    "an unknown word": ({"labels": ["a", "b"] * 6, "class_names": ["a"]}, "'b' is not among"),
    "many classes": ({"labels": [*range(11), 1500]}, "1,501 classes; 1,000"),
    "no file": ({"decoder": lambda: Path("none.onnx")}, "there is no file 'none.onnx'"),
    "no module": ({"decoder": lambda: 3}, "not of the type int"),
    "NaN pixels": ({"decoder": lambda: _constant(np.nan)}, "returns NaN"),
    "unsure pixels": ({"decoder": lambda: _constant(1.2)}, 'say output="logits"'),
    "a failing module": ({"decoder": Broken}, "no such weights"),
    "no labels": ({"conditioned": "decoder"}, "there are none; give labels"),
    "a word": ({"output": "grey"}, "output is"),
    "a random encoder": ({"encoder": Random, "images": IMAGES}, "something else each time"),
    "an unread file": ({"images": Path(__file__)}, "no .npz or .npy file"),
    "no dataset": ({"images": "torchvision:Nothing"}, "of torchvision's datasets there are"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_B21_what_does_not_fit_gets_one_sentence(fault: str, tmp_path: Path) -> None:
    changed, sentence = FAULTS[fault]
    arguments = GOOD | changed
    for part in ("decoder", "encoder"):
        if isinstance(arguments.get(part), Callable):  # type: ignore[arg-type]
            arguments[part] = arguments[part]()
    with pytest.raises(atlas.UserError, match=sentence) as caught:
        atlas.publish(**arguments, out=tmp_path)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert not (tmp_path / "current.json").exists()


def test_B21_a_graph_that_computes_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from latent_atlas.export.own_models import contract

    original = contract.serialised

    def spoiled(graph: onnx.ModelProto, metadata: dict[str, str]) -> bytes:
        for tensor in graph.graph.initializer:
            if tensor.name == "own.w":
                weight = onnx.numpy_helper.to_array(tensor) + np.float32(0.1)
                tensor.CopyFrom(onnx.numpy_helper.from_array(weight, "own.w"))
        return original(graph, metadata)

    monkeypatch.setattr(contract, "serialised", spoiled)
    with pytest.raises(atlas.UserError, match="The decoder is off by"):
        atlas.publish("m", linear_decoder()[0], latents=POINTS, image_shape=(8, 8), out=tmp_path)


@pytest.mark.slow
def test_B21_the_command_takes_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "neighbour.py").write_text("SHAPE = (8, 8)")
    (tmp_path / "my_code.py").write_text(
        "import numpy as np\nfrom neighbour import SHAPE\n"
        "from tests.support.foreign_models import linear_decoder\n"
        "def build():\n"
        "    return {'decoder': linear_decoder()[0], 'image_shape': SHAPE,\n"
        "            'latents': np.random.default_rng(0).normal(size=(9, 2))}\n"
        "def wrong():\n    return {'decoder': 1, 'latent': 2}\n"
    )
    out = str(tmp_path / "out")
    code = str(tmp_path / "my_code.py")
    assert main(["publish", "coded", "--module", f"{code}:build", "--out", out]) == 0
    assert "with the models coded" in capsys.readouterr().out
    for module, sentence in (
        (f"{code}:none", "has no function 'none'"),
        (f"{code}:wrong", "no argument 'latent'"),
        ("nothing.py:build", "There is no code"),
    ):
        assert main(["publish", "coded", "--module", module, "--out", out]) == 1
        assert sentence in capsys.readouterr().err
    assert main(["publish", "coded", "--out", out]) == 1
    assert "Give a decoder" in capsys.readouterr().err


def test_B21_the_shell_completes_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    assert "--image-shape" in capsys.readouterr().out


@pytest.mark.slow
def test_B21_importing_the_package_needs_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import latent_atlas as atlas\n"
        "assert callable(atlas.serve)\n"
        "assert not hasattr(atlas, 'nothing')\n"
        "try:\n    atlas.publish\n"
        "except ImportError as error:\n    print(error)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "'torch' is missing" in found.stdout, found.stderr
    assert '".[train]"' in found.stdout
