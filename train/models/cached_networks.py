"""Networks that are trained once and cached in a file, to measure or to train other models."""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from train.files import write_atomic


def load_or_train(path: Path, network: nn.Module, name: str, train: Callable[[], Tensor]) -> Tensor:
    """Fill `network` from `path`, or train it now and write it there; it is in evaluation mode.

    A file that is damaged, or of another network, is written again. Of several processes one trains
    and the others wait.

    Args:
        path: a safetensors file.
        network: as it starts.
        name: of the tensor that `train` returns, and of none in the network.
        train: trains `network` in place and returns what is stored beside it.

    Returns:
        What `train` returned, now or when the file was written.
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
