"""Trains the classifier that reads drawings and decoded digits: the project's own, longer, as ONNX.

    DATA_ROOT=… python -m tests.support.train_classifier

It shares nothing with the autoencoders but the training images. The result is kept with the tests
as tests/data/digit_classifier.onnx; hands differ more than MNIST's do, so it has half as many
epochs again as the held-out classifier.
"""

import warnings
from pathlib import Path

import torch
from torch import nn

from latent_atlas.export.onnx_graphs import graphs
from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import as_float
from latent_atlas.train.models.held_out_classifier import train_network

EPOCHS = 6
TARGET = Path(__file__).parents[1] / "data" / "digit_classifier.onnx"


def main() -> None:
    """Train, measure and export."""
    images, test = datasets.load("mnist", "train"), datasets.load("mnist", "test")
    net = train_network(images, epochs=EPOCHS).eval()
    with torch.no_grad():
        read = torch.cat([net(as_float(part)).argmax(1) for part in test.pixels.split(1000)])
    print(f"{(read == test.labels).float().mean():.2%} of the test set are read correctly")
    export(net)


def export(net: nn.Module) -> None:
    """Write the network as ONNX with a dynamic batch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            net,
            (torch.zeros(2, 1, 28, 28),),
            input_names=["image"],
            output_names=["scores"],
            dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
            opset_version=20,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("the exporter gave no program")
    graph = program.model_proto
    graphs.strip(graph)
    TARGET.write_bytes(graph.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
