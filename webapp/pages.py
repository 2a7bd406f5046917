"""Makes the page of a release: the template, the release's numbers, Vite's file names."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import latex2mathml.converter
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from latent_atlas.webapp.article import build_article, titles
from latent_atlas.webapp.article.front_page import front_page
from latent_atlas.webapp.article.release_view import ReleaseView
from latent_atlas.webapp.article.wording import FILTERS
from latent_atlas.webapp.dataset_images import Counts
from latent_atlas.webapp.disk import is_absent, read_regular, signature
from latent_atlas.webapp.http.compression import encode
from latent_atlas.webapp.http.negotiation import SUFFIXES, Representation
from latent_atlas.webapp.http.security import content_policy, policy_text
from latent_atlas.webapp.releases import Release

_ENTRY = "src/main.ts"
_EMBED_ENTRY = "src/embed/embed-page.ts"
EMBEDDED_FIGURES = ("map", "digits", "draw", "sliders")
_NOTICES = "third-party-notices.txt"
_WORKER = "assets/worker-"
"""What runs the models: without it the runtime is not asked for."""
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

    `images()` counts the datasets' images that the server can show. A section's template is given
    its view (webapp/article) as `section` and the release as `data` (ReleaseView); it can call
    `math(tex, display=False)` for MathML, and the filters of webapp/article/wording.py write its
    numbers.
    """

    def __init__(
        self,
        templates: Path,
        dist: Path,
        models: Path,
        images: Callable[[], Counts] = dict,
    ) -> None:
        self._templates = templates
        self._models = models
        self._images = images
        self._last: Representation | None = None
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
        return [
            self._images(),
            signature(self._vite_manifest),
            *((path, signature(path)) for path in files),
        ]

    def make(self, release: Release) -> tuple[Release, Representation, int]:
        """Render and compress the page of a release.

        Returns:
            The release without the models that no page can be made with, the page, and how many
            documents it lacks because they cannot be read.

        Raises:
            PageError: the front end is not built, or a template is wrong.
        """
        built = self._built_files()
        manifest = json.loads(release.manifest_bytes)
        try:
            text, unread = self._render(manifest, built)
        except PageError:
            faults = self._culprits(manifest, built)
            if len(faults) == len(manifest["models"]):
                raise
            release = release.without(faults)
            text, unread = self._render(json.loads(release.manifest_bytes), built)
        body = text.encode()
        tag = hashlib.sha256(body).hexdigest()[:32]
        if self._last is None or self._last.tag != tag:
            self._last = represent(body, "text/html; charset=utf-8", tag)
        return release, self._last, unread

    def _culprits(self, manifest: dict[str, Any], built: dict[str, Any]) -> dict[str, str]:
        """Return, by id, the models with which the page cannot be made, and why not."""
        faults: dict[str, str] = {}
        sound: list[Any] = []
        for entry in manifest["models"]:
            try:
                self._render(manifest | {"models": [*sound, entry]}, built)
                sound.append(entry)
            except PageError as error:
                faults[entry["id"]] = f"the page cannot show it, {error}"
        return faults

    def render(self, manifest: dict[str, Any], *, server: bool = True) -> str:
        """Render the page of a release's manifest.

        Args:
            manifest: as it is on disk.
            server: whether this server will send the page. If not, the page carries its policy
                itself and knows that nobody answers for browsers that cannot run models.

        Raises:
            PageError: the front end is not built, a template is wrong, or a document cannot be
                read and no server will make the page again.
        """
        page, unread = self._render(manifest, self._built_files(), server=server)
        if unread and not server:
            raise PageError(f"{unread} of its documents cannot be read")
        return page

    def _render(
        self, manifest: dict[str, Any], built: dict[str, Any], *, server: bool = True
    ) -> tuple[str, int]:
        """Return the page, and how many documents could not be read for it."""
        try:
            data = ReleaseView(manifest, self._models / "objects", self._images())
            article = build_article(data)
            context = {
                "release": manifest["release"],
                "sections": titles(article),
                "front": front_page(data),
                "data": data,
                "article": article,
                "manifest_json": _json(manifest),
                "server": server,
                "policy": None if server else _meta_policy(),
            } | built
            page = self._environment.get_template("page.html").render(context)
        except (OSError, MemoryError):
            raise
        except Exception as error:
            raise PageError(
                f"a template or a document of the release is wrong: {error!r}"
            ) from error
        return page, len(data.unread)

    def _embed(self, server: bool) -> str:
        """Render the document of the embedded figures, which is the same for every release.

        Raises:
            PageError: the front end is not built, or the template is wrong.
        """
        built = self._built_files(_EMBED_ENTRY)
        policy = None if server else _meta_policy(embedded=True)
        try:
            template = self._environment.get_template("embed.html")
            return template.render(built | {"server": server, "policy": policy})
        except jinja2.TemplateError as error:
            raise PageError(f"a template is wrong: {error!r}") from error

    def represent_embed(self, *, server: bool = True) -> Representation | None:
        """Return the document of the embedded figures; None where the front end has none."""
        try:
            body = self._embed(server).encode()
        except PageError:
            return None
        tag = hashlib.sha256(body).hexdigest()[:32]
        return represent(body, "text/html; charset=utf-8", tag)

    def _built_files(self, name: str = _ENTRY) -> dict[str, Any]:
        """Name an entry's script, its styles, the chunks it imports and the third-party notices.

        Names are relative to the page.

        `built_json` names every file that was built: what the page can come to ask for.
        """
        try:
            built = json.loads(read_regular(self._vite_manifest))
            entry = built[name]
            chunks = _imports(built, name)
            styles = [style for part in [name, *chunks] for style in built[part].get("css", [])]
            return {
                "script": entry["file"],
                "styles": list(dict.fromkeys(styles)),
                "preloads": [built[part]["file"] for part in chunks],
                "notices": built[_NOTICES]["file"],
                "workers": [
                    path
                    for part in chunks
                    for path in built[part].get("assets", [])
                    if path.startswith(_WORKER)
                ],
                "built_json": _json([_file_entry(path) for path in built_files(self._dist)]),
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, OSError) and not is_absent(error):
                raise
            raise PageError("the front end is not built, make demo builds it") from error


_COLOURED = {"&#x003BC;": "mu", "&#x003C3;": "sigma", "&#x003B5;": "epsilon", "z": "z"}
"""Symbols that have a colour of their own, as MathML has them."""


def math(tex: str, *, display: bool = False) -> Markup:
    """Set a formula of our own in MathML, which needs no script; tex: LaTeX."""
    written = latex2mathml.converter.convert(tex, display="block" if display else "inline")
    for symbol, name in _COLOURED.items():
        written = written.replace(f"<mi>{symbol}</mi>", f'<mi class="of-{name}">{symbol}</mi>')
    return Markup(written)  # noqa: S704 (our own formula, not a reader's)


def built_files(dist: Path) -> list[Path]:
    """Return every file that the page may come to ask for beside the release's.

    Raises:
        OSError: the front end is not built.
    """
    return sorted(
        path
        for path in (dist / "assets").iterdir()
        if path.is_file()
        and not path.name.startswith(".")
        and path.suffix not in (*SUFFIXES.values(), ".tmp")
    )


def is_built_file(path: str) -> bool:
    """Return whether Vite put a hash of the content into this name, so that it never changes."""
    return _HASHED.search(path) is not None


def _file_entry(path: Path) -> dict[str, str | int]:
    """Describe a built file in the form of a release's file entries."""
    data = read_regular(path)
    return {
        "url": f"assets/{path.name}",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }


def _json(value: object) -> str:
    """Return JSON whose < are escaped: no title can end the script element it stands in."""
    return htmlsafe_json_dumps(value, separators=(",", ":"))


def _meta_policy(*, embedded: bool = False) -> str:
    """Return the policy without what a browser only takes from a header."""
    policy = content_policy(embedded=embedded)
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
