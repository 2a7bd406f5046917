"""The settings, from the environment (ATLAS_PORT=…) and from the command line (--port …)."""

import contextlib
import ipaddress
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pydantic_settings
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict

from latent_atlas.program import program

_ROOT = Path(__file__).resolve().parent.parent


_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host.lower() == "localhost"


class SettingsError(Exception):
    """A setting is wrong; the text is one sentence that names it."""


class Settings(BaseSettings):
    """Serve the page. The environment can set each option too: ATLAS_PORT for --port."""

    model_config = SettingsConfigDict(
        env_prefix="ATLAS_",
        frozen=True,
        extra="forbid",
        cli_prog_name=program("serve"),
        cli_kebab_case=True,
        cli_implicit_flags=True,
    )

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    allowed_hosts: str = Field(
        "",
        description="names in a request's Host, separated by commas, that are answered; * for any "
        "(default: any, or localhost and the like where only this machine can connect)",
    )
    frame_ancestors: str = Field(
        "*",
        description="origins whose pages may show /embed in a frame, separated by commas; "
        "* for any, none for no page but ours",
    )
    cors_origins: str = Field(
        "",
        description="origins whose pages may use /embed.js and /models, separated by commas; "
        "* for any (default: no page but ours)",
    )
    root_path: str = Field(
        "", description="path under which a proxy publishes the server, such as /atlas"
    )
    models_dir: Path = Field(_ROOT / "static" / "models", description="folder of the releases")
    dist_dir: Path = Field(_ROOT / "static" / "dist", description="folder of the built front end")
    data_root: Path = Field(
        default_factory=lambda: Path(os.environ.get("DATA_ROOT", _ROOT / "data")),
        description="folder of the datasets' images, shown beside decoded ones",
    )
    fetch_originals: bool = Field(
        False, description="fetch MNIST's test images (1.7 MB) into data-root if it lacks them"
    )
    templates_dir: Path = Field(
        Path(__file__).resolve().parent / "templates", description="folder of page.html"
    )
    access_log: bool = Field(
        False, description="log every request to standard output, as a line of JSON"
    )
    metrics: bool = Field(True, description="answer GET /metrics")
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
    connection_limit: int = Field(
        512, ge=1, description="open connections; the idlest is closed for a further one"
    )
    address_share: float = Field(
        0.5, gt=0, le=1, description="share of them on which one address may be answered at a time"
    )
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

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names that a request's Host may have; None: any."""
        names = frozenset(name.strip().lower() for name in self.allowed_hosts.split(","))
        if "*" in names or (not self.allowed_hosts and not _is_loopback(self.host)):
            return None
        return names if self.allowed_hosts else _LOOPBACK | {self.host.lower()}

    @field_validator("frame_ancestors", "cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        words = [word.strip().lower() for word in value.split(",") if word.strip()]
        for word in words:
            if word not in ("*", "none") and not _ORIGIN.fullmatch(word):
                raise ValueError(f"{word} is no origin such as https://example.org")
        return ",".join(words)

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
