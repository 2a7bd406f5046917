"""The page's templates: made of any release; what they claim; formulas in MathML."""

import base64
import copy
import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from latent_atlas.webapp.http.security import content_policy
from latent_atlas.webapp.pages import PageMaker, math
from tests.bench.report import current_manifest
from tests.support.made_releases import TinyModel, make_release, write_object
from tests.support.server import ROOT
from tests.support.site import make_dist

SHIPPED = current_manifest()
IDS = [model["id"] for model in SHIPPED["models"]]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    make_dist(dist)
    return dist


@pytest.fixture(scope="module")
def shipped_page(dist: Path) -> str:
    return page_of(SHIPPED, ROOT / "static" / "models", dist)


def page_of(manifest: dict[str, Any], models: Path, dist: Path) -> str:
    return PageMaker(ROOT / "webapp" / "templates", dist, models).render(manifest)


def sections_of(page: str) -> list[str]:
    """Return the page's sections, of which the navigation has each and no other."""
    sections = re.findall(r'<section id="([a-z]+)"', page)
    navigation = page.partition("<nav")[2].partition("</nav>")[0]
    assert re.findall(r'href="#([a-z]+)"', navigation) == sections
    links = set(re.findall(r'href="#([a-z]+)"', page))
    assert links <= set(re.findall(r' id="([a-z]+)"', page)), "a link leads nowhere"
    assert "section-error" not in page
    return sections


def test_the_shipped_page_has_every_section(shipped_page: str) -> None:
    order = "hover draw inside training shape autoencoders labels control classify dimensions"
    assert sections_of(shipped_page) == [*order.split(), "faces", "numbers", "lab"]


@pytest.mark.slow
@pytest.mark.parametrize("lost", IDS)
def test_the_page_is_made_without_any_one_model(lost: str, dist: Path) -> None:
    kept = [model for model in SHIPPED["models"] if model["id"] != lost]
    page = page_of(SHIPPED | {"models": kept}, ROOT / "static" / "models", dist)
    assert sections_of(page)
    assert f'"id":"{lost}"' not in page


@pytest.mark.slow
@pytest.mark.parametrize("only", IDS)
def test_the_page_is_made_of_a_single_model_and_of_one_without_documents(
    only: str, dist: Path, tmp_path: Path
) -> None:
    theirs = next(model for model in SHIPPED["models"] if model["id"] == only)
    page = page_of(SHIPPED | {"models": [theirs]}, ROOT / "static" / "models", dist)
    assert sections_of(page)[0] == "hover"
    assert len(sections_of(page)) < 13, "some section must miss its model"
    bare = TinyModel(
        id=only,
        condition=theirs["condition"],
        latent_size=min(5, theirs["latent_size"]),
        deterministic=theirs["kind"] == "ae",
        classifies=theirs["kind"] == "classifier-vae",
    )
    page = page_of(make_release(tmp_path, "bare", [bare]), tmp_path, dist)
    assert sections_of(page)[-1] == "lab"


def test_the_page_is_made_where_every_document_is_missing(dist: Path, tmp_path: Path) -> None:
    assert len(sections_of(page_of(SHIPPED, tmp_path, dist))) > 6


def test_the_page_says_how_well_the_held_out_classifier_reads_the_test_images(
    shipped_page: str,
) -> None:
    vae = next(model for model in SHIPPED["models"] if model["id"] == "vae-5")
    report = json.loads((ROOT / "static" / vae["report"]["url"]).read_bytes())
    accuracy = report["samples"]["test_images"]["asked"]
    assert f"right on {100 * accuracy:.1f} %" in re.sub(r"<[^>]+>", "", shipped_page)


@pytest.mark.parametrize(
    ("model_id", "path", "sentence"),
    [
        (
            "ae-2",
            ("samples", "prior", "confident"),
            "two latents. A held-out classifier is sure (probability 0.9 or more) of {:.1%}",
        ),
        (
            "target-means-vae-2",
            ("samples", "prior", "confident"),
            "is sure of {:.1%} of the samples around the targets",
        ),
        (
            "vae-10",
            ("samples", "prior", "confident"),
            "is sure of {:.0%} with vae-10",
        ),
        ("cvae-5", ("samples", "prior", "asked"), "it reads {:.1%} as the digit asked for"),
        (
            "cvae-2",
            ("samples", "prior", "asked"),
            "reads the chosen digit in {:.1%} of cvae-2’s samples",
        ),
        ("vae-2", ("knn", "1000", "mean"), "1,000 labelled points classify {:.0%} of the test"),
        ("vae-2", ("test", "reconstruction"), "The rest, {:.1f} nats, the decoder has to guess"),
        ("vae-2", ("anomaly", "noise", "auc"), "for noise in {:.1%}"),
    ],
)
def test_what_a_report_says_stands_in_its_sentence(
    model_id: str, path: tuple[str, ...], sentence: str, shipped_page: str
) -> None:
    model = next(model for model in SHIPPED["models"] if model["id"] == model_id)
    number = json.loads((ROOT / "static" / model["report"]["url"]).read_bytes())
    for key in path:
        number = number[key]
    expected = sentence.format(number).replace("%", " %")
    assert expected in re.sub(r"<[^>]+>", "", shipped_page)


def page_with_verdicts(dist: Path, models: Path, verdicts: dict[str, str] | None) -> str:
    """Make the page of the shipped release with these verdicts on the study's claims."""
    study = json.loads((ROOT / "static" / SHIPPED["study"]["url"]).read_bytes())
    study.pop("claims", None)
    if verdicts is not None:
        study["claims"] = [{"id": id_, "verdict": verdict} for id_, verdict in verdicts.items()]
    shutil.copytree(ROOT / "static" / "models", models, copy_function=os.symlink)
    entry = write_object(models, json.dumps(study).encode(), "json")
    return page_of(SHIPPED | {"study": entry}, models, dist)


SHOWING = ("shown",)
REFUTING = ("not shown", "contradicted")
REFUTED = {
    "vae-error-falls-with-size": "shown",
    "classification-widens-gaps-from-zero": "not shown",
    "vae-samples-more-digits-at-2": "contradicted",
}
"""The verdicts by which each of three common claims does not hold."""


@pytest.mark.parametrize("lost", [None, *REFUTED])
def test_a_claim_is_told_where_the_study_refutes_it(
    lost: str | None, dist: Path, tmp_path: Path
) -> None:
    verdicts = {id_: verdict for id_, verdict in REFUTED.items() if id_ != lost}
    page = page_with_verdicts(dist, tmp_path / "models", verdicts)
    claims = page[page.index('class="part prose claims"') :]
    assert claims[: claims.index("</ul>")].count("<li>") == len(verdicts)


@pytest.mark.parametrize(
    "verdicts", [None, {"vae-error-falls-with-size": "not shown"}], ids=["older release", "none"]
)
def test_where_no_claim_is_refuted_there_is_no_list_of_them(
    verdicts: dict[str, str] | None, dist: Path, tmp_path: Path
) -> None:
    page = page_with_verdicts(dist, tmp_path / "models", verdicts)
    assert 'class="part prose claims"' not in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "verdicts", "sentence"),
    [
        ("vae-samples-more-digits-at-2", REFUTING, "With two latents no such difference is shown"),
        ("vae-samples-more-digits-at-10", SHOWING, "With ten the claim holds, "),
        (
            "classification-widens-gaps-from-zero",
            REFUTING,
            "From weight 0 to 1 no difference is shown",
        ),
        ("classification-100-costs-elbo", SHOWING, "The heaviest weight lowers the ELBO"),
        ("vae-error-falls-with-size", SHOWING, "the squared error of a VAE falls from"),
    ],
)
def test_a_sentence_about_the_study_stands_where_the_export_has_judged_so(
    claim: str, verdicts: tuple[str, ...], sentence: str, dist: Path, tmp_path: Path
) -> None:
    refuted = {"vae-samples-more-digits-at-2": "not shown"}  # which has a paragraph for more
    for verdict in (*SHOWING, *REFUTING):
        page = page_with_verdicts(dist, tmp_path / verdict, refuted | {claim: verdict})
        assert (sentence in page) == (verdict in verdicts), verdict


def test_S4_9_what_needs_no_model_is_told_where_the_release_has_it(
    shipped_page: str, dist: Path, tmp_path: Path
) -> None:
    study = json.loads((ROOT / "static" / SHIPPED["study"]["url"]).read_bytes())
    counted = {"fashion-mnist": 0.9876, "noise": 1.0, "rotated": 0.5}
    study["baselines"] = {"grey_pixels_auc": counted, "means_of_two": {"confident": 0.4321}}
    shutil.copytree(ROOT / "static" / "models", tmp_path / "models", copy_function=os.symlink)
    entry = write_object(tmp_path / "models", json.dumps(study).encode(), "json")
    page = page_of(SHIPPED | {"study": entry}, tmp_path / "models", dist)
    told, without = (re.sub(r"<[^>]+>", "", text) for text in (page, shipped_page))
    for sentence, number in (
        ("Counting grey pixels alone tells clothing from digits", " in 98.8 %."),
        ("What it is sure of need not be a digit", ": it is sure of 43.2 % of the means of two"),
    ):
        assert sentence + number in told
        assert sentence in without
    row = page[page.index("a count of grey pixels</th>") :].partition("</tr>")[0]
    assert re.findall(r"<td>([\d.]+)</td>", row) == ["0.988", "0.500", "1.000"]


def test_numbers_of_importance_samples_are_called_lower_bounds(shipped_page: str) -> None:
    told = re.sub(r"<[^>]+>", "", shipped_page)
    assert told.count("log-likelihood ≥") == 3
    metrics = next(model for model in SHIPPED["models"] if model["id"] == "vae-2")["metrics"]
    exact = f"{metrics['log_likelihood_integrated']:.1f}".replace("-", "−")
    assert f"log-likelihood is {exact} nats on MNIST’s test set, integrated over" in told
    sharper = next(model for model in SHIPPED["models"] if model["id"] == "lattice-2")["metrics"]
    gain = sharper["log_likelihood_integrated"] - metrics["log_likelihood_integrated"]
    assert f"It is {gain:.1f} nats better and decodes crisper digits" in told
    assert f"nats, {gain:.1f} better than the VAE" in told
    # Inside, the test set's column ends with the integral of the images that its ELBO is of.
    inside = shipped_page[shipped_page.index('<section id="inside"') :].partition("</section>")[0]
    elbo, log_likelihood, gap = (
        float(value.replace("−", "-"))
        for term in ("elbo", "exact", "gap")
        for value in re.findall(rf'data-term="{term}">–</td><td>([^<]+)</td>', inside)
    )
    assert gap == pytest.approx(log_likelihood - elbo, abs=0.11)
    assert f"log-likelihood is {exact} nats; 500 importance samples give no more than" in told


def test_S1_7_the_samples_of_a_hundred_latents_are_told_beside_how_even_they_are(
    shipped_page: str,
) -> None:
    study = json.loads((ROOT / "static" / SHIPPED["study"]["url"]).read_bytes())
    numbers = {row["id"]: row["numbers"] for row in study["models"]}
    told = re.sub(r"<[^>]+>", "", shipped_page)
    confident, even = (
        [numbers[f"study-{kind}-100"][name]["mean"] for kind in ("ae", "vae")]
        for name in ("confident", "evenness")
    )
    between = r" ± \S+ against "
    assert re.search(
        rf"with 100, {100 * confident[0]:.1f} ± \S+ % against {100 * confident[1]:.1f} ± \S+ %, "
        rf"at a normalised entropy of the digits \(1: all equally often\) of "
        rf"{even[0]:.2f}{between}{even[1]:.2f}",
        told,
    )


def test_S0_4_style_is_told_of_a_single_digit_where_it_was_measured(
    dist: Path, shipped_page: str
) -> None:
    assert "Averaged over the digits, a plane" in shipped_page
    models = copy.deepcopy(SHIPPED["models"])
    for model in models:
        if "style" in model["metrics"]:
            slant, boldness = (model["metrics"]["style"][name] for name in ("slant", "boldness"))
            told = f"{slant['explained_of_one']:.0%} and {boldness['explained_of_one']:.0%}"
            told = f"of a single digit’s, {told.replace('%', ' %')}."
            assert told in re.sub(r"<[^>]+>", "", shipped_page), model["id"]
            del slant["explained_of_one"], boldness["explained_of_one"]
    page = page_of(SHIPPED | {"models": models}, ROOT / "static" / "models", dist)
    assert "Averaged over the digits, a plane" in page
    assert "of a single digit’s" not in page


def test_a_single_model_of_faces_is_compared_with_no_other(dist: Path) -> None:
    models = [one for one in SHIPPED["models"] if one["id"] in ("vae-2", "faces-vae")]
    page = page_of(SHIPPED | {"models": models}, ROOT / "static" / "models", dist)
    faces = page[page.index('<section id="faces"') :].partition("</section>")[0]
    assert '<fieldset class="loss" hidden>' in faces
    assert 'label="One face"' in faces
    assert "models" not in re.sub(r"<[^>]+>|CelebA, the usual.*?either\.", "", faces)


def test_S0_5_the_target_means_bound_is_told_to_be_given_the_class(shipped_page: str) -> None:
    control = shipped_page[shipped_page.index('id="control-title"') :].partition("</section>")[0]
    assert "The prior knows the class, so the ELBO" in control


def test_a_formula_is_set_as_mathml_and_stays_markup() -> None:
    assert str(math(r"\mu + \sigma")).startswith("<math")
    assert 'display="block"' in math(r"z \sim p", display=True)
    assert "&lt;math" not in f"{math('z')}"
    assert math(r"\frac{1}{2}").count("<mn>") == 2


def test_the_policy_allows_the_script_in_the_page_and_no_other(shipped_page: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", shipped_page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert content_policy()["script-src"] == f"'self' 'sha256-{digest}' 'wasm-unsafe-eval'"
