"""Networks that are trained once and cached in a file, to measure or to train other models."""

from collections.abc import Callable
from pathlib import Path

import torch
from filelock import FileLock
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from latent_atlas.train.files import write_atomic


def load_or_train(path: Path, network: nn.Module, name: str, train: Callable[[], Tensor]) -> Tensor:
    """Fill `network` from `path`, or train it now and write it there; it is in evaluation mode.

    `train` trains it in place and returns what is stored beside it, under a `name` that no tensor
    of the network has; that is returned now, too. A file that is damaged, or of another network,
    is written again. Of several processes one trains and the others wait.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        for leftover in path.parent.glob(f".{path.name}.*"):
            leftover.unlink()  # of a write that was killed
        try:
            state = load_tensors(path.read_bytes())
            beside = state.pop(name)
            network.load_state_dict(state)
        except (FileNotFoundError, SafetensorError, KeyError, RuntimeError):
            beside = train()
            state = {key: tensor.contiguous() for key, tensor in network.state_dict().items()}
            write_atomic(path, save_tensors({**state, name: beside}))
        network.eval()
    return beside


def one_cycle(
    network: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], peak: float, steps: int
) -> Callable[[Tensor, Tensor], None]:
    """Return what takes one of `steps` steps on images (N, C, H, W) and their targets.

    AdamW under the one-cycle schedule (Smith & Topin 2017), its rate at most `peak`.
    """
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps)

    def step(image: Tensor, target: Tensor) -> None:
        optimizer.zero_grad()
        loss(network(image), target).backward()
        optimizer.step()
        schedule.step()

    return step
