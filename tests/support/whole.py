"""Is a release on disk whole? Used by the export's tests and for the shipped release."""

import hashlib
import json
from pathlib import Path
from typing import Any

from latent_atlas.export.publish import file_entries


def read_whole_release(models: Path) -> dict[str, Any]:
    """Follow the pointer, read the manifest, check every object's size and hash."""
    release = json.loads((models / "current.json").read_text())["release"]
    manifest: dict[str, Any] = json.loads(
        (models / "releases" / release / "manifest.json").read_text()
    )
    assert manifest["release"] == release
    entries = list(file_entries(manifest))
    assert entries
    for entry in entries:
        data = (models.parent / entry["url"].replace("models", models.name, 1)).read_bytes()
        assert len(data) == entry["bytes"]
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
        assert entry["sha256"] in entry["url"]
    return manifest
