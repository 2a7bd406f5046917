"""Makes a small built front end and a page template, for tests of the server alone."""

import json
from pathlib import Path

SCRIPT = "assets/main-abcd1234.js"
START = "assets/start-qrst7890.js"
CHUNK = "assets/chunk-efgh5678.js"
LATER = "assets/later-uvwx1234.js"
STYLE = "assets/main-ijkl9012.css"
EMBED = "assets/embed-page-cdef5678.js"
WORKER = "sw.js"
ELEMENT = "embed.js"
NOTICES = "assets/third-party-notices-yzab5678.txt"
RUNTIME = "assets/runtime-mnop3456.wasm"
# Long enough for several chunks of a response, and compressible.
RUNTIME_BYTES = b"\0asm" + bytes(range(256)) * 2600

_PAGE = """<!doctype html>
<html lang="en"{% if not server %} data-server="absent"{% endif %}>
<meta charset="utf-8">
<title>{{ release }}</title>
{% if policy %}<meta http-equiv="Content-Security-Policy" content="{{ policy }}">{% endif %}
{% for style in styles %}<link rel="stylesheet" href="{{ style }}">{% endfor %}
{% for chunk in preloads %}<link rel="modulepreload" href="{{ chunk }}">{% endfor %}
<script type="module" src="{{ script }}"></script>
<script type="application/json" id="manifest">{{ manifest_json }}</script>
<script type="application/json" id="built">{{ built_json }}</script>
{% for id, model in data.models.items() %}<p id="{{ id }}">{{ model.title }}</p>{% endfor %}
<p>{{ release }}</p>
<a href="{{ notices }}">Licences</a>
</html>
"""


def make_dist(folder: Path, script: str = SCRIPT) -> None:
    """Write what a Vite build leaves."""
    files = {
        script: b"console.log('the page');\n" * 100,
        START: b"export {};\n",
        CHUNK: b"export {};\n",
        LATER: b"export {};\n",
        STYLE: b"body { color: black; }\n" * 100,
        NOTICES: b"Their licences.\n",
        RUNTIME: RUNTIME_BYTES,
        EMBED: b"export {};\n",
        ELEMENT: b"export {};\n",
        WORKER: b"addEventListener('fetch', () => {});\n",
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    manifest = {
        "_chunk-efgh5678.js": {"file": CHUNK},
        "src/main.ts": {
            "file": script,
            "isEntry": True,
            "dynamicImports": ["src/start.ts"],
            "css": [STYLE],
        },
        "src/start.ts": {
            "file": START,
            "imports": ["_chunk-efgh5678.js"],
            "dynamicImports": ["src/later.ts"],
        },
        "src/later.ts": {"file": LATER},
        "src/embed/embed-page.ts": {"file": EMBED, "isEntry": True},
        "third-party-notices.txt": {"file": NOTICES},
    }
    path = folder / ".vite" / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest))


def make_templates(folder: Path) -> None:
    """Write a page.html that shows everything a template is given."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.html").write_text(_PAGE)
    (folder / "embed.html").write_text('<base href="../"><script src="{{ script }}"></script>')
