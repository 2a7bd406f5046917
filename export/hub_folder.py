"""A run as a folder by the conventions of the Hugging Face Hub, and the model back from it.

config.json, model.safetensors, onnx/decoder.onnx, onnx/encoder.onnx and README.md, the model card.
"""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors

from latent_atlas.export.entry import graph_metadata_of
from latent_atlas.export.onnx_graphs import graphs, parity
from latent_atlas.train.data.datasets import NOT_TO_PASS_ON
from latent_atlas.train.errors import UserError
from latent_atlas.train.files import write_atomic
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.serialisation import fields_of, recipe_from_json
from latent_atlas.train.runs.run_folder import Run
from latent_atlas.train.training.checkpoint import save_tensors

_MODEL_TYPE = "latent-atlas"
_CONFIG, _WEIGHTS, _CARD = "config.json", "model.safetensors", "README.md"
_PARTS = ("decoder", "encoder")
_HUB_DATASETS = {"mnist": "ylecun/mnist", "fashion-mnist": "zalando-datasets/fashion_mnist"}
_NUMBERS = {
    "elbo": "test ELBO, nats per image",
    "log_likelihood": "log-likelihood (lower bound), nats per image",
}


def write_hub_folder(run: Run, class_names: tuple[str, ...], folder: Path) -> None:
    """Write a finished run to `folder`, ready to be uploaded.

    Raises:
        UserError: a graph does not compute what PyTorch does.
    """
    recipe, model, report = run.recipe, run.model, run.report
    metadata = graph_metadata_of(recipe, report["commit"])
    files: dict[str, bytes] = {}
    for part in _PARTS:
        graph = graphs.to_onnx(model, part, metadata)
        parity.check(model, part, graph, recipe.id)
        files[f"onnx/{part}.onnx"] = graph
    channels, height, width = model.image_shape
    config = {
        "model_type": _MODEL_TYPE,
        "architectures": ["Autoencoder"],
        "torch_dtype": "float32",
        **metadata,
        "latent_size": recipe.latent_size,
        "image": {"height": height, "width": width, "channels": channels},
        "classes": model.classes,
        "class_names": list(class_names),
        "recipe": fields_of(recipe),
    }
    state = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    files[_WEIGHTS] = save_tensors(state, metadata={"format": "pt"})
    files[_CONFIG] = f"{json.dumps(config, indent=2, ensure_ascii=False)}\n".encode()
    files[_CARD] = _card(run, metadata).encode()
    for name, data in files.items():
        write_atomic(folder / name, data)


def load(folder: str | Path) -> Autoencoder:
    """Return the model of a folder that `latent-atlas export --hub-folder` wrote.

    It is in evaluation mode, on the CPU: `encode` takes images (N, C, H, W) in [0, 1], `decode`
    returns logits of such images.

    Raises:
        UserError: the folder has no such model.
    """
    folder = Path(folder)
    try:
        config = json.loads((folder / _CONFIG).read_bytes())
        tensors = load_tensors((folder / _WEIGHTS).read_bytes())
    except FileNotFoundError as error:
        name = Path(error.filename).name
        raise UserError(f"There is no {name} in '{folder}'.") from error
    except (ValueError, SafetensorError) as error:
        raise UserError(f"The model in '{folder}' is damaged.") from error
    if not isinstance(config, dict) or config.get("model_type") != _MODEL_TYPE:
        raise UserError(f"The model in '{folder}' is none of the Latent Atlas.")
    image = config["image"]
    shape = image["channels"], image["height"], image["width"]
    model = Autoencoder(recipe_from_json(config["recipe"]), shape, config["classes"])
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise UserError(f"The weights in '{folder}' are not of its config.json.") from error
    return model.eval()


def _card(run: Run, metadata: dict[str, str]) -> str:
    """Return the model card: its YAML head, what the model is, and how to run it."""
    recipe, model = run.recipe, run.model
    channels, height, width = model.image_shape
    head: dict[str, Any] = {
        "license": "other" if recipe.dataset in NOT_TO_PASS_ON else metadata["licence"].lower(),
        "library_name": "latent-atlas",
        "tags": ["variational-autoencoder", metadata["kind"], "onnx", "pytorch"],
        "pipeline_tag": "unconditional-image-generation",
    }
    if recipe.dataset in _HUB_DATASETS:
        head["datasets"] = [_HUB_DATASETS[recipe.dataset]]
    # JSON is YAML, so nothing in a title can break out of its line.
    yaml = "\n".join(f"{key}: {json.dumps(value)}" for key, value in head.items())
    test = run.report.get("test") or {}
    numbers = "".join(
        f"| {text} | {test[name]:.2f} |\n" for name, text in _NUMBERS.items() if name in test
    )
    table = f"\n| measured on test images | |\n| --- | --- |\n{numbers}" if numbers else ""
    label = "" if recipe.condition == "none" else ", labels"
    return f"""---
{yaml}
---

# {recipe.title}

A model of the Latent Atlas: `{metadata["kind"]}`, {recipe.latent_size} latents, images of
{channels}×{height}×{width} with pixels in {metadata["value_range"]}, conditioned on the label:
{recipe.condition}. Trained on {recipe.dataset} ({metadata["dataset_licence"]}), at commit
{metadata["commit"]}.
{table}
```python
import latent_atlas as atlas

vae = atlas.load("this/folder")
images = vae.decode(z{label}).sigmoid()  # z: (N, {recipe.latent_size})
```

`onnx/decoder.onnx` and `onnx/encoder.onnx` compute the same without PyTorch; their metadata
say what they take and return.
"""
