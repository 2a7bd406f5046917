"""The API: what encode and decode answer, and what they refuse."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.made_releases import Maths
from tests.webapp.conftest import MODELS, TestClient

BY_ID = {model.id: model for model in MODELS}
OCTETS = {"content-type": "application/octet-stream"}
JSON = {"content-type": "application/json"}
IMAGE = bytes(range(256)) * 3 + bytes(16)


def random_images(model_id: str, count: int) -> np.ndarray:
    model = BY_ID[model_id]
    shape = (count, model.height, model.width, model.channels)
    return np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)


def encode(client: TestClient, model_id: str, image: bytes, label: int | None = None):
    query = "" if label is None else f"?label={label}"
    return client.post(f"/api/models/{model_id}/encode{query}", content=image, headers=OCTETS)


def decode(client: TestClient, model_id: str, body: object):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/api/models/{model_id}/decode", content=content, headers=JSON)


@pytest.mark.parametrize("model_id", ["vae-2", "cvae-2", "label-2", "faces"])
def test_encode_gives_the_posterior_that_the_weights_give(client, model_id):
    model = BY_ID[model_id]
    images = random_images(model_id, 1)
    label = 3 if model.condition == "both" else None
    answer = encode(client, model_id, images.tobytes(), label)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    expected = Maths(model).encode(images, [3])[0]
    found = answer.json()
    assert list(found) == ["mu", "logvar"]
    np.testing.assert_allclose(found["mu"] + found["logvar"], expected, atol=1e-4)


def test_encode_of_an_autoencoder_has_no_variance(client):
    images = random_images("ae-3", 1)
    answer = encode(client, "ae-3", images.tobytes()).json()
    assert list(answer) == ["mu"]
    np.testing.assert_allclose(answer["mu"], Maths(BY_ID["ae-3"]).encode(images)[0], atol=1e-4)


@pytest.mark.parametrize("model_id", ["vae-2", "cvae-2", "label-2", "ae-3", "faces"])
def test_decode_gives_the_rounded_pixels_that_the_weights_give(client, model_id):
    model = BY_ID[model_id]
    z = np.random.default_rng(8).normal(size=(1, model.latent_size))
    body = {"z": z[0].tolist()} | ({} if model.condition == "none" else {"label": 4})
    answer = decode(client, model_id, body)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    expected = Maths(model).decode(z, [4])[0] * 255
    found = np.frombuffer(answer.content, np.uint8).reshape(expected.shape)
    assert np.abs(found - expected).max() <= 0.51


def test_a_classifier_says_what_it_reads_and_no_other_model_does(client):
    z = np.random.default_rng(9).normal(size=(3, 2))
    expected = Maths(BY_ID["classifier"]).classify(z)
    for row, probabilities in zip(z, expected, strict=True):
        answer = decode(client, "classifier", {"z": row.tolist()})
        found = [float(share) for share in answer.headers["class-probability"].split(",")]
        np.testing.assert_allclose(found, probabilities, atol=1e-5)
    assert "class-probability" not in decode(client, "vae-2", {"z": [0, 0]}).headers


def test_a_label_changes_what_a_conditioned_model_decodes(client):
    answers = {decode(client, "label-2", {"z": [0, 0], "label": k}).content for k in range(10)}
    assert len(answers) == 10


def test_a_null_label_is_no_label(client):
    assert decode(client, "vae-2", {"z": [0, 0], "label": None}).status_code == 200
    assert decode(client, "label-2", {"z": [0, 0], "label": None}).status_code == 422


def test_requests_that_share_a_batch_get_what_each_gets_alone(client):
    images = random_images("vae-2", 48)
    alone = [encode(client, "vae-2", image.tobytes()).json() for image in images]
    with ThreadPoolExecutor(16) as pool:
        together = list(
            pool.map(lambda image: encode(client, "vae-2", image.tobytes()).json(), images)
        )
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one["mu"], other["mu"], atol=1e-5)
        np.testing.assert_allclose(one["logvar"], other["logvar"], atol=1e-5)


@pytest.mark.parametrize("size", [0, 1, 783, 785, 28 * 28 * 3])
def test_an_image_of_another_size_is_refused(client, size):
    assert encode(client, "vae-2", bytes(size)).status_code == 422


@pytest.mark.parametrize(
    "query",
    ["", "?label=", "?label=10", "?label=-1", "?label=3.0", "?label=three", "?label=+3",
     "?label=%203", "?label=03", "?label=3&label=4", "?label=" + "9" * 5000, "?label=%d9%a3"],
)  # fmt: skip
def test_an_encoder_that_needs_a_label_refuses_anything_else(client, query):
    url = f"/api/models/cvae-2/encode{query}"
    assert client.post(url, content=IMAGE, headers=OCTETS).status_code == 422


@pytest.mark.parametrize("model_id", ["vae-2", "label-2"])
def test_an_encoder_without_a_condition_refuses_a_label(client, model_id):
    assert encode(client, model_id, IMAGE, 3).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"3", b'"z"', b"{}", b'{"z": null}', b'{"z": {}}',
        b'{"z": [1]}', b'{"z": [1, 2, 3]}', b'{"z": [1, "2"]}', b'{"z": [1, true]}',
        b'{"z": [1, null]}', b'{"z": [1, [2]]}', b'{"z": [1, NaN]}', b'{"z": [1, Infinity]}',
        b'{"z": [1, -Infinity]}', b'{"z": [1, 1e999]}', b'{"z": [1, 1000.5]}',
        b'{"z": [1, -1e6]}', b'{"z": [1, ' + b"9" * 400 + b"]}",
        b'{"z": [1, ' + b"9" * 5000 + b"]}", b'{"z": [1, 2], "z": [1, 2]}',
        b'{"z": [1, 2], "more": 1}', b'{"z": [1, 2], "label": 3}', b'{"z": [1, 2]} {}',
        b"[" * 60000, b'{"z":' * 10000, b'{"z": [1, 2]}\xff', b"\xef\xbb\xbf" + b'{"z": [1, 2]}',
        '{"z": [1, 2]}'.encode("utf-16"), b'{"z": [1, 2],}', b"{'z': [1, 2]}",
    ],
)  # fmt: skip
def test_a_decode_body_that_breaks_the_rules_is_refused(client, body):
    assert decode(client, "vae-2", body).status_code == 422


@pytest.mark.parametrize("label", [-1, 10, 3.0, "3", True, [3], None, 10**30])
def test_a_decoder_that_needs_a_label_refuses_anything_else(client, label):
    assert decode(client, "label-2", {"z": [0, 0], "label": label}).status_code == 422


def test_the_largest_z_is_still_decoded(client):
    assert decode(client, "vae-2", {"z": [1000, -1000.0]}).status_code == 200


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=40)
    | JSON_VALUES.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries({"z": JSON_VALUES}, optional={"label": JSON_VALUES}).map(
        lambda value: json.dumps(value).encode()
    )
)
def test_no_decode_body_makes_the_server_fail(client, body):
    for model_id in ("vae-2", "cvae-2"):
        assert decode(client, model_id, body).status_code in (200, 422)


def test_an_unknown_model_is_not_found(client):
    assert encode(client, "nope", IMAGE).status_code == 404
    assert decode(client, "nope", {"z": [0, 0]}).status_code == 404


@pytest.mark.parametrize(
    "given_type", [None, "text/plain", "application/json", "multipart/form-data"]
)
def test_an_image_of_another_type_is_refused(client, given_type):
    headers = {} if given_type is None else {"content-type": given_type}
    answer = client.post("/api/models/vae-2/encode", content=IMAGE, headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("given_type", [None, "text/plain", "application/octet-stream"])
def test_a_decode_body_of_another_type_is_refused(client, given_type):
    headers = {} if given_type is None else {"content-type": given_type}
    answer = client.post("/api/models/vae-2/decode", content=b'{"z":[0,0]}', headers=headers)
    assert answer.status_code == 415


def test_a_type_may_have_parameters(client):
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    answer = client.post("/api/models/vae-2/decode", content=b'{"z":[0,0]}', headers=headers)
    assert (answer.status_code, len(answer.content)) == (200, 784)


def test_a_body_that_says_it_is_too_large_is_refused(client):
    assert encode(client, "vae-2", bytes(70000)).status_code == 413
    assert decode(client, "vae-2", b" " * 70000).status_code == 413


def test_a_body_that_turns_out_too_large_is_refused(client):
    chunks = (bytes(10000) for _ in range(10))  # chunked: no length is declared
    answer = client.post("/api/models/vae-2/encode", content=chunks, headers=OCTETS)
    assert answer.status_code == 413


def test_the_manifest_is_the_release_s_own(client, shared_folders):
    answer = client.get("/api/manifest")
    on_disk = shared_folders.models / "releases" / "r1" / "manifest.json"
    assert answer.content == on_disk.read_bytes()
    assert answer.headers["etag"] == '"r1"'
    assert answer.headers["cache-control"] == "no-cache"


def test_the_manifest_is_not_sent_to_who_has_it(client):
    answer = client.get("/api/manifest", headers={"if-none-match": '"r1"'})
    assert (answer.status_code, answer.content) == (304, b"")


def test_readiness_lists_every_model(client):
    assert client.get("/readyz").json() == {
        "status": "ready",
        "release": "r1",
        "models": {model.id: "ready" for model in MODELS},
    }


def test_the_server_is_alive(client):
    answer = client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


def test_metrics_count_requests_by_template_and_runs_by_model(client):
    encode(client, "vae-2", IMAGE)
    client.get("/some/made-up/path")
    text = client.get("/metrics").text
    route = "/api/models/{model_id}/encode"
    assert f'atlas_requests_total{{method="POST",route="{route}",status="200"}}' in text
    assert 'atlas_requests_total{method="GET",route="unmatched",status="404"}' in text
    assert 'atlas_run_seconds_count{graph="encoder",model="vae-2"}' in text
    assert 'atlas_batch_size_count{graph="encoder",model="vae-2"}' in text
    assert 'atlas_release{release="r1"} 1.0' in text
    assert "atlas_releases_activated_total 1.0" in text
    assert "made-up" not in text
