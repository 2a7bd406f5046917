"""Section "labels": ten digits from one z, by either conditioned model."""

import json
import re

import numpy as np
import pytest

from tests.support.atlas import Atlas
from tests.support.reference import Reference

MODELS = {"label-decoder-vae-2": "the decoder", "cvae-2": "encoder and decoder"}


def expect_ten_digits(atlas: Atlas, reference: Reference, model_id: str) -> None:
    z = atlas.z("labels")
    assert z is not None
    expected = reference.decode(model_id, [z] * 10, range(10))
    for label in range(10):
        atlas.expect_image(f"class-{label}", expected[label])


@pytest.mark.parametrize("model_id", MODELS)
def test_S0_3_hovering_draws_ten_digits_from_one_z(
    atlas: Atlas, reference: Reference, model_id: str
) -> None:
    atlas.enter("labels")
    atlas.page.get_by_label(MODELS[model_id], exact=True).check()
    atlas.page.locator(f"#labels latent-map[model={model_id}][state=ready]").wait_for()
    for x, y in ((0.5, 0.5), (0.3, 0.6), (0.8, 0.2)):
        place = atlas.at(x, y, "labels")
        atlas.page.mouse.move(*place)
        assert atlas.z("labels") == pytest.approx(atlas.data_at(place, "labels"), abs=1e-6)
        expect_ten_digits(atlas, reference, model_id)
    # Ten digits, not one digit ten times.
    images = [atlas.drawn(f"class-{label}").astype(int) for label in range(10)]
    assert all(np.abs(images[i] - images[j]).max() > 60 for i in range(10) for j in range(i))


def test_S0_3_its_own_scatter_comes_with_each_model(atlas: Atlas, reference: Reference) -> None:
    atlas.enter("labels")
    surface = atlas.map("labels").locator(".surface")
    pictures = []
    for model_id, name in MODELS.items():
        atlas.page.get_by_label(name, exact=True).check()
        atlas.page.locator(f"#labels latent-map[model={model_id}][state=ready]").wait_for()
        assert atlas.map("labels").evaluate("map => map.points.count") == 60_000
        picture = atlas.map("labels").locator("img").get_attribute("src")
        assert picture == reference.model(model_id)["picture"]["url"]
        view = reference.model(model_id)["view"]
        assert atlas.view("labels")["centre"] == pytest.approx(view["centre"])
        assert atlas.view("labels")["scale"] == pytest.approx(view["scale"])
        assert atlas.page.locator(f"#labels .caption[data-model={model_id}]").is_visible()
        pictures.append(atlas.shot(surface))
    assert (np.abs(pictures[0].astype(int) - pictures[1]).max(-1) > 60).mean() > 0.05


def test_S0_4_S0_9_the_numbers_in_the_prose_are_the_releases_own(
    atlas: Atlas, reference: Reference
) -> None:
    metrics = {model_id: reference.model(model_id)["metrics"] for model_id in reference.ids}
    hover = atlas.page.locator("#hover").inner_text()
    vae = metrics["vae-2"]
    assert f"{vae['train_images']:,} training digits" in hover
    assert f"{nats(vae['log_likelihood'])} nats on MNIST" in hover
    assert f"by {vae['importance_samples']} importance samples" in hover
    assert f"lower bound of {nats(vae['test_elbo'])}" in hover
    if "vae-2-mlp256" in metrics:
        assert f"reaches {nats(metrics['vae-2-mlp256']['log_likelihood'])}" in hover

    style = metrics["label-decoder-vae-2"]["style"]
    labels = atlas.page.locator("#labels").text_content() or ""
    sentence = r"explains (\d+) % of the variation in slant and (\d+) % of.*?(\d+)° apart"
    slant, boldness, between = map(int, re.findall(sentence, labels)[0])
    assert slant == round(100 * style["slant"]["explained"])
    assert boldness == round(100 * style["boldness"]["explained"])
    apart = abs(style["slant"]["direction"] - style["boldness"]["direction"]) % 360
    assert between == round(min(apart, 360 - apart))

    rows = atlas.page.locator(".numbers tbody tr").all()
    assert len(rows) == 3
    for row, model_id in zip(rows, ("vae-2", *MODELS), strict=True):
        own = metrics[model_id]
        expected = [nats(own[name]) for name in ("test_elbo", "log_likelihood", "kl")]
        assert row.locator("th").inner_text() == reference.model(model_id)["title"]
        assert row.locator("td").all_inner_texts() == expected


def test_S0_9_how_far_classes_lie_apart_is_what_the_points_show(
    atlas: Atlas, reference: Reference
) -> None:
    shares, percent = {}, {}
    for model_id in ("vae-2", *MODELS):
        means = json.loads(reference.read(reference.model(model_id)["means"]))
        points = np.column_stack([means["x"], means["y"]])
        labels = np.array(means["labels"])
        middles = np.array([points[labels == label].mean(0) for label in range(10)])
        nearest = ((points[:, None] - middles) ** 2).sum(-1).argmin(1)
        shares[model_id] = (nearest == labels).mean()
        told = reference.model(model_id)["metrics"]["nearest_mean_accuracy"]
        assert told == pytest.approx(shares[model_id], abs=0.002)
        percent[model_id] = f"{round(100 * told)} %"
    hover = atlas.page.locator("#hover").inner_text()
    assert f"{percent['vae-2']} lie nearest to the middle of their own class" in hover
    for model_id in MODELS:
        caption = atlas.page.locator(f"#labels .caption[data-model={model_id}]").text_content()
        assert f"{percent[model_id]} " in (caption or "")
        assert "lie nearest to the middle of their own class" in (caption or "")
    assert shares["cvae-2"] < shares["label-decoder-vae-2"] < shares["vae-2"]


def test_S0_4_told_the_digit_a_model_loses_far_less(reference: Reference) -> None:
    elbo = {
        model_id: reference.model(model_id)["metrics"]["test_elbo"]
        for model_id in ("vae-2", "label-decoder-vae-2")
    }
    # ln 10 nats are what the label itself is worth: the gain is more than that.
    assert elbo["label-decoder-vae-2"] > elbo["vae-2"] + np.log(10)


def nats(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
