"""The routes: the page, its files, the manifest, encode and decode, and what operators read."""

import asyncio
import json
import logging
import re
import warnings
from collections.abc import Awaitable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Path, Query
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from latent_atlas.webapp.dataset_images import DatasetImages
from latent_atlas.webapp.http.problems import Problem, add_problem_schema, documented
from latent_atlas.webapp.http.security import read_body, require_type
from latent_atlas.webapp.http.static_files import StaticFiles
from latent_atlas.webapp.inference import BusyError, Model, ModelError, Posterior
from latent_atlas.webapp.live import Live, Site
from latent_atlas.webapp.metrics import Metrics
from latent_atlas.webapp.pages import EMBEDDED_FIGURES, apology, is_built_file
from latent_atlas.webapp.releases import is_release_file, is_sound
from latent_atlas.webapp.settings import Settings

logger = logging.getLogger(__name__)

LARGEST_Z = 1000.0
"""The largest coordinate of z that is accepted: every prior here has unit variance."""

_FIRST_LOOK_SECONDS = 5.0
_LABEL = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)
_READ = ["GET", "HEAD"]
_BINARY = {"type": "string", "format": "binary"}
_NO_STORE = {"cache-control": "no-store"}
Answer = TypeVar("Answer")


class Services:
    """What the routes of one application answer from."""

    def __init__(
        self, site: Site, settings: Settings, metrics: Metrics, images: DatasetImages
    ) -> None:
        self.site = site
        self.settings = settings
        self.metrics = metrics
        self.images = images
        self.built = StaticFiles(settings.dist_dir / "assets", is_built_file)
        self.released = StaticFiles(settings.models_dir, is_release_file, is_sound)
        # Browsers ask for the service worker's script again with every visit: it has no hash.
        self.unhashed = StaticFiles(settings.dist_dir)

    def faults(self) -> dict[str, str]:
        """Return what is wrong now, by what it is wrong with, and why."""
        files = {"the page": self.built, "the release": self.released, "the worker": self.unhashed}
        found = {f"files of {name}": files[name].fault() for name in files}
        return {**self.site.faults, **{name: why for name, why in found.items() if why}}


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


InServices = Annotated[Services, Depends(_services)]


async def _live(services: InServices) -> Live:
    if services.site.live is None:
        raise Problem(503, "There is no release to serve yet.", {"retry-after": "1"})
    return services.site.live


InLive = Annotated[Live, Depends(_live)]


async def _model(
    model_id: Annotated[str, Path(description="A model's `id` in the manifest.")], live: InLive
) -> Model:
    """Return the model of this id: 404 if the release has none, 503 if it is out of service."""
    if model_id in live.release.models:
        return live.release.models[model_id]
    if model_id in live.release.faults:
        raise Problem(503, "This model is out of service.", {"retry-after": "5"})
    raise Problem(404, "The release has no such model.")


InModel = Annotated[Model, Depends(_model)]


async def _label(
    request: Request,
    label: Annotated[
        int | None, Query(ge=0, le=65535, description="The class, where the encoder takes one.")
    ] = None,
) -> int | None:
    """Return the label of a query; refuse `+3`, `03` and `3.0`, which pydantic would read."""
    given = request.query_params.getlist("label")
    if given and (len(given) > 1 or _LABEL.fullmatch(given[0]) is None):
        raise Problem(422, "The label must be one whole number in decimal digits.")
    return label


class DecodeRequest(BaseModel):
    """A point in latent space, with a label if the model's decoder takes one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    z: Annotated[
        list[Annotated[float, Field(ge=-LARGEST_Z, le=LARGEST_Z, allow_inf_nan=False)]],
        Field(min_length=1, description="As many numbers as the model's `latent_size`."),
    ]
    label: Annotated[int, Field(ge=0, le=65535)] | None = None


class Liveness(BaseModel):
    """Whether the process answers."""

    status: str = "alive"


class Readiness(BaseModel):
    """What is served: the release, and the state of each of its models."""

    status: str = "ready"
    release: str
    models: dict[str, str]
    faults: dict[str, str] | None = None
    """What is wrong, by what it is wrong with: a release, the page, "model <id>", files."""


def _content(*media_types: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    schema = _BINARY if schema is None else schema
    return {"content": {media_type: {"schema": schema} for media_type in media_types}}


def _body(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a body that a route reads itself, within the limits of the settings."""
    return {"requestBody": {"required": True} | _content(media_type, schema=schema)}


_NOT_MODIFIED = {"description": "The client has the current version."}
_OCTETS = _content("application/octet-stream")
_FILE: dict[int | str, dict[str, Any]] = {
    200: _content("*/*", schema={}),  # some files are JSON
    206: _content("*/*", schema={}),
    304: _NOT_MODIFIED,
    **documented(404, 416, 503),
}
router = APIRouter(redirect_slashes=False)


@router.api_route(
    "/",
    methods=_READ,
    response_class=HTMLResponse,
    responses={304: _NOT_MODIFIED, **documented(503, html=(503,))},
)
async def page(request: Request, services: InServices) -> Response:
    """Return the page."""
    # A request in the second in which the server starts waits until the page has been made.
    await services.site.first_look(_FIRST_LOOK_SECONDS)
    if services.site.live is None and "text/html" in request.headers.get("accept", ""):
        return apology()  # the problem below, as a page
    return (await _live(services)).page.respond(request.headers)


@router.api_route(
    "/embed/{figure}",
    methods=_READ,
    response_class=HTMLResponse,
    responses={304: _NOT_MODIFIED, **documented(404, 503)},
)
async def embedded_figure(request: Request, live: InLive, figure: str) -> Response:
    """Return one figure of the page, for a frame of another page."""
    if live.embed is None or figure not in EMBEDDED_FIGURES:
        raise Problem(404, "There is nothing at this address.")
    return live.embed.respond(request.headers)


@router.api_route("/api/manifest", methods=_READ, responses={304: _NOT_MODIFIED, **documented(503)})
async def manifest(request: Request, live: InLive) -> Response:
    """Return the manifest of the current release."""
    return live.manifest.respond(request.headers)


@router.post(
    "/api/models/{model_id}/encode",
    response_model_exclude_none=True,
    responses=documented(404, 413, 415, 422, 503),
    openapi_extra=_body("application/octet-stream", _BINARY),
)
async def encode(
    request: Request,
    response: Response,
    services: InServices,
    model: InModel,
    label: Annotated[int | None, Depends(_label)],
) -> Posterior:
    """Encode an image: uint8 pixels, row by row, H×W×C as in the manifest."""
    require_type(request.headers, "application/octet-stream")
    if model.encoder is None:
        raise Problem(404, f"The model {model.entry.id} has no encoder.")
    _check_label(label, model, taken=model.encoder_takes_label)
    settings = services.settings
    image = await read_body(request, max(settings.body_limit, model.pixels), settings.body_deadline)
    if len(image) != model.pixels:
        raise Problem(422, f"The image must have {model.pixels} bytes: H×W×C, row by row.")
    posterior = await _counted(model.encode(image, label), model, services.metrics)
    response.headers.update(_NO_STORE)
    return posterior


@router.post(
    "/api/models/{model_id}/decode",
    response_class=Response,
    responses={200: _OCTETS, **documented(404, 413, 415, 422, 503)},
    openapi_extra=_body("application/json", DecodeRequest.model_json_schema()),
)
async def decode(request: Request, services: InServices, model: InModel) -> Response:
    """Decode z into an image: uint8 pixels, row by row, H×W×C as in the manifest.

    A model that classifies adds its probabilities in the header `class-probability`.
    """
    require_type(request.headers, "application/json")
    settings = services.settings
    body = await read_body(request, settings.body_limit, settings.body_deadline)
    wanted = _parse_decode(body)
    size = model.entry.latent_size
    if len(wanted.z) != size:
        raise Problem(422, f"This model's z has {size} numbers.")
    _check_label(wanted.label, model, taken=model.decoder_takes_label)
    decoding = await _counted(model.decode(wanted.z, wanted.label), model, services.metrics)
    headers = dict(_NO_STORE)
    if decoding.class_probability is not None:
        shares = ",".join(f"{share:.6g}" for share in decoding.class_probability)
        headers["class-probability"] = shares
    return Response(decoding.image, headers=headers, media_type="application/octet-stream")


@router.api_route(
    "/api/datasets/{name}/{split}",
    methods=_READ,
    response_class=Response,
    responses={200: _OCTETS, **documented(404, 422)},
)
async def dataset_images(
    services: InServices,
    name: str,
    split: Annotated[str, Path(description="train or test")],
    index: Annotated[
        str,
        Query(
            pattern="^[0-9]{1,7}(,[0-9]{1,7}){0,31}$",
            description="Up to 32 indices, separated by commas.",
        ),
    ],
) -> Response:
    """Return images of a dataset that the server's machine has: uint8, one after the other."""
    indices = [int(word) for word in index.split(",")]
    try:
        body = await asyncio.to_thread(services.images.read, name, split, indices)
    except KeyError:
        raise Problem(404, "The server does not have these images.") from None
    except IndexError:
        raise Problem(422, "The dataset has no such image.") from None
    # The images of a dataset never change.
    headers = {"cache-control": "max-age=86400"}
    return Response(body, headers=headers, media_type="application/octet-stream")


@router.api_route("/api/openapi.json", methods=_READ, responses=documented())
async def openapi(request: Request) -> dict[str, Any]:
    """Return this schema."""
    return describe(request.app)


@router.api_route("/livez", methods=_READ, responses=documented())
async def livez(response: Response) -> Liveness:
    """Tell that the process answers."""
    response.headers.update(_NO_STORE)
    return Liveness()


@router.api_route(
    "/readyz", methods=_READ, response_model_exclude_none=True, responses=documented(503)
)
async def readyz(response: Response, services: InServices) -> Readiness:
    """Tell which release is served, which of its models work, and what is wrong."""
    live, faults = services.site.live, services.faults()
    if live is None:
        why = f": {faults['release']}" if "release" in faults else ""
        raise Problem(503, f"There is no release to serve yet{why}.", {"retry-after": "1"})
    response.headers.update(_NO_STORE)
    states = dict.fromkeys(live.release.models, "ready")
    states |= dict.fromkeys(live.release.faults, "out of service")
    return Readiness(release=live.release.id, models=states, faults=faults or None)


@router.api_route(
    "/metrics",
    methods=_READ,
    response_class=Response,
    responses={200: _content(CONTENT_TYPE_LATEST, schema={"type": "string"}), **documented(404)},
)
async def read_metrics(services: InServices) -> Response:
    """Return the server's metrics in Prometheus' text format, unless the settings hide them."""
    if not services.settings.metrics:
        raise Problem(404, "There is nothing at this address.")
    headers = {"content-type": CONTENT_TYPE_LATEST} | _NO_STORE
    return Response(services.metrics.text(services.faults()), headers=headers)


@router.api_route("/assets/{path:path}", methods=_READ, response_class=Response, responses=_FILE)
async def built_file(request: Request, services: InServices, path: str) -> Response:
    """Return a file of the built front end."""
    return await services.built.respond(path, request)


@router.api_route("/models/{path:path}", methods=_READ, response_class=Response, responses=_FILE)
async def released_file(request: Request, services: InServices, path: str) -> Response:
    """Return a file of a release, or `current.json`, which names the current one."""
    return await services.released.respond(path, request)


@router.api_route("/embed.js", methods=_READ, response_class=Response, responses=_FILE)
async def embedded_element(request: Request, services: InServices) -> Response:
    """Return the module that defines `<latent-atlas>` on other pages."""
    return await services.unhashed.respond("embed.js", request)


@router.api_route("/sw.js", methods=_READ, response_class=Response, responses=_FILE)
async def service_worker(request: Request, services: InServices) -> Response:
    """Return the service worker's script."""
    return await services.unhashed.respond("sw.js", request)


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI schema, made at the first call."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    with warnings.catch_warnings():
        # GET and HEAD of a route get the same operationId, until the loop below.
        warnings.filterwarnings("ignore", "Duplicate Operation ID")
        schema = app.openapi()
    add_problem_schema(schema)
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            operation["operationId"] = f"{operation['operationId']}_{method}"
            # FastAPI's own shape, which it adds to routes where no parameter can be invalid.
            if operation["responses"].get("422", {}).get("description") == "Validation Error":
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    return schema


async def _counted(answer: Awaitable[Answer], model: Model, metrics: Metrics) -> Answer:
    """Await a model's answer; a full queue is counted and becomes 429, a failed run 503."""
    try:
        return await answer
    except ModelError as error:
        logger.warning("The model %s gave no answer: %s.", model.entry.id, error)
        raise Problem(503, "The model gave no answer.", {"retry-after": "5"}) from None
    except BusyError:
        metrics.rejected.labels(model.entry.id).inc()
        raise Problem(429, "Too many requests are waiting.", {"retry-after": "1"}) from None


def _check_label(label: int | None, model: Model, *, taken: bool) -> None:
    """Refuse a label where the graph takes none, and anything but a class where it takes one."""
    if taken and (label is None or label >= model.entry.classes):
        classes = model.entry.classes
        raise Problem(422, f"The label must be a whole number from 0 to {classes - 1}.")
    if not taken and label is not None:
        raise Problem(422, "This model takes no label here.")


def _parse_decode(body: bytes) -> DecodeRequest:
    """Read the body of decode.

    Raises:
        Problem: 422 if it is not JSON of that form, or has a key twice.
    """
    try:
        return DecodeRequest.model_validate(json.loads(body.decode(), object_pairs_hook=_unique))
    except (ValueError, RecursionError):  # also pydantic's ValidationError
        raise Problem(
            422,
            'The body must be a JSON object with "z", a list of numbers from '
            f'-{LARGEST_Z:g} to {LARGEST_Z:g}, and "label", a class, if the decoder takes one.',
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key occurs twice")
    return value
