"""What a template can call: formulas in MathML, and the documents of a release."""

import json
from pathlib import Path

from tests.support.releases import object_path, write_object
from webapp.pages import PageMaker, math


def test_a_formula_is_set_as_mathml_and_stays_markup() -> None:
    assert str(math(r"\mu + \sigma")).startswith("<math")
    assert 'display="block"' in math(r"z \sim p", display=True)
    assert "&lt;math" not in f"{math('z')}"
    assert math(r"\frac{1}{2}").count("<mn>") == 2


def test_a_document_is_read_and_a_damaged_or_missing_one_is_none(tmp_path: Path) -> None:
    maker = PageMaker(tmp_path, tmp_path, tmp_path)
    read = maker._environment.from_string(
        "{{ document(file).errors if document(file) else 'none' }}"
    )
    entry = write_object(tmp_path, json.dumps({"errors": 7}).encode(), "json")
    assert read.render(file=entry) == "7"
    object_path(tmp_path, entry).write_bytes(b'{"errors": 8}')
    assert read.render(file=entry) == "none"
    object_path(tmp_path, entry).unlink()
    assert read.render(file=entry) == "none"
    assert (
        maker._environment.from_string("{{ document(model.report) is none }}").render(model={})
        == "True"
    )
