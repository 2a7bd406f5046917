"""The notebook of examples/ runs from its first cell to its last, and publishes a release."""

from pathlib import Path

import pytest

from latent_atlas.export.publish import ReleaseFolder
from tests.support.server import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.filterwarnings("ignore")  # of the kernel's client
def test_B23_the_example_trains_publishes_and_shows_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Importing them takes seconds, and the quick tests do not run this one.
    import nbformat
    from nbclient import NotebookClient

    # The kernel's program is the tests' own, with the project of this checkout.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(ROOT / "examples" / "own_vae.ipynb", 4)
    client = NotebookClient(
        notebook, timeout=500, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    current = ReleaseFolder(tmp_path / "my-atlas").current()
    assert current is not None
    (entry,) = current["models"]
    assert (entry["id"], entry["latent_size"]) == ("digits-vae", 2)
    assert entry["image"] == {"height": 8, "width": 8, "channels": 1}
    shown = [
        text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for text in output.get("data", {}).values()
    ]
    assert "(8, 8, 1)" in str(shown)
    assert "torch.Size([3, 8, 8])" in str(shown)
    assert "application/vnd.jupyter.widget-view+json" in str(
        [o.get("data", {}).keys() for cell in notebook.cells for o in cell.get("outputs", [])]
    )
