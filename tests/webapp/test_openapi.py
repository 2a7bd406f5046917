"""The OpenAPI schema: every route is in it, with every status and media type that it answers."""

import json
import re

import pytest
from starlette.routing import Route

from latent_atlas.webapp.api import router
from tests.webapp.test_security import REQUESTS, send


@pytest.fixture(scope="module")
def schema(client):
    answer = client.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def operation_of(schema, method, path):
    """Return the operation that answers a request, or None for a path of no route."""
    for template, operations in schema["paths"].items():
        pattern = re.escape(template).replace(re.escape("{path}"), ".*")
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", pattern), path.partition("?")[0]):
            return operations.get(method.lower()) or next(iter(operations.values()))
    return None


def test_every_route_is_in_the_schema_with_each_of_its_methods(client, schema):
    assert schema["openapi"].startswith("3.")
    routes = [route for route in router.routes if isinstance(route, Route)]
    assert len(routes) > 10
    for route in routes:
        operations = schema["paths"][route.path.replace("{path:path}", "{path}")]
        assert operations.keys() == {method.lower() for method in route.methods}
    assert len(schema["paths"]) == len(routes)
    # Nothing is answered beside these routes.
    for route in client.app.routes:
        assert getattr(route, "path", "") not in ("/docs", "/redoc", "/openapi.json")


def test_operation_ids_differ(schema):
    operations = [o for path in schema["paths"].values() for o in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)


@pytest.mark.parametrize("name", REQUESTS)
def test_every_answer_is_documented(client, schema, name):
    method, path, *_ = REQUESTS[name]
    operation = operation_of(schema, method, path)
    if operation is None:
        assert name == "no route"
        return
    answer = send(client, REQUESTS[name])
    documented = operation["responses"][str(answer.status_code)]
    if answer.content:
        media_types = {media_type.partition(";")[0] for media_type in documented["content"]}
        given = answer.headers["content-type"].partition(";")[0]
        assert given in media_types or "*/*" in media_types


def test_every_error_refers_to_the_one_shape(schema):
    shape = schema["components"]["schemas"]["ProblemDetails"]
    assert set(shape["required"]) == {"type", "title", "status", "detail"}
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    reference = response["content"]["application/problem+json"]["schema"]
                    assert reference == {"$ref": "#/components/schemas/ProblemDetails"}
    page = schema["paths"]["/"]["get"]["responses"]["503"]["content"]
    assert page.keys() == {"application/problem+json", "text/html"}
    assert "HTTPValidationError" not in json.dumps(schema)


@pytest.mark.parametrize(
    ("action", "statuses"),
    [
        ("encode", {"200", "404", "405", "408", "413", "415", "422", "429", "503"}),
        ("decode", {"200", "404", "405", "408", "413", "415", "422", "429", "503"}),
    ],
)
def test_the_models_routes_document_their_bodies_and_errors(schema, action, statuses):
    operation = schema["paths"][f"/api/models/{{model_id}}/{action}"]["post"]
    assert statuses <= operation["responses"].keys()
    body, answer = "application/json", "application/octet-stream"
    if action == "encode":
        body, answer = answer, body
        assert "label" in {parameter["name"] for parameter in operation["parameters"]}
    assert list(operation["requestBody"]["content"]) == [body]
    assert list(operation["responses"]["200"]["content"]) == [answer]


def test_files_may_be_json(schema):
    for path in ("/models/{path}", "/assets/{path}", "/sw.js"):
        for status in ("200", "206"):
            content = schema["paths"][path]["get"]["responses"][status]["content"]
            assert content == {"*/*": {"schema": {}}}
