"""The real server in its own process: starting, stopping, stalling clients, overload, swaps."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.made_releases import TinyModel, make_release, point_to
from tests.support.server import ROOT, Server
from tests.webapp.conftest import eventually, make_folders
from tests.webapp.test_security import assert_headers

pytestmark = pytest.mark.slow

PATH = "/api/models/vae-2/encode"
HALF_HEAD = b"POST /api/models/vae-2/encode HTTP/1.1\r\nhost: localhost\r\ncontent-"
HALF_BODY = (
    b"POST /api/models/vae-2/encode HTTP/1.1\r\nhost: localhost\r\n"
    b"content-type: application/octet-stream\r\ncontent-length: 784\r\n\r\n" + bytes(100)
)
LARGE = "assets/large-abcd1234.wasm"
DEADLINES = {"body_deadline": 1, "head_deadline": 1, "stall_deadline": 0.4}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folders = make_folders(tmp_path_factory.mktemp("server"))
    make_release(folders.models, "r1", [TinyModel()])
    return folders


@pytest.fixture(scope="module")
def server(site):
    with Server(**site.settings()) as server:
        yield server


@pytest.fixture(scope="module")
def impatient(site):
    """For clients that stall: any other might on a busy machine."""
    with Server(**site.settings(**DEADLINES)) as server:
        yield server


def listens(address):
    with socket.socket() as sock:
        return sock.connect_ex(address) == 0


def connect(server):
    return socket.create_connection(server.address, timeout=10)


class Answer:
    """A response as it came over a socket: reads until the server closes."""

    def __init__(self, sock: socket.socket) -> None:
        data = b""
        while chunk := sock.recv(65536):
            data += chunk
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status_code = int(lines[0].split()[1]) if data else 0
        self.headers = dict(line.split(": ", 1) for line in lines[1:])

    def assert_problem(self, status: int) -> None:
        assert self.status_code == status
        assert self.headers["content-type"] == "application/problem+json"
        assert json.loads(self.body)["status"] == status
        assert_headers(self)


def test_it_listens_and_is_ready_soon(site, server):
    # 2.5 s is the aim; a busy machine must not fail the suite, nor must its busiest moments.
    for _ in range(4):
        if server.seconds_to_listen < 6 and server.seconds_to_ready < 10:
            break
        with Server(**site.settings()) as server:
            pass
    assert server.seconds_to_listen < 6
    assert server.seconds_to_ready < 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_with_success_whatever_clients_are_doing(site, number):
    with Server(**site.settings()) as server:
        idle, half_head, half_body, kept = (connect(server) for _ in range(4))
        half_head.sendall(HALF_HEAD)
        half_body.sendall(HALF_BODY)
        kept.sendall(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert b"200 OK" in kept.recv(65536)  # what was sent before has been read, too
        status, seconds = server.stop(number)
        assert status == 0
        assert seconds < 5  # for so long it lets a request finish: none of these holds it up
        assert server.complaints() == ""
        for sock in (idle, half_head, half_body, kept):
            sock.close()


def test_it_stops_with_success_even_before_it_is_up(site):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        address = sock.getsockname()
    settings = site.settings(port=address[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp"] + [
            word for name, value in settings.items()
            if not isinstance(value, bool)
            for word in (f"--{name.replace('_', '-')}", str(value))
        ],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    eventually(lambda: listens(address))  # it opens the port before the imports that take a second
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=20)
    # Between opening the port and setting its handlers, Python itself ends on the signal.
    assert process.returncode in (0, -signal.SIGTERM)
    assert error == b""


def test_a_port_in_use_is_one_sentence(server):
    port = str(server.address[1])
    run = subprocess.run(
        [sys.executable, "-m", "webapp", "--port", port],
        cwd=ROOT, capture_output=True, text=True, timeout=30,
        env={"ATLAS_DIST_DIR": str(server.settings["dist_dir"])},
    )  # fmt: skip
    assert run.returncode == 1
    for word in (port, "127.0.0.1", "address already in use", "--port"):
        assert word in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_body_that_does_not_come_is_given_up(impatient):
    with connect(impatient) as sock:
        sock.sendall(HALF_BODY)
        answer = Answer(sock)
    answer.assert_problem(408)
    assert answer.headers["connection"] == "close"


def test_a_head_that_does_not_come_is_given_up(impatient):
    with connect(impatient) as sock:
        sock.sendall(HALF_HEAD)
        Answer(sock).assert_problem(408)


def test_a_head_that_drips_in_is_given_up_all_the_same(impatient):
    with connect(impatient) as sock:
        sock.sendall(HALF_HEAD)
        start = time.monotonic()
        with contextlib.suppress(OSError):  # reset or broken pipe: it is closed
            while time.monotonic() < start + 5:
                sock.sendall(b"x")
                time.sleep(0.05)
    assert time.monotonic() < start + 5


def test_a_client_that_says_nothing_is_cut_off(impatient):
    with connect(impatient) as sock:
        assert Answer(sock).status_code == 0


def test_a_body_that_nobody_reads_and_does_not_come_is_cut_off(impatient):
    with connect(impatient) as sock:
        sock.sendall(b"GET /livez HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf")
        answer = Answer(sock)
    assert answer.status_code == 200


def test_a_client_that_does_not_read_its_response_is_cut_off(site, impatient):
    (site.dist / "assets" / "large-abcd1234.wasm").write_bytes(bytes(1 << 25))

    def received(seconds):
        """Ask for the file, read nothing for so long, then all that still comes."""
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(10)
            sock.connect(impatient.address)
            sock.sendall(b"GET /assets/large-abcd1234.wasm HTTP/1.1\r\nhost: localhost\r\n\r\n")
            time.sleep(seconds)
            count = 0
            with contextlib.suppress(ConnectionResetError):
                while chunk := sock.recv(1 << 16):
                    count += len(chunk)
        return count

    # A busy machine may not have come to its deadline when reading begins.
    assert any(received(seconds) < 1 << 25 for seconds in (1.5, 5, 10))


def test_what_is_not_http_is_told_so(server):
    with connect(server) as sock:
        sock.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        Answer(sock).assert_problem(400)


def test_a_head_without_end_is_refused(server):
    with connect(server) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n" + (b"x-more: " + b"y" * 90 + b"\r\n") * 656)
        Answer(sock).assert_problem(431)


def test_who_sends_far_too_much_still_reads_why_it_is_refused(server):
    connection = http.client.HTTPConnection(*server.address, timeout=10)
    headers = {"content-type": "application/octet-stream"}
    connection.request("POST", PATH, body=bytes(20_000_000), headers=headers)
    response = connection.getresponse()
    assert response.status == 413
    response.read()
    # The connection is as good as new.
    connection.request("POST", PATH, body=bytes(784), headers=headers)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [("HTTP/1.1", 400), ("HTTP/1.1\r\nhost:", 400), ("HTTP/1.0", 200),
     ("HTTP/1.1\r\nhost: localhost\r\nhost: localhost", 400),
     ("HTTP/1.1\r\nhost: evil.test", 421),
     ("HTTP/1.1\r\nhost: localhost\r\nx: " + "y" * 70000, 431)],
)  # fmt: skip
def test_a_request_that_names_no_host_or_two_is_refused(server, head, status):
    with connect(server) as sock:
        sock.sendall(f"GET /livez {head}\r\nconnection: close\r\n\r\n".encode())
        answer = Answer(sock)
    assert answer.status_code == status
    if status != 200:
        answer.assert_problem(status)


def test_a_refused_request_leaves_its_connection_usable(server):
    connection = http.client.HTTPConnection(*server.address, timeout=10)
    for body, status in ((b"", 422), (bytes(784), 200), (bytes(783), 422), (bytes(784), 200)):
        headers = {"content-type": "application/octet-stream"}
        connection.request("POST", PATH, body=body, headers=headers)
        response = connection.getresponse()
        assert response.status == status
        response.read()
    connection.close()


def ask(server, path="/livez", source="127.0.0.1"):
    """Return the status of a request on a connection of its own, from a local address."""
    connection = http.client.HTTPConnection(*server.address, timeout=10, source_address=(source, 0))
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 429:
            assert answer.headers["retry-after"] == "1"
        return answer.status


def open_reader(server):
    """Ask for a large file, and read nothing of it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(10)
    sock.connect(server.address)
    sock.sendall(f"GET /{LARGE} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
    assert sock.recv(12) == b"HTTP/1.1 200"
    return sock


def test_the_connection_that_was_idle_longest_makes_room(site):
    with Server(**site.settings(connection_limit=5)) as server:
        held = [http.client.HTTPConnection(*server.address, timeout=10) for _ in range(5)]
        for connection in held[::-1]:  # the first is asked last
            connection.request("GET", "/livez")
            assert connection.getresponse().read()
        sock = held[-1].sock
        for _ in range(3):
            assert ask(server, "/") == 200
        assert sock.recv(1) == b""
        held[0].request("GET", "/livez")
        assert held[0].getresponse().status == 200
        for connection in held:
            connection.close()


def test_a_probe_that_was_answered_in_a_crowd_makes_room_after_it(site):
    (site.dist / LARGE).write_bytes(bytes(1 << 25))
    with Server(**site.settings(connection_limit=1, address_share=1)) as server:
        reader = open_reader(server)
        eventually(lambda: ask(server, "/") == 429)
        probe = http.client.HTTPConnection(*server.address, timeout=10)
        probe.request("GET", "/livez")
        assert probe.getresponse().read()
        reader.close()
        eventually(lambda: ask(server, "/") == 200, 5)
        assert probe.sock.recv(1) == b""
        probe.close()


def test_silent_clients_and_halves_of_requests_make_room_too(site):
    with Server(**site.settings(connection_limit=5)) as server:
        held = [connect(server) for _ in range(60)]
        for sock in held[::3]:
            with contextlib.suppress(OSError):
                sock.sendall(HALF_HEAD)
        for sock in held[1::3]:
            with contextlib.suppress(OSError):
                sock.sendall(HALF_BODY)
        for _ in range(10):
            assert ask(server, "/") == 200
        for sock in held:
            sock.close()


def test_probes_get_in_while_every_connection_is_being_answered(site):
    (site.dist / LARGE).write_bytes(bytes(1 << 25))
    with Server(**site.settings(connection_limit=4, address_share=1)) as server:
        held = [open_reader(server) for _ in range(4)]
        for _ in range(5):
            assert ask(server, "/") == 429
            assert [ask(server, path) for path in ("/livez", "/readyz", "/metrics")] == [200] * 3
        for sock in held:
            sock.close()
        eventually(lambda: ask(server, "/") == 200)


def test_one_address_cannot_take_every_connection(site):
    (site.dist / LARGE).write_bytes(bytes(1 << 25))
    with Server(**site.settings(connection_limit=8)) as server:
        held = [open_reader(server) for _ in range(4)]
        assert ask(server, "/") == 429
        assert ask(server, "/livez") == 200
        assert ask(server, "/", source="127.0.0.2") == 200
        for sock in held:
            sock.close()


def test_a_slow_client_that_makes_progress_is_never_cut_off(site, impatient):
    (site.dist / LARGE).write_bytes(bytes(1 << 25))
    with open_reader(impatient) as sock:
        count = 0
        stop = time.monotonic() + 10 * DEADLINES["stall_deadline"]
        while time.monotonic() < stop:
            count += len(sock.recv(8192))
            time.sleep(0.05)
        while count < 1 << 25 and (chunk := sock.recv(1 << 20)):
            count += len(chunk)
    assert count >= 1 << 25


def test_a_body_without_end_is_cut_off(server):
    sent = 0
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
    head = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n"
    with connect(server) as sock, contextlib.suppress(OSError):
        sock.sendall(head.encode() + b"content-type: application/octet-stream\r\n\r\n")
        while sent < 1 << 28:
            sock.sendall(chunk)
            sent += 65536
    assert sent < 1 << 26


@pytest.mark.parametrize(
    ("path", "media_type", "status"),
    [(PATH, "application/octet-stream", 413), (PATH, "image/png", 415),
     ("/api/models/none/encode", "application/octet-stream", 404), ("/livez", "text/plain", 405)],
)  # fmt: skip
@pytest.mark.parametrize("client", ["urllib", "curl", "http.client"])
def test_an_ordinary_client_reads_why_its_body_was_refused(
    server, client, path, media_type, status
):
    body, url = bytes(2_000_000), server.url + path
    for _ in range(5):  # it was a race
        if client == "urllib":
            request = urllib.request.Request(url, body, {"content-type": media_type})  # noqa: S310
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=10)  # noqa: S310
            assert refused.value.code == status
            assert json.loads(refused.value.read())["status"] == status
            refused.value.close()
        elif client == "curl":
            if shutil.which("curl") is None:
                pytest.skip("there is no curl")
            run = subprocess.run(
                ["curl", "-s", "-H", f"content-type: {media_type}", "--data-binary", "@-", url],
                input=body, capture_output=True, check=True, timeout=30,
            )  # fmt: skip
            assert json.loads(run.stdout)["status"] == status
        else:
            connection = http.client.HTTPConnection(*server.address, timeout=10)
            headers = {"content-type": media_type, "connection": "close"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())["status"]) == (status, status)
            connection.close()


def test_few_file_descriptors_are_told_at_the_start_and_respected(site):
    with Server(open_files=256, **site.settings()) as server:
        assert "256 files open" in server.complaints()
        assert server.complaints().count("\n") == 1
        held = [connect(server) for _ in range(300)]
        url = json.loads(server.get("/api/manifest")[1])["models"][0]["means"]["url"]
        for _ in range(3):
            for path in (f"/{url}", "/models/current.json", "/sw.js", "/", "/livez"):
                assert ask(server, path) == 200
        for sock in held:
            sock.close()


def test_it_stops_even_where_the_pointer_is_a_pipe(tmp_path):
    folders = make_folders(tmp_path)
    folders.models.mkdir()
    os.mkfifo(folders.models / "current.json")
    with Server(wait_ready=False, **folders.settings()) as server:
        eventually(lambda: "no regular file" in server.log())
        assert server.get("/readyz")[0] == 503
        status, seconds = server.stop()
    assert status == 0
    assert seconds < 5


def test_overload_is_429_for_some_and_service_for_the_rest(site):
    statuses: list[int] = []
    with Server(**site.settings(queue_limit=1, batch_limit=1)) as server:
        stop = time.monotonic() + 5

        def client(_: int) -> None:
            connection = http.client.HTTPConnection(*server.address, timeout=10)
            while time.monotonic() < stop and not {200, 429} <= set(statuses):
                connection.request(
                    "POST", PATH, bytes(784), {"content-type": "application/octet-stream"}
                )
                response = connection.getresponse()
                body = response.read()
                statuses.append(response.status)
                if response.status == 429:
                    assert response.headers["retry-after"] == "1"
                    assert json.loads(body)["status"] == 429
            connection.close()

        with ThreadPoolExecutor(24) as pool:
            list(pool.map(client, range(24)))
        assert set(statuses) == {200, 429}
        assert 'atlas_rejected_total{model="vae-2"}' in server.get("/metrics")[1].decode()


def test_a_new_release_is_live_within_two_seconds_and_no_request_fails(tmp_path):
    folders = make_folders(tmp_path)
    for index in range(2):
        make_release(folders.models, f"r{index}", [TinyModel(seed=index + 1)], publish=False)
    point_to(folders.models, "r0")
    settings = folders.settings() | {"compress_objects": True}
    del settings["poll_interval"]  # the default is what counts here
    stop = threading.Event()
    with Server(**settings) as server:

        def read(path: str) -> int:
            connection = http.client.HTTPConnection(*server.address, timeout=10)
            count = 0
            while not stop.is_set():
                if path == PATH:
                    headers = {"content-type": "application/octet-stream"}
                    connection.request("POST", path, bytes(784), headers)
                else:
                    connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                assert response.status == 200
                count += 1
            connection.close()
            return count

        paths = [PATH, PATH, "/", "/api/manifest", "/models/current.json", "/readyz"]
        with ThreadPoolExecutor(len(paths)) as pool:
            readers = [pool.submit(read, path) for path in paths]
            try:
                waits = []
                for turn in range(1, 7):
                    start = time.monotonic()
                    point_to(folders.models, f"r{turn % 2}")
                    while json.loads(server.get("/readyz")[1])["release"] != f"r{turn % 2}":
                        assert time.monotonic() < start + 10
                        time.sleep(0.02)
                    waits.append(time.monotonic() - start)
            finally:
                stop.set()
            assert all(reader.result() > 10 for reader in readers)
        assert sorted(waits)[-2] < 2  # a busy machine may have its moment in one of them
        assert server.complaints() == ""


def test_a_release_without_any_model_file_leaves_the_server_running(tmp_path):
    folders = make_folders(tmp_path)
    make_release(folders.models, "r1")
    for path in (folders.models / "objects").iterdir():
        path.unlink()
    with Server(wait_ready=False, **folders.settings()) as server:
        eventually(lambda: "no model of r1 works" in server.log())
        assert server.get("/readyz")[0] == 503
        status, page = server.get("/", accept="text/html")
        assert status == 503
        assert b"python -m export" in page


NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; {sample} }}
}}
"""


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
@pytest.mark.parametrize("slash", ["", "/"], ids=["kept", "stripped"])
def test_it_works_under_a_path_of_nginx_that_keeps_or_strips_it(site, tmp_path, slash):
    """With the sample of deploy/, whose prefix a slash after the address strips."""
    sample = (ROOT / "deploy" / "nginx.conf").read_text()
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    with Server(**site.settings(root_path="/atlas")) as server:
        assert server.url.endswith("/atlas")
        sample = sample.replace("127.0.0.1:8000;", f"127.0.0.1:{server.address[1]}{slash};")
        assert slash not in sample or f"{server.address[1]}{slash};" in sample
        config = tmp_path / "nginx.conf"
        config.write_text(NGINX.format(folder=tmp_path, port=port, sample=sample))
        command = ["nginx", "-p", str(tmp_path), "-c", str(config)]
        proxy = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: listens(("127.0.0.1", port)))
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/atlas") as response:
                assert response.url.endswith("/atlas/")
                assert b'src="assets/main-' in response.read()
            for path in ("models/current.json", "livez", "sw.js", "api/openapi.json"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/atlas/{path}") as response:
                    assert response.status == 200
        finally:
            proxy.terminate()
            proxy.wait()


def test_a_release_that_is_taken_is_one_line_of_the_log(tmp_path):
    folders = make_folders(tmp_path)
    make_release(folders.models, "r1", [TinyModel()])
    with Server(**folders.settings()) as server:
        assert server.log() == "INFO: Release r1 is in service: 1 models.\n"
        make_release(folders.models, "r2", [TinyModel(), TinyModel(id="more", seed=2)])
        eventually(lambda: server.log().endswith("Release r2 is in service: 2 models.\n"))
        assert server.log().count("\n") == 2


def test_it_stops_with_success_while_somebody_reads_slowly(site):
    large = site.dist / LARGE
    large.parent.mkdir(exist_ok=True)
    large.write_bytes(os.urandom(30_000_000))
    with Server(**site.settings()) as server:
        with connect(server) as reader:
            reader.sendall(f"GET /{LARGE} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
            assert b"200 OK" in reader.recv(4096)
            status, _ = server.stop()
        assert status == 0
        assert server.complaints() == ""
    large.unlink()


def test_requests_are_logged_in_json_where_that_is_wanted(site):
    with Server(access_log=True, **site.settings()) as server:
        status, _ = server.get("/models/none%0a%0a?secret")
        connection = http.client.HTTPConnection(*server.address, timeout=10)
        connection.request("GET", "/livez")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        server.stop()
        lines = [json.loads(line) for line in server.process.stdout.read().splitlines()]
    assert status == 404
    last = lines[-1]
    assert last["id"] == answer.headers["x-request-id"]
    assert (last["method"], last["path"], last["status"]) == ("GET", "/livez", 200)
    assert (last["client"], last["bytes"]) == ("127.0.0.1", 18)
    assert last["seconds"] >= 0
    assert len({line["id"] for line in lines}) == len(lines)
    assert lines[-2]["path"] == "/models/none\n\n"
    assert "secret" not in str(lines)


def test_requests_are_not_logged_by_default(site):
    with Server(**site.settings()) as server:
        server.get("/")
        server.stop()
        assert server.process.stdout.read() == b""
        assert server.complaints() == ""
