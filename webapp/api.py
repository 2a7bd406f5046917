"""The routes: the page, the manifest, encode and decode, and what operators look at."""

import json
import re
from collections.abc import Awaitable
from typing import Any, TypeVar

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from webapp.datasets import TrainingImages
from webapp.http.security import Problem, read_body, require_type
from webapp.inference import BusyError, Model
from webapp.live import Live, Site
from webapp.metrics import Metrics
from webapp.pages import apology
from webapp.settings import Settings

LARGEST_Z = 1000.0
"""A z further out than this in any coordinate is refused: every prior here has unit size."""

_PATIENCE = 5.0
_INDICES = re.compile(r"[0-9]{1,7}(,[0-9]{1,7}){0,31}", re.ASCII)
_LABEL = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)
_READ = ["GET", "HEAD"]
Answer = TypeVar("Answer")


def build_router(
    site: Site, settings: Settings, metrics: Metrics, images: TrainingImages
) -> APIRouter:
    """Return the routes of a site."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/", methods=_READ)
    async def page(request: Request) -> Response:
        # Who opens the page in the second in which the server starts waits for it to be made.
        await site.first_look(_PATIENCE)
        if site.live is None and "text/html" in request.headers.get("accept", ""):
            return apology()
        return _live(site).page.respond(request.headers)

    @router.api_route("/api/manifest", methods=_READ)
    async def manifest(request: Request) -> Response:
        return _live(site).manifest.respond(request.headers)

    @router.api_route("/api/models/{model_id}/encode", methods=["POST"])
    async def encode(request: Request) -> Response:
        model = _model(site, request)
        require_type(request.headers, "application/octet-stream")
        label = _query_label(request, model)
        image = await read_body(
            request, max(settings.body_limit, model.pixels), settings.body_deadline
        )
        if len(image) != model.pixels:
            raise Problem(422, f"The image must have {model.pixels} bytes: H×W×C, row by row.")
        posterior = await _patiently(model.encode(image, label), model, metrics)
        answer = {"mu": posterior.mu}
        if posterior.logvar is not None:
            answer["logvar"] = posterior.logvar
        return _fresh(json.dumps(answer).encode(), "application/json")

    @router.api_route("/api/models/{model_id}/decode", methods=["POST"])
    async def decode(request: Request) -> Response:
        model = _model(site, request)
        require_type(request.headers, "application/json")
        body = await read_body(request, settings.body_limit, settings.body_deadline)
        z, label = parse_decode(body, model)
        decoding = await _patiently(model.decode(z, label), model, metrics)
        response = _fresh(decoding.image, "application/octet-stream")
        if decoding.class_probability is not None:
            shares = ",".join(f"{share:.6g}" for share in decoding.class_probability)
            response.headers["class-probability"] = shares
        return response

    @router.api_route("/api/datasets/{name}/train", methods=_READ)
    async def training_images(request: Request) -> Response:
        indices = request.query_params.get("index", "")
        if _INDICES.fullmatch(indices) is None:
            raise Problem(422, "index must be up to 32 whole numbers with commas between them.")
        name = request.path_params["name"]
        try:
            body = images.read(name, [int(index) for index in indices.split(",")])
        except KeyError:
            raise Problem(404, "This data set is not on the server's machine.") from None
        except IndexError:
            raise Problem(422, "The data set has no such image.") from None
        # The images of a data set never change.
        headers = {"content-type": "application/octet-stream", "cache-control": "max-age=86400"}
        return Response(body, headers=headers)

    @router.api_route("/livez", methods=_READ)
    async def livez() -> Response:
        return JSONResponse({"status": "alive"}, headers={"cache-control": "no-store"})

    @router.api_route("/readyz", methods=_READ)
    async def readyz() -> Response:
        release = _live(site).release
        states = {
            entry.id: "ready" if entry.id in release.models else "out of service"
            for entry in release.manifest.models
        }
        body = {"status": "ready", "release": release.id, "models": states}
        return JSONResponse(body, headers={"cache-control": "no-store"})

    @router.api_route("/metrics", methods=_READ)
    async def read_metrics() -> Response:
        return _fresh(metrics.text(), CONTENT_TYPE_LATEST)

    return router


def _fresh(body: bytes, media_type: str) -> Response:
    return Response(body, headers={"content-type": media_type, "cache-control": "no-store"})


def _live(site: Site) -> Live:
    if site.live is None:
        raise Problem(503, "There is no release to serve yet.", {"retry-after": "1"})
    return site.live


def _model(site: Site, request: Request) -> Model:
    """Return the model a path names: 404 if the release has none, 503 if it is out of service."""
    release = _live(site).release
    model_id = request.path_params["model_id"]
    if model_id in release.models:
        return release.models[model_id]
    if model_id in release.out_of_service:
        raise Problem(503, "This model is out of service.", {"retry-after": "5"})
    raise Problem(404, "The release has no such model.")


async def _patiently(answer: Awaitable[Answer], model: Model, metrics: Metrics) -> Answer:
    try:
        return await answer
    except BusyError:
        metrics.rejected.labels(model.entry.id).inc()
        raise Problem(429, "Too many requests are waiting.", {"retry-after": "1"}) from None


def _query_label(request: Request, model: Model) -> int | None:
    """Read `?label=`, which the encoder either needs or must not be given."""
    given = request.query_params.getlist("label")
    if not model.encoder_takes_label:
        if given:
            raise Problem(422, "This model's encoder takes no label.")
        return None
    if len(given) != 1 or _LABEL.fullmatch(given[0]) is None:
        raise Problem(422, _label_rule(model))
    return _in_range(int(given[0]), model)


def _label_rule(model: Model) -> str:
    return f"The label must be one whole number from 0 to {model.entry.classes - 1}."


def _in_range(label: int, model: Model) -> int:
    if not 0 <= label < model.entry.classes:
        raise Problem(422, _label_rule(model))
    return label


def parse_decode(body: bytes, model: Model) -> tuple[list[float], int | None]:
    """Read `{"z": [...], "label": 3}` for a model; the label only where it is conditioned.

    Raises:
        Problem: 422, and which rule it breaks.
    """
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem(422, "The body must be JSON, with no key twice.") from None
    if not isinstance(value, dict) or not value.keys() <= {"z", "label"}:
        raise Problem(422, 'The body must be an object with "z" and, if conditioned, "label".')
    return _z(value.get("z"), model), _body_label(value.get("label"), model)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is there twice")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _z(value: object, model: Model) -> list[float]:
    size = model.entry.latent_size
    # `not abs(x) <= …` rather than `>`: 1e999 reads as infinity, and bool is an int.
    if (
        not isinstance(value, list)
        or len(value) != size
        or any(type(x) not in (int, float) or not abs(x) <= LARGEST_Z for x in value)
    ):
        raise Problem(422, f"z must be {size} numbers between -{LARGEST_Z:g} and {LARGEST_Z:g}.")
    return [float(x) for x in value]


def _body_label(value: object, model: Model) -> int | None:
    if not model.decoder_takes_label:
        if value is not None:
            raise Problem(422, "This model's decoder takes no label.")
        return None
    if type(value) is not int:
        raise Problem(422, _label_rule(model))
    return _in_range(value, model)
