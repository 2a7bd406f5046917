"""Makes the page of a release: the template, the release's numbers, Vite's file names."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import latex2mathml.converter
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from webapp.article import SECTIONS, build_article
from webapp.article.release_view import ReleaseView
from webapp.article.wording import FILTERS
from webapp.http.compression import encode
from webapp.http.negotiation import SUFFIXES, Representation
from webapp.http.security import content_policy, policy_text
from webapp.releases import Release, signature

_ENTRY = "src/main.ts"
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$")
_APOLOGY = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Latent Atlas</title>
<h1>Latent Atlas</h1>
<p>The server runs but has no release to show yet; <code>python -m export</code> makes one from
trained models, and this page appears without a restart.</p>
</html>
"""


class PageError(Exception):
    """The page cannot be made; the text says why, in part of a sentence."""


class PageMaker:
    """Renders page.html; the templates and Vite's manifest are read anew for every page.

    `datasets` counts the training images that the server can show. A section's template is given
    its view (webapp/article) as `section`; it can call `math(tex, display=False)` for MathML, and
    the filters of webapp/article/wording.py write its numbers.
    """

    def __init__(
        self, templates: Path, dist: Path, models: Path, datasets: Mapping[str, int] | None = None
    ) -> None:
        self._templates = templates
        self._models = models
        self._datasets = dict(datasets or {})
        self._dist = dist
        self._vite_manifest = dist / ".vite" / "manifest.json"
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"math": math}
        self._environment.filters |= FILTERS

    def fingerprint(self) -> object:
        """Return something that differs whenever the same release would give another page."""
        files = sorted(self._templates.rglob("*"))
        return [signature(self._vite_manifest), *((path, signature(path)) for path in files)]

    def make(self, release: Release) -> Representation:
        """Render and compress the page of a release.

        Raises:
            PageError: the front end is not built, or a template is wrong.
        """
        body = self.render(json.loads(release.manifest_bytes)).encode()
        return represent(body, "text/html; charset=utf-8", hashlib.sha256(body).hexdigest()[:32])

    def render(self, manifest: dict[str, Any], *, server: bool = True) -> str:
        """Render the page of a release's manifest.

        Args:
            manifest: as it is on disk.
            server: whether this server will send the page. If not, the page carries its policy
                itself and knows that nobody answers for browsers that cannot run models.

        Raises:
            PageError: the front end is not built, or a template is wrong.
        """
        release = ReleaseView(manifest, self._models / "objects", self._datasets, server=server)
        context = {
            "release": manifest["release"],
            "sections": SECTIONS,
            "article": self._article(release),
            "models": release.models,
            "trained_on": release.trained_on,
            "manifest_json": _json(manifest),
            "server": server,
            "policy": None if server else _meta_policy(),
        } | self._built_files()
        try:
            return self._environment.get_template("page.html").render(context)
        except jinja2.TemplateError as error:
            raise PageError(f"the template is wrong: {error}") from error

    @staticmethod
    def _article(release: ReleaseView) -> dict[str, object | None]:
        try:
            return build_article(release)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise PageError(f"a document of the release is not as expected: {error!r}") from error

    def _built_files(self) -> dict[str, Any]:
        """Name the entry's script, its styles and the chunks it imports, relative to the page.

        `built_json` names every file that was built: what the page can come to ask for.
        """
        try:
            built = json.loads(self._vite_manifest.read_bytes())
            entry = built[_ENTRY]
            chunks = _imports(built, _ENTRY)
            styles = [style for name in [_ENTRY, *chunks] for style in built[name].get("css", [])]
            return {
                "script": entry["file"],
                "styles": list(dict.fromkeys(styles)),
                "preloads": [built[name]["file"] for name in chunks],
                "built_json": _json([_file_entry(path) for path in built_files(self._dist)]),
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise PageError("the front end is not built, make demo builds it") from error


def math(tex: str, *, display: bool = False) -> Markup:
    """Set a formula of our own in MathML, which needs no script; tex: LaTeX."""
    return Markup(  # noqa: S704 (our own formula, not a reader's)
        latex2mathml.converter.convert(tex, display="block" if display else "inline")
    )


def built_files(dist: Path) -> list[Path]:
    """Return every file that the page may come to ask for beside the release's.

    Raises:
        OSError: the front end is not built.
    """
    return sorted(
        path
        for path in (dist / "assets").iterdir()
        if not path.name.startswith(".") and path.suffix not in (*SUFFIXES.values(), ".tmp")
    )


def is_built_file(path: str) -> bool:
    """Return whether Vite put a hash of the content into this name, so that it never changes."""
    return _HASHED.search(path) is not None


def _file_entry(path: Path) -> dict[str, str | int]:
    """Describe a built file in the form of a release's file entries."""
    data = path.read_bytes()
    return {
        "url": f"assets/{path.name}",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }


def _json(value: object) -> str:
    """Return JSON whose < are escaped: no title can end the script element it stands in."""
    return htmlsafe_json_dumps(value, separators=(",", ":"))


def _meta_policy() -> str:
    """Return the policy without what a browser only takes from a header."""
    policy = content_policy()
    del policy["frame-ancestors"]
    return policy_text(policy)


def _imports(built: dict[str, Any], entry: str) -> list[str]:
    """Return the keys of every chunk that is needed at once, each once.

    That is what the entry imports, statically or not, and what these import statically in turn.
    """
    found: dict[str, None] = {}
    queue = [*built[entry].get("imports", []), *built[entry].get("dynamicImports", [])]
    while queue:
        name = queue.pop(0)
        if name not in found:
            found[name] = None
            queue += built[name].get("imports", [])
    return list(found)


def represent(body: bytes, media_type: str, tag: str) -> Representation:
    """Keep a body with its compressed forms, as small as they get; a page takes half a second."""
    encoded = {encoding: encode(body, encoding) for encoding in SUFFIXES}
    return Representation(body, media_type, tag, encoded)


def apology() -> Response:
    """Return the page there is while there is no release."""
    return HTMLResponse(_APOLOGY, 503, {"retry-after": "1", "cache-control": "no-store"})
