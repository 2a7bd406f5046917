"""What can be set, from the environment (ATLAS_PORT=…) and from the command line (--port …)."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ROOT = Path(__file__).resolve().parent.parent
_PREFIX = "ATLAS_"


class SettingsError(Exception):
    """A setting is wrong; the text is one sentence that names it."""


class Settings(BaseSettings):
    """Every setting with its default; times in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    root_path: str = Field("", description="path under which a proxy shows the server: /atlas")
    models_dir: Path = Field(_ROOT / "static" / "models", description="where releases are")
    dist_dir: Path = Field(_ROOT / "static" / "dist", description="what Vite built")
    data_root: Path = Field(
        default_factory=lambda: Path(os.environ.get("DATA_ROOT", _ROOT / "data")),
        description="where training images may be, to show them beside what is decoded",
    )
    templates_dir: Path = Field(
        Path(__file__).resolve().parent / "templates", description="where page.html is"
    )
    poll_interval: float = Field(
        0.25, gt=0, le=1, description="seconds between two looks for a new release"
    )
    compress_objects: bool = Field(
        True, description="write .br and .gz beside a new release's files, in the background"
    )
    wasm_blocked: bool = Field(
        False, description="forbid WebAssembly, to try the page's server fallback"
    )
    threads: int = Field(
        os.cpu_count() or 1, ge=1, le=256, description="models that may run at the same time"
    )
    queue_limit: int = Field(
        128, ge=1, le=65536, description="requests that may wait for one graph; more get 429"
    )
    batch_limit: int = Field(64, ge=1, le=1024, description="requests run as one batch at most")
    connection_limit: int = Field(512, ge=1, description="open connections; more get 429")
    body_limit: int = Field(65536, ge=1, description="bytes a request's body may have")
    body_deadline: float = Field(10, gt=0, le=600, description="seconds a body may take")
    head_deadline: float = Field(10, gt=0, le=600, description="seconds a request's head may take")
    stall_deadline: float = Field(
        30, gt=0, le=600, description="seconds a client may read nothing of its response"
    )

    @field_validator("root_path")
    @classmethod
    def _plain_root_path(cls, value: str) -> str:
        if value and not (value.isascii() and value.startswith("/") and not value.endswith("/")):
            raise ValueError("it starts with / and does not end with one")
        return value


def read_settings(argv: Sequence[str]) -> Settings:
    """Read the command line over the environment over the defaults.

    Raises:
        SettingsError: an option is unknown or a value is wrong.
    """
    parser = _Parser(prog="python -m webapp", allow_abbrev=False, description="Serve the page.")
    for name, field in Settings.model_fields.items():
        flag, help_text = _flag(name), f"{field.description} ({_PREFIX}{name.upper()})"
        if field.annotation is bool:
            parser.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=None, help=help_text
            )
        else:
            parser.add_argument(flag, metavar="…", help=help_text)
    given: dict[str, Any] = {
        name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None
    }
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(
            f"The setting {name} ({_flag(name)} or {_PREFIX}{name.upper()}) is wrong: "
            f"{reason[0].lower()}{reason[1:]}."
        ) from error


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"The command line is wrong: {message} (--help lists the options).")
