"""Trains the independent digit classifier that judges drawings and decoded digits.

    DATA_ROOT=… python -m tests.support.train_classifier

It shares nothing with the autoencoders but the training images. The result is kept with the
tests as tests/data/digit_classifier.onnx.
"""

import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from train import data

TARGET = Path(__file__).parents[1] / "data" / "digit_classifier.onnx"
EPOCHS = 6
BATCH = 128


def network() -> nn.Sequential:
    """Three convolutions and a linear layer: (N, 1, 28, 28) in [0, 1] → (N, 10) scores."""
    layers: list[nn.Module] = []
    inputs = 1
    for outputs in (16, 32, 64):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if outputs < 64 else [nn.AvgPool2d(3, 2), nn.Flatten()]
        inputs = outputs
    return nn.Sequential(*layers, nn.Dropout(0.3), nn.Linear(64 * 9, 10))


def main() -> None:
    """Train, measure and export."""
    torch.manual_seed(0)
    images, test = data.load("mnist", "train"), data.load("mnist", "test")
    net = network()
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)
    steps = EPOCHS * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for epoch in range(EPOCHS):
        net.train()
        for batch in torch.randperm(len(images)).split(BATCH)[: len(images) // BATCH]:
            image = jittered(data.as_float(images.pixels[batch]))
            loss = functional.cross_entropy(net(image), images.labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: {accuracy(net, test):.4f} of the test set")
    export(net.eval())


def jittered(image: torch.Tensor) -> torch.Tensor:
    """Turn, stretch and shift each image a little: hands differ more than MNIST's do."""
    count = len(image)
    transform = torch.eye(2, 3).repeat(count, 1, 1) + 0.06 * torch.randn(count, 2, 3)
    grid = functional.affine_grid(transform, list(image.shape), align_corners=False)
    return functional.grid_sample(image, grid, align_corners=False)


@torch.no_grad()
def accuracy(net: nn.Module, test: data.Images) -> float:
    """Return the share of the test set read correctly."""
    net.eval()
    read = torch.cat([net(data.as_float(part)).argmax(1) for part in test.pixels.split(1000)])
    return float((read == test.labels).float().mean())


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
    for node in graph.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del graph.graph.metadata_props[:]
    del graph.metadata_props[:]
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(graph.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
