"""Compressed copies: made once, only where worth it, never half a file."""

import gzip
import os

import brotli
import pytest

from latent_atlas.webapp.http.compression import BackgroundCompressor, compress, main
from tests.webapp.conftest import eventually

TEXT = b"the same words again and again, " * 200


def names(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_both_copies_hold_the_original(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.js").write_bytes(TEXT)
    assert main([str(tmp_path)]) == 0
    assert brotli.decompress((tmp_path / "sub" / "a.js.br").read_bytes()) == TEXT
    assert gzip.decompress((tmp_path / "sub" / "a.js.gz").read_bytes()) == TEXT


def test_small_hidden_and_compressed_files_are_left_alone(tmp_path):
    (tmp_path / ".vite").mkdir()
    for name in (".vite/manifest.json", ".hidden.js", "a.png", "a.webp", "a.woff2", "a.tmp"):
        (tmp_path / name).write_bytes(TEXT)
    (tmp_path / "small.js").write_bytes(TEXT[:1024])
    before = names(tmp_path)
    assert main([str(tmp_path)]) == 0
    assert names(tmp_path) == before


def test_a_file_that_does_not_shrink_is_tried_once(tmp_path, monkeypatch):
    path = tmp_path / "random.onnx"
    path.write_bytes(os.urandom(5000))
    assert main([str(tmp_path)]) == 0
    assert path.with_name("random.onnx.br").read_bytes() == b""
    assert path.with_name("random.onnx.gz").read_bytes() == b""
    monkeypatch.setattr(
        "latent_atlas.webapp.http.compression.encode", lambda *_, **__: pytest.fail("again")
    )
    assert main([str(tmp_path)]) == 0


def test_what_is_done_is_not_done_again_unless_the_file_changed(tmp_path):
    path = tmp_path / "a.css"
    path.write_bytes(TEXT)
    compress(path)
    first = path.with_name("a.css.br").stat()
    compress(path)
    assert path.with_name("a.css.br").stat().st_ino == first.st_ino
    path.write_bytes(TEXT[::-1])
    os.utime(path, ns=(first.st_mtime_ns + 10**9,) * 2)
    compress(path)
    assert brotli.decompress(path.with_name("a.css.br").read_bytes()) == TEXT[::-1]


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.js").write_bytes(TEXT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("latent_atlas.webapp.http.compression.os.fsync", full)
    assert main([str(tmp_path)]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert names(tmp_path) == ["a.js"]


def test_a_file_that_cannot_be_written_costs_no_other_its_copies(tmp_path, capsys):
    (tmp_path / "a.js").write_bytes(TEXT * 2)
    (tmp_path / "a.js.br").mkdir()  # nothing can be renamed to it
    os.utime(tmp_path / "a.js.br", (0, 0))
    (tmp_path / "b.js").write_bytes(TEXT)
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("1 ")
    assert brotli.decompress((tmp_path / "b.js.br").read_bytes()) == TEXT
    assert not list(tmp_path.glob(".*"))


def test_the_background_compressor_writes_the_same_copies(tmp_path):
    (tmp_path / "a.js").write_bytes(TEXT)
    compressor = BackgroundCompressor(tmp_path)
    compressor.start()
    try:
        eventually(lambda: (tmp_path / "a.js.gz").exists(), 90)
    finally:
        compressor.stop()
    assert gzip.decompress((tmp_path / "a.js.gz").read_bytes()) == TEXT
    assert brotli.decompress((tmp_path / "a.js.br").read_bytes()) == TEXT


def test_naming_no_folder_is_an_error():
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2


@pytest.mark.slow
def test_a_compressor_that_could_not_start_or_failed_is_started_again(tmp_path, monkeypatch):
    (tmp_path / "a.js").write_bytes(TEXT)
    (tmp_path / "a.js.br").mkdir()  # nothing can be renamed to it
    os.utime(tmp_path / "a.js.br", (0, 0))
    compressor = BackgroundCompressor(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("subprocess.Popen", lambda *_, **__: os.open("/nowhere", os.O_RDONLY))
        compressor.start()
    try:
        eventually(lambda: (compressor.tend(), compressor._process is not None)[1])
        assert compressor._process.wait(30) == 1
        (tmp_path / "a.js.br").rmdir()
        eventually(lambda: (compressor.tend(), (tmp_path / "a.js.gz").exists())[1], 90)
    finally:
        compressor.stop()
