"""Colour faces: convolutional models, what they are compared by, and their attribute vectors."""

import dataclasses
import json
import urllib.error
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor
from torchvision.transforms.v2.functional import gaussian_blur

from latent_atlas.train.command_line import with_overrides
from latent_atlas.train.data.images import Dataset, Images, as_float
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.attribute_vectors import (
    AttributeVectors,
    attribute_vectors,
    effects,
)
from latent_atlas.train.evaluation.image_quality import frechet, picture_quality, sharpness
from latent_atlas.train.models.attribute_network import _accuracies, attributes_of, load_network
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training import discriminator
from latent_atlas.train.training.losses import feature_distance
from latent_atlas.train.training.perceptual import perceptual_loss
from latent_atlas.train.training.processes import launch
from latent_atlas.train.training.trainer import Result, Trainer, fit
from tests.support.quick import quick_faces

pytestmark = pytest.mark.slow

FACES = ("faces-vae", "faces-perceptual", "faces-vaegan")
NAMES = ("red", "bright", "striped")
TERMS = {
    "faces-vae": set(),
    "faces-perceptual": {"perceptual"},
    "faces-vaegan": {"adversarial", "features", "discriminator"},
}


def made_faces(count: int, seed: int) -> Images:
    """Make pictures of 32×32 whose three attributes can be seen: colour, brightness, stripes."""
    generator = torch.Generator().manual_seed(seed)
    has = torch.randint(0, 2, (count, 3), generator=generator)
    image = torch.full((count, 3, 32, 32), 0.3)
    image[:, 0] += 0.4 * has[:, 0, None, None]
    image += 0.2 * has[:, 1, None, None, None]
    image[:, :, ::4] -= 0.25 * has[:, 2, None, None, None]
    image += 0.02 * torch.randn(image.shape, generator=generator)
    return Images((image.clamp(0, 1) * 255).byte(), has[:, 0], 2, has.byte())


def blur(image: Tensor, sigma: float) -> Tensor:
    return gaussian_blur(image, [13, 13], [sigma, sigma])


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return Dataset(made_faces(512, 0), made_faces(128, 1), ("grey", "red"), NAMES)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("judges")


def test_S1_8_the_three_recipes_differ_only_in_what_a_good_reconstruction_is() -> None:
    plain, *others = (dataclasses.asdict(RECIPES[name]) for name in FACES)
    allowed = {
        "id", "title", "perceptual", "perceptual_weight", "adversarial_weight", "feature_weight",
    }  # fmt: skip
    for other in others:
        assert {name for name in plain if plain[name] != other[name]} <= allowed
    assert 64 <= plain["latent_size"] <= 128


def test_S1_8_a_decoder_doubles_pixels_and_convolves_and_is_normalised_by_groups() -> None:
    model = Autoencoder(RECIPES["faces-vae"], (3, 64, 64), 5).eval()
    kinds = {type(module) for module in model.modules()}
    assert {torch.nn.Upsample, torch.nn.GroupNorm} <= kinds
    assert torch.nn.ConvTranspose2d not in kinds
    assert torch.nn.BatchNorm2d not in kinds
    image = torch.rand(2, 3, 64, 64)
    posterior = model.encode(image)
    assert posterior.mu.shape == (2, 64)
    assert posterior.logvar is not None
    assert model.decode(posterior.mu).shape == (2, 3, 64, 64)


def test_a_decoder_starts_at_the_mean_colour() -> None:
    model = Autoencoder(RECIPES["faces-vae"], (3, 64, 64), 5)
    colour = torch.tensor([0.2, 0.5, 0.8])
    model.start_from(colour[:, None, None].expand(3, 64, 64))
    assert torch.allclose(model.to_logits.bias.sigmoid(), colour, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "shape", "says"),
    [
        ({}, (1, 28, 28), "28×28 pixels"),
        ({"condition": "both"}, (3, 64, 64), "no class at its encoder"),
        ({"classification_weight": 1.0}, (3, 64, 64), "no classifier"),
    ],
)
def test_what_convolutions_cannot_do_is_said(
    change: dict[str, Any], shape: tuple[int, int, int], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        Autoencoder(with_overrides(RECIPES["faces-vae"], change), shape, 5)


def test_feature_distance_is_zero_for_equal_bounded_and_blind_to_length() -> None:
    a, b = torch.randn(2, 4, 8, 5, 5).unbind(0)
    assert torch.allclose(feature_distance([a], [a]), torch.zeros(4), atol=1e-6)
    assert torch.allclose(feature_distance([a, a], [-a, -a]), torch.full((4,), 8.0), atol=1e-4)
    assert torch.allclose(feature_distance([a], [b]), feature_distance([3 * a], [b]), atol=1e-5)


def test_S1_10_the_perceptual_loss_grows_with_blur_and_its_gradient_takes_a_blur_away(
    dataset: Dataset, cache: Path
) -> None:
    loss = perceptual_loss(RECIPES["faces-perceptual"], dataset, cache)
    assert loss is not None
    assert not any(p.requires_grad for p in loss.parameters())
    striped = dataset.test.select(attributes_of(dataset.test)[:, 2] == 1)
    image = as_float(striped.pixels)
    costs = [loss(blur(image, sigma), image) for sigma in (0.4, 0.8, 2.0)]
    assert (costs[0] < costs[1]).all()
    assert (costs[1] < costs[2]).all()
    decoded = blur(image, 0.8).requires_grad_()
    loss(decoded, image).sum().backward()
    assert decoded.grad is not None
    step = decoded.detach() - 0.002 * decoded.grad.sign()
    assert (loss(step, image) < costs[1]).all()
    assert sharpness(step).mean() > sharpness(decoded.detach()).mean()


def test_vgg_features_are_of_normalised_images_and_its_loss_is_said(
    monkeypatch: pytest.MonkeyPatch, dataset: Dataset, cache: Path
) -> None:
    import torchvision.models

    made = torchvision.models.vgg19(weights=None)
    monkeypatch.setattr(torchvision.models, "vgg19", lambda **_: made)
    recipe = dataclasses.replace(RECIPES["faces-perceptual"], perceptual="vgg19")
    loss = perceptual_loss(recipe, dataset, cache)
    assert loss is not None
    image = torch.rand(2, 3, 32, 32)
    normal = (image - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor(
        [0.229, 0.224, 0.225]
    ).view(3, 1, 1)
    expected = made.features[:2](normal)
    assert torch.allclose(loss.features(image)[0], expected, atol=1e-5)
    assert [tuple(f.shape[1:]) for f in loss.features(image)] == [
        (64, 32, 32), (128, 16, 16), (256, 8, 8),
    ]  # fmt: skip

    def lost(weights: object) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(torchvision.models, "vgg19", lost)
    with pytest.raises(UserError, match="--perceptual attributes"):
        perceptual_loss(recipe, dataset, cache)


def test_a_dataset_without_attributes_is_refused_by_what_learns_from_them(
    dataset: Dataset, cache: Path
) -> None:
    bare = dataclasses.replace(dataset.train, attributes=None)
    with pytest.raises(UserError, match="has no binary attributes"):
        perceptual_loss(
            RECIPES["faces-perceptual"], dataclasses.replace(dataset, train=bare), cache
        )


def test_the_readers_are_two_networks_that_read_held_out_images_and_are_kept(
    dataset: Dataset, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    perceptual, held_out = (
        load_network("perceptual", dataset, cache),
        load_network("held-out", dataset, cache),
    )
    assert perceptual.accuracy.min() > 0.95
    assert held_out.accuracy.min() > 0.95
    assert held_out.balanced.min() > 0.95
    shapes = [[tuple(p.shape) for p in r.network.parameters()] for r in (perceptual, held_out)]
    assert shapes[0] != shapes[1]
    capsys.readouterr()
    again = load_network("held-out", dataset, cache)
    assert capsys.readouterr().err == ""  # no progress bar: nothing was trained
    image = as_float(dataset.test.pixels)
    assert torch.equal(again.network(image), held_out.network(image))


def test_a_rare_attribute_that_is_never_seen_has_a_balanced_accuracy_of_a_half() -> None:
    has = torch.zeros(100, 3, dtype=torch.bool)
    has[:4, 0] = has[:50, 1] = True  # rare, common, and one that nobody has
    seen = torch.zeros(100, 3, dtype=torch.bool)
    seen[:40, 1] = True
    accuracy, balanced = _accuracies(seen, has)
    assert accuracy.tolist() == pytest.approx([0.96, 0.9, 1])
    assert balanced.tolist() == pytest.approx([0.5, 0.9, 1])


def test_sharpness_falls_with_blur_and_is_the_variance_of_the_laplacian(dataset: Dataset) -> None:
    image = as_float(dataset.test.pixels[:8])
    assert (sharpness(blur(image, 1.0)) < sharpness(image)).all()
    one = torch.zeros(1, 3, 8, 8)
    one[:, :, 4, 4] = 1
    edges = torch.zeros(6, 6)
    edges[3, 3], edges[2, 3], edges[4, 3], edges[3, 2], edges[3, 4] = -4, 1, 1, 1, 1
    assert sharpness(one).item() == pytest.approx(1000 * edges.var().item(), rel=1e-3)


def test_the_frechet_distance_is_that_of_two_gaussians() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(4000, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.2], [0, 0, 2]])
    b = rng.normal(size=(3000, 3)) * [2, 1, 1] + [1, 0, 0]
    one, other = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(one @ other).real
    expected = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(one + other - 2 * root)
    assert frechet(a, b) == pytest.approx(expected, rel=1e-6)
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)


def test_S1_9_a_vector_is_the_difference_of_means_and_can_be_made_orthogonal() -> None:
    generator = torch.Generator().manual_seed(0)
    has = torch.randint(0, 2, (400, 4), generator=generator)
    has[:, 1] = torch.where(torch.rand(400, generator=generator) < 0.6, has[:, 0], has[:, 1])
    has[:, 3] = 0  # which nobody has
    mu = torch.randn(400, 6, generator=generator) + has.float() @ torch.randn(
        4, 6, generator=generator
    )
    found = attribute_vectors(mu, has, ("a", "b", "c", "none"), (("a", "c"),))
    expected = mu[has[:, 0] == 1].mean(0) - mu[has[:, 0] == 0].mean(0)
    assert torch.allclose(found.raw[0], expected, atol=1e-5)
    assert found.count_with == has.sum(0).tolist()
    assert [w + wo for w, wo in zip(found.count_with, found.count_without, strict=True)] == [
        400
    ] * 4
    assert not found.raw[3].any()
    assert not found.orthogonal[3].any()
    # "a" and "b" go together: orthogonal, "a" has none of b's direction left; of "c", which is of
    # its own group, it may keep some.
    assert found.others(0) == [1, 3]
    assert abs(torch.dot(found.orthogonal[0], found.raw[1])) < 1e-4
    assert abs(torch.dot(found.raw[0], found.raw[1])) > 0.1
    assert (found.against[0], found.against[3]) == ([1], [])
    again = AttributeVectors.from_report(json.loads(json.dumps(found.to_report())))
    assert torch.equal(again.orthogonal, found.orthogonal)
    assert again.against == found.against


def test_S1_9_of_forty_attributes_that_go_together_an_orthogonal_vector_is_left() -> None:
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(2000, 6, generator=generator)
    directions = torch.randn(6, 40, generator=generator)
    has = (hidden @ directions + torch.randn(2000, 40, generator=generator) > 0).long()
    mu = torch.cat([hidden, 0.3 * torch.randn(2000, 58, generator=generator)], 1)
    names = [f"attribute {k}" for k in range(40)]
    found = attribute_vectors(mu, has, names, ((names[0], names[1]),))
    lengths = found.orthogonal.norm(dim=1) / found.raw.norm(dim=1)
    assert lengths.min() >= 1 / 3
    assert {len(chosen) for chosen in found.against} <= {0, 1, 2, 3}
    assert sum(map(len, found.against)) > 40
    phi = torch.corrcoef(has.T.double()).abs()
    for k, chosen in enumerate(found.against):
        assert not {k} & set(chosen)
        for other in chosen:
            assert abs(torch.dot(found.orthogonal[k], found.raw[other])) < 1e-3
        correlated = phi[k, chosen].tolist()
        assert correlated == sorted(correlated, reverse=True)
    assert 1 not in found.against[0]


class _Linear(Autoencoder):
    """A model whose decoder paints z[0] as redness and z[1] as brightness."""

    def decode(self, z: Tensor, _: Tensor | None = None) -> Tensor:
        base = torch.full((len(z), 3, 32, 32), 0.3)
        base[:, 0] += 0.4 * z[:, 0, None, None]
        base += 0.2 * z[:, 1, None, None, None]
        return torch.logit(base.clamp(0.01, 0.99))


def test_S1_9_effects_are_what_a_held_out_network_sees_from_decoded_faces(
    dataset: Dataset, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = quick_faces("faces-vae")
    model = _Linear(dataclasses.replace(recipe, latent_size=2), (3, 32, 32), 2).eval()
    classifier = load_network("held-out", dataset, cache).network
    plain = [images.select(attributes_of(images)[:, 2] == 0) for images in (
        dataset.train, dataset.test,
    )]  # fmt: skip
    mu, test_mu = (attributes_of(images)[:, :2].float() for images in plain)
    vectors = attribute_vectors(mu, attributes_of(plain[0]), NAMES, ())
    capsys.readouterr()
    found = effects(vectors, model, classifier, mu, plain[0], test_mu, plain[1])
    assert "judging attributes: 100%" in capsys.readouterr().err
    assert found["red"]["raw"]["full"] == 1.0
    assert found["red"]["raw"]["seen"] > 0.95
    assert found["red"]["raw"]["kept"] > 0.95
    assert set(found["red"]["raw"]["others"]) == {"bright", "striped"}
    # No step of this model paints stripes: at the largest multiple they are still not seen.
    assert found["striped"]["raw"]["full"] == 3.0
    assert found["striped"]["raw"]["seen"] < 0.5
    quality = picture_quality(model, classifier, test_mu, plain[1])
    assert quality["frechet_reconstructions"] < quality["frechet_samples"]


@pytest.mark.parametrize("name", FACES)
def test_S1_10_each_recipe_trains_and_goes_on_bit_for_bit(
    name: str, dataset: Dataset, cache: Path, tmp_path: Path
) -> None:
    process = launch()
    recipe = quick_faces(name)
    look = perceptual_loss(recipe, dataset, cache)

    def train(folder: str, resume: bool = False, last: int = 3) -> Result:
        def stop(done: int, _: Autoencoder) -> None:
            if done > last:
                raise KeyboardInterrupt

        return fit(
            recipe, dataset.train, dataset.test, process, tmp_path / folder, resume,
            quiet=True, perceptual=look, after_epoch=stop,
        )  # fmt: skip

    whole = train("whole")
    first, *_, last = whole.metrics
    if recipe.adversarial_weight == 0:  # in a contest no loss has to fall within so few steps
        assert last["held_out_reconstruction"] < first["held_out_reconstruction"]
    assert TERMS[name] <= last.keys()
    with pytest.raises(KeyboardInterrupt):
        train("killed", last=1)
    resumed = train("killed", resume=True)
    state = resumed.model.state_dict()
    for key, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, state[key]), key


def test_the_discriminator_learns_until_it_is_far_ahead(dataset: Dataset) -> None:
    process = launch()
    recipe: Recipe = quick_faces("faces-vaegan")
    adversary = discriminator.Adversary(recipe, dataset.train.shape, process)
    image = as_float(dataset.train.pixels[:64])
    grey = torch.full_like(image, 0.5)
    losses = []
    while not losses or losses[-1] > 0.35:
        losses.append(float(adversary.learn(image, grey, grey, 2e-3).mean()))
        assert len(losses) < 500
    assert losses[0] > 0.6
    # It is ahead now: it looks, and learns nothing.
    before = [parameter.clone() for parameter in adversary.discriminator.parameters()]
    adversary.learn(image, grey, grey, 2e-3)
    for was, now in zip(before, adversary.discriminator.parameters(), strict=True):
        assert torch.equal(was, now)
    terms = adversary.terms(image, grey, grey)
    assert terms["adversarial"].shape == terms["features"].shape == (64,)
    # Told from true ones with ease, decoded images cost much; true ones would cost little.
    honest = adversary.terms(image, image, image)
    assert honest["adversarial"].mean() < terms["adversarial"].mean()
    assert honest["features"].max() < 0.01  # its weights' norms are estimated anew at each look
    assert terms["features"].mean() > 20 * honest["features"].mean()


def test_the_decoded_pictures_gradient_reaches_the_model_and_not_the_discriminator(
    dataset: Dataset,
) -> None:
    trainer = Trainer(quick_faces("faces-vaegan"), dataset.train, launch())
    assert trainer.adversary is not None
    image = as_float(dataset.train.pixels[:8])
    decoded = torch.full_like(image, 0.5, requires_grad=True)
    terms = trainer.adversary.terms(image, decoded, decoded)
    (terms["adversarial"] + terms["features"]).sum().backward()
    assert decoded.grad is not None
    assert decoded.grad.abs().sum() > 0
    assert all(p.grad is None for p in trainer.adversary.discriminator.parameters())
