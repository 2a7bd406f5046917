"""Every response carries the headers; every error has the one shape and gives nothing away."""

import logging
import re

import pytest

from latent_atlas.webapp.app import create_app
from latent_atlas.webapp.settings import Settings
from tests.support.site import SCRIPT
from tests.webapp.conftest import TestClient

OCTETS = {"content-type": "application/octet-stream"}
JSON = {"content-type": "application/json"}
SECRET = "s3cret-input"  # noqa: S105 - what must not come back

REQUESTS = {
    "page": ("GET", "/", {}, b"", 200),
    "head of the page": ("HEAD", "/", {}, b"", 200),
    "page not modified": ("GET", "/", {"if-none-match": "*"}, b"", 304),
    "manifest": ("GET", "/api/manifest", {}, b"", 200),
    "liveness": ("GET", "/livez", {}, b"", 200),
    "readiness": ("GET", "/readyz", {}, b"", 200),
    "metrics": ("GET", "/metrics", {}, b"", 200),
    "pointer": ("GET", "/models/current.json", {}, b"", 200),
    "script": ("GET", f"/{SCRIPT}", {}, b"", 200),
    "service worker": ("GET", "/sw.js", {}, b"", 200),
    "part of a script": ("GET", f"/{SCRIPT}", {"range": "bytes=0-3"}, b"", 206),
    "script not modified": ("GET", f"/{SCRIPT}", {"if-none-match": "*"}, b"", 304),
    "decode": ("POST", "/api/models/vae-2/decode", JSON, b'{"z": [0, 0]}', 200),
    "no route": ("GET", f"/{SECRET}", {}, b"", 404),
    "no file": ("GET", f"/assets/{SECRET}.js", {}, b"", 404),
    "no model": ("POST", f"/api/models/{SECRET}/encode", OCTETS, b"", 404),
    "wrong method": ("DELETE", "/api/manifest", {}, b"", 405),
    "wrong type": ("POST", "/api/models/vae-2/encode", {"content-type": SECRET}, b"x", 415),
    "too large": ("POST", "/api/models/vae-2/encode", OCTETS, bytes(70000), 413),
    "no such range": ("GET", f"/{SCRIPT}", {"range": "bytes=999999-"}, b"", 416),
    "wrong size": ("POST", "/api/models/vae-2/encode", OCTETS, SECRET.encode(), 422),
    "wrong JSON": ("POST", "/api/models/vae-2/decode", JSON, SECRET.encode(), 422),
    "wrong label": ("POST", f"/api/models/cvae-2/encode?label={SECRET}", OCTETS, b"", 422),
}
ERRORS = {name: request for name, request in REQUESTS.items() if request[-1] >= 400}


def send(client, request):
    method, path, headers, body, status = request
    answer = client.request(method, path, headers=headers, content=body)
    assert answer.status_code == status
    return answer


def assert_headers(answer, script_src="'self' 'wasm-unsafe-eval'"):
    headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    # Beside files, the one script that stands in the page.
    policy["script-src"], hashes = re.subn(r" 'sha256-[\w+/]{43}='", "", policy["script-src"])
    assert hashes == 1
    assert policy == {
        "default-src": "'none'",
        "script-src": script_src,
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "font-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "microphone=()" in headers["permissions-policy"]
    assert "server" not in headers


def assert_problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["type"] == "about:blank"
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize("name", REQUESTS)
def test_every_response_carries_the_security_headers(client, name):
    assert_headers(send(client, REQUESTS[name]))


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_has_the_one_shape(client, name):
    assert_problem(send(client, ERRORS[name]))


@pytest.mark.parametrize("name", ERRORS)
def test_no_error_echoes_the_input_or_a_path_of_the_server(client, name, shared_folders):
    answer = send(client, ERRORS[name])
    told = answer.text + str(answer.headers)
    assert SECRET not in told
    assert str(shared_folders.root) not in told
    assert "Traceback" not in told


def test_a_wrong_method_is_told_the_right_ones(client):
    allowed = client.delete("/api/manifest").headers["allow"]
    assert {word.strip() for word in allowed.split(",")} == {"GET", "HEAD"}


def test_an_invalid_parameter_is_named_but_not_repeated(client):
    for method, url, name in (
        ("POST", f"/api/models/cvae-2/encode?label={SECRET}", "label"),
        ("GET", f"/api/datasets/mnist/train?index={SECRET}", "index"),
    ):
        answer = client.request(method, url, headers=OCTETS)
        assert answer.status_code == 422
        assert name in answer.json()["detail"]
        assert SECRET not in answer.text
        assert_problem(answer)


def test_a_trailing_slash_is_not_redirected(client):
    assert client.get("/api/manifest/", follow_redirects=False).status_code == 404


def test_without_a_release_everything_of_it_is_503_and_can_be_retried(folders, app):
    with app(folders, ready=False) as client:
        for path in ("/", "/readyz", "/api/manifest"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert_problem(answer)
            assert_headers(answer)
        answer = client.post("/api/models/vae-2/encode", content=b"", headers=OCTETS)
        assert answer.status_code == 503
        assert client.get("/livez").status_code == 200


def test_without_a_release_a_browser_is_told_in_a_page(folders, app):
    with app(folders, ready=False) as client:
        answer = client.get("/", headers={"accept": "text/html,*/*;q=0.8"})
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("text/html")
        assert "python -m export" in answer.text
        assert_headers(answer)


def test_a_fault_of_our_own_is_a_500_without_its_text(shared_folders, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise RuntimeError(SECRET)

    app = create_app(Settings(**shared_folders.settings()))
    monkeypatch.setattr("latent_atlas.webapp.metrics.Metrics.text", fail)
    with TestClient(app, "http://localhost") as client, caplog.at_level(logging.CRITICAL):
        answer = client.get("/metrics")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert_problem(answer)
    assert_headers(answer)


def test_webassembly_can_be_blocked(shared_folders, app):
    with app(shared_folders, wasm_blocked=True) as client:
        assert_headers(client.get("/"), script_src="'self'")


def test_a_framework_s_own_pages_are_not_there(client):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("LOCALHOST:80", 200), ("127.0.0.1:1", 200), ("[::1]:80", 200),
     ("localhost.", 200), ("evil.test", 421), ("evil.test:80", 421), ("localhost.evil.test", 421),
     ("169.254.169.254", 421), ("a b", 400), ("", 400), ("evil@localhost", 400)],
)  # fmt: skip
def test_another_host_s_name_is_refused_where_only_this_machine_connects(client, host, status):
    for path in ("/", "/api/manifest", "/models/current.json", "/readyz"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == status
        assert_headers(answer)
    if status != 200:
        assert_problem(answer)
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [({"host": "0.0.0.0"}, "anything.test", 200),  # noqa: S104
     ({"allowed_hosts": "atlas.test, other.test"}, "other.test:8", 200),
     ({"allowed_hosts": "atlas.test"}, "localhost", 421),
     ({"host": "0.0.0.0", "allowed_hosts": "atlas.test"}, "localhost", 421),  # noqa: S104
     ({"allowed_hosts": "*"}, "anything.test", 200),
     ({"host": "::1"}, "[::1]", 200), ({"host": "127.0.0.9"}, "127.0.0.9", 200)],
)  # fmt: skip
def test_the_settings_say_which_hosts_are_answered(shared_folders, app, settings, host, status):
    with app(shared_folders, ready=False, **settings) as client:
        assert client.get("/livez", headers={"host": host}).status_code == status


def test_a_request_names_its_host_once(client):
    twice = client.get("/livez", headers=[("host", "localhost"), ("host", "localhost")])
    assert twice.status_code == 400
    assert_problem(twice)


def test_a_large_head_is_refused(client):
    answer = client.get("/livez", headers={"x-more": "y" * 70000})
    assert answer.status_code == 431
    assert_problem(answer)
    assert client.get("/livez", headers={"x-more": "y" * 60000}).status_code == 200


def test_a_compressed_body_is_refused(client):
    answer = client.post(
        "/api/models/vae-2/encode",
        content=bytes(784),
        headers=OCTETS | {"content-encoding": "gzip"},
    )
    assert answer.status_code == 415
    assert_problem(answer)


def test_every_answer_has_an_id_of_its_own(client):
    ids = {send(client, request).headers["x-request-id"] for request in REQUESTS.values()}
    assert len(ids) == len(REQUESTS)


def test_the_metrics_can_be_hidden(shared_folders, app):
    with app(shared_folders, metrics=False) as client:
        assert_problem(client.get("/metrics"))
        assert client.get("/metrics").status_code == 404
