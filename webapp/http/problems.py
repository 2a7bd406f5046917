"""Errors of one shape: problem details (RFC 9457), raised by routes and described in the schema."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal, cast

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_TYPE = "application/problem+json"
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not support this method.",
}
# Any request can be answered with these, whatever its route.
_ANY_ROUTE = (400, 405, 408, 421, 429, 431, 503)


class ProblemDetails(BaseModel):
    """An error, as every route reports it."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str


class Problem(HTTPException):
    """An error to report to the client. `detail` must hold nothing that the client sent."""


def problem_body(status: int, detail: str) -> bytes:
    """Return an error in the one shape, as JSON."""
    title = HTTPStatus(status).phrase
    problem = ProblemDetails(type="about:blank", title=title, status=status, detail=detail)
    return json.dumps(problem.model_dump()).encode()


def problem_response(problem: Problem) -> Response:
    """Make the response that reports a problem."""
    return Response(
        problem_body(problem.status_code, problem.detail),
        problem.status_code,
        {"cache-control": "no-store"} | dict(problem.headers or {}),
        _TYPE,
    )


async def answer_http_exception(_: Request, error: Exception) -> Response:
    """Answer a `Problem`, or what the router raises (404, 405) in our words."""
    raised = cast(HTTPException, error)
    if not isinstance(raised, Problem):
        detail = _DETAILS.get(raised.status_code, "The request cannot be answered.")
        raised = Problem(raised.status_code, detail, raised.headers)
    return problem_response(raised)


async def answer_invalid_parameter(_: Request, error: Exception) -> Response:
    """Answer a parameter that breaks its declared type: name it, but do not repeat its value."""
    name = cast(RequestValidationError, error).errors()[0]["loc"][-1]
    return problem_response(Problem(422, f"The parameter {name} is missing or not valid."))


def documented(*statuses: int, html: Sequence[int] = ()) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of a route for its OpenAPI schema.

    Browsers are told of those in `html` in a page.
    """
    problem = {_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    page = {"text/html": {"schema": {"type": "string"}}}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": problem | page if status in html else problem,
        }
        for status in sorted({*_ANY_ROUTE, *statuses})
    }


def add_problem_schema(schema: dict[str, Any]) -> None:
    """Add the schema that `documented` refers to."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
