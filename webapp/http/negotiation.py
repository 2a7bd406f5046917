"""Content negotiation: the encoding that a client prefers, or 304 if it has the content already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response

# In order of preference, where a client accepts several equally.
SUFFIXES: Mapping[str, str] = {"br": ".br", "gzip": ".gz"}


def preferred_encoding(accept_encoding: str, available: Collection[str]) -> str | None:
    """Return which of `available` (`br`, `gzip`) a client prefers, or None for no encoding.

    Follows RFC 9110, 12.5.3, except that the unencoded content is sent even where the client
    excludes it: that is more useful than an error.
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _quality(parameters)
    default = weights.get("*", 0.0)
    best, best_weight = None, weights.get("identity", 0.0)
    for encoding in SUFFIXES:
        weight = weights.get(encoding, default) if encoding in available else 0.0
        if weight > 0 and (weight > best_weight or (best is None and weight >= best_weight)):
            best, best_weight = encoding, weight
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def has_already(headers: Headers, etag: str) -> bool:
    """Return whether the client's `If-None-Match` names `etag` (weak comparison)."""
    tags = {tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")}
    return "*" in tags or etag in tags


@dataclass(frozen=True)
class Representation:
    """A body kept in memory together with its compressed forms."""

    body: bytes
    media_type: str
    tag: str
    """The ETag without quotes."""
    encoded: Mapping[str, bytes]
    """The compressed body by content encoding: `br`, `gzip`."""

    def respond(self, headers: Headers) -> Response:
        """Answer a request with these headers: the body in its preferred encoding, or 304."""
        encoding = preferred_encoding(headers.get("accept-encoding", ""), self.encoded)
        etag = f'"{self.tag}-{encoding}"' if encoding else f'"{self.tag}"'
        fields = {"etag": etag, "cache-control": "no-cache", "vary": "accept-encoding"}
        if has_already(headers, etag):
            return Response(status_code=304, headers=fields)
        if encoding is None:
            return Response(self.body, headers=fields, media_type=self.media_type)
        fields["content-encoding"] = encoding
        return Response(self.encoded[encoding], headers=fields, media_type=self.media_type)
