"""Settings: flags over environment over defaults; what is wrong is named in one sentence."""

import pytest

from latent_atlas.webapp.__main__ import main
from latent_atlas.webapp.settings import SettingsError, read_settings


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch):
    monkeypatch.delenv("ATLAS_PORT", raising=False)


def test_the_defaults_are_local():
    settings = read_settings([])
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.wasm_blocked is False


def test_a_flag_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("ATLAS_PORT", "9000")
    assert read_settings([]).port == 9000
    assert read_settings(["--port", "9001"]).port == 9001
    assert read_settings(["--port=9002", "--wasm-blocked"]).wasm_blocked is True


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["--port", "many"], "port"), (["--port", "70000"], "port"), (["--port", "-1"], "port"),
     (["--poll-interval", "5"], "poll_interval"), (["--host", ""], "host"),
     (["--queue-limit", "0"], "queue_limit"), (["--root-path", "atlas/"], "root_path")],
)  # fmt: skip
def test_a_wrong_value_is_one_sentence_that_names_the_setting(arguments, name, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        f"The setting {name} (--{name.replace('_', '-')} or ATLAS_{name.upper()})"
    )
    assert error.count("\n") == 1


def test_a_wrong_value_in_the_environment_is_named_too(monkeypatch, capsys):
    monkeypatch.setenv("ATLAS_BODY_LIMIT", "lots")
    assert main([]) == 2
    assert "ATLAS_BODY_LIMIT" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--prot", "1"], ["--port"], ["8123"]])
def test_an_unknown_option_is_one_sentence(arguments):
    with pytest.raises(SettingsError, match="--help"):
        read_settings(arguments)
    assert main(arguments) == 2


def test_a_front_end_that_is_not_built_is_one_sentence(tmp_path, capsys):
    assert main(["--dist-dir", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "make demo" in error
    assert error.count("\n") == 1
