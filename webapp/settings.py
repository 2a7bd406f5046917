"""The settings, from the environment (ATLAS_PORT=…) and from the command line (--port …)."""

import os
from collections.abc import Sequence
from pathlib import Path

import pydantic_settings
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict

_ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is wrong; the text is one sentence that names it."""


class Settings(BaseSettings):
    """Serve the page. The environment can set each option too: ATLAS_PORT for --port."""

    model_config = SettingsConfigDict(
        env_prefix="ATLAS_",
        frozen=True,
        extra="forbid",
        cli_prog_name="python -m webapp",
        cli_kebab_case=True,
        cli_implicit_flags=True,
    )

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    root_path: str = Field(
        "", description="path under which a proxy publishes the server, such as /atlas"
    )
    models_dir: Path = Field(_ROOT / "static" / "models", description="folder of the releases")
    dist_dir: Path = Field(_ROOT / "static" / "dist", description="folder of the built front end")
    data_root: Path = Field(
        default_factory=lambda: Path(os.environ.get("DATA_ROOT", _ROOT / "data")),
        description="folder of training images, shown beside decoded ones",
    )
    templates_dir: Path = Field(
        Path(__file__).resolve().parent / "templates", description="folder of page.html"
    )
    poll_interval: float = Field(
        0.25, gt=0, le=1, description="seconds between checks for a new release"
    )
    compress_objects: bool = Field(
        True, description="compress the files of a new release in the background"
    )
    wasm_blocked: bool = Field(
        False, description="forbid WebAssembly, to try the page's fallback to the server"
    )
    threads: int = Field(
        os.cpu_count() or 1, ge=1, le=256, description="models that run at the same time"
    )
    queue_limit: int = Field(
        128,
        ge=1,
        le=65536,
        description="requests that may wait for one graph; further ones get 429",
    )
    batch_limit: int = Field(64, ge=1, le=1024, description="largest batch of requests")
    connection_limit: int = Field(512, ge=1, description="open connections; further ones get 429")
    body_limit: int = Field(65536, ge=1, description="largest request body in bytes")
    body_deadline: float = Field(
        10, gt=0, le=600, description="seconds in which a request body must arrive"
    )
    head_deadline: float = Field(
        10, gt=0, le=600, description="seconds in which a request head must arrive"
    )
    stall_deadline: float = Field(
        30, gt=0, le=600, description="seconds after which a client that reads nothing is cut off"
    )

    @field_validator("root_path")
    @classmethod
    def _plain_root_path(cls, value: str) -> str:
        if value and not (value.isascii() and value.startswith("/") and not value.endswith("/")):
            raise ValueError("it starts with / and does not end with one")
        return value


def read_settings(argv: Sequence[str]) -> Settings:
    """Read the settings: the command line wins over the environment, that over the defaults.

    Raises:
        SettingsError: an option is unknown or a value is wrong.
    """
    try:
        return CliApp.run(Settings, cli_args=list(argv), cli_exit_on_error=False)
    except pydantic_settings.SettingsError as error:
        reason = str(error).removeprefix("error parsing CLI: ")
        raise SettingsError(
            f"The command line is wrong: {reason} (--help lists the options)."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(
            f"The setting {name} (--{name.replace('_', '-')} or ATLAS_{name.upper()}) is wrong: "
            f"{reason[0].lower()}{reason[1:]}."
        ) from error
