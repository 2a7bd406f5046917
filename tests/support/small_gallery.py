"""Models of every recipe without any training, to draw figures from."""

import torch

from latent_atlas.train.data.images import Images
from latent_atlas.train.evaluation.attribute_vectors import attribute_vectors
from latent_atlas.train.evaluation.likelihood import encode_all
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.report.face_results import ALL
from latent_atlas.train.report.gallery import Exhibit, Gallery
from tests.support.quick import quick_faces


class SmallGallery(Gallery):
    """Untrained models of each recipe on a few random images, for the drawing code."""

    def __getitem__(self, run_id: str) -> Exhibit:
        if run_id not in self._exhibits:
            faces = run_id in ALL
            recipe = quick_faces(run_id) if faces else RECIPES[run_id]
            shape = (3, 32, 32) if faces else (1, 28, 28)
            model = Autoencoder(recipe, shape, 10).eval()
            pixels = torch.randint(0, 256, (200, *shape), dtype=torch.uint8)
            names = ("blond hair", "sunglasses", "hat")
            attributes = (pixels[:, 0, 0, :3] > 200).byte()
            images = Images(pixels, torch.arange(200) % 10, 10, attributes)
            mu = encode_all(model, images).mu
            found = attribute_vectors(mu, attributes, names, ())
            roc = {"auc": 0.9, "roc": {"false_positive": [0, 1], "true_positive": [0.5, 1]}}
            report = {
                "classifier": {"accuracy": 0.9},
                "anomaly": dict.fromkeys(("fashion-mnist", "rotated", "noise"), roc),
                "attribute_vectors": found.to_report(),
            }  # fmt: skip
            folder = self.runs / run_id
            self._exhibits[run_id] = Exhibit(
                folder, recipe, model, report, images, images, mu.numpy(), mu.numpy()
            )
        return self._exhibits[run_id]
