r"""Which devices and processes a run uses, and what its processes tell each other.

Started plainly, a run is one process on one device. Started by torchrun it is several, on one
machine or on many, each with a device of its own:

    torchrun --nproc-per-node 2 -m train vae-2
    torchrun --nnodes 2 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint HOST:PORT \
        -m train vae-2

Gradients travel through NCCL between GPUs and through gloo between CPUs. Everything else (images,
decisions, errors, sums of metrics) goes through gloo, whose waiting keeps no GPU busy. Only the
first process touches files: machines need not share a disk.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, distributed

from latent_atlas.train.errors import UserError
from latent_atlas.train.training.rank import ALONE, Rank, own_rank

T = TypeVar("T")

# The first process may download, or measure a finished model, for long while the others wait. A
# process that dies needs no timeout to be noticed: its connections close, and torchrun looks.
_TIMEOUT = timedelta(days=1)


class Process(NamedTuple):
    """One process of a run: the device it computes on, and its rank among the others."""

    device: torch.device
    rank: Rank = ALONE


def launch() -> Process:
    """Meet the other processes of this run, if there are any, and choose this one's device.

    Raises:
        UserError: torchrun has started more processes on a machine than it has GPUs.
    """
    rank = own_rank()
    if rank.processes == 1:
        gpus = torch.cuda.device_count()
        if gpus > 1:
            use_all = f"torchrun --nproc-per-node {gpus} -m train uses all of them"
            print(f"One process trains on one of {gpus} GPUs; {use_all}.")
        accelerator = torch.accelerator.current_accelerator(check_available=True)
        return Process(accelerator or torch.device("cpu"))
    if not _agree_on_devices():
        return Process(torch.device("cpu"), rank)
    torch.cuda.set_device(rank.local_number)
    return Process(torch.device("cuda", rank.local_number), rank)


def leave() -> None:
    """Leave the group of processes, if this one is in any.

    Its threads would be there at the interpreter's end, which now and then aborts a finished run.
    """
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()


def first(call: Callable[[], T]) -> T:
    """Let the first process alone call `call`; return what it returned in every process.

    The others wait as long as it takes; a UserError or OSError of the call is raised in all.
    """
    rank = own_rank()
    if rank.processes == 1:
        return call()
    _join()
    outcome: list[Any] = [None, None]
    if rank.number == 0:
        try:
            outcome[0] = call()
        except (UserError, OSError) as error:
            outcome[1] = error
    distributed.broadcast_object_list(outcome, src=0)
    result, raised = outcome
    if raised is not None:
        raise raised
    return result


def as_first(tensor: Tensor) -> Tensor:
    """Return the first process's `tensor` in every process: each calls with one of that shape."""
    if own_rank().processes == 1:
        return tensor
    shared = tensor.cpu()
    distributed.broadcast(shared, src=0)
    return shared.to(tensor.device)


def sum_over_processes(values: Sequence[float]) -> list[float]:
    """Add each number up over the processes; every process gets the sums."""
    if own_rank().processes == 1:
        return list(values)
    sums = torch.tensor(values, dtype=torch.float64)
    distributed.all_reduce(sums)
    return sums.tolist()


def average_gradients(module: torch.nn.Module) -> None:
    """Average a module's gradients over the processes, as one tensor and so in one message."""
    processes = own_rank().processes
    if processes == 1:
        return
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat, group=_gpu_group() if flat.is_cuda else None)
    flat /= processes
    parts = flat.split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def lost_another(error: RuntimeError) -> bool:
    """Tell whether `error` says that another process of the run has died."""
    if own_rank().processes == 1:
        return False
    # NCCL's errors have a class; gloo's have only their text.
    return isinstance(error, distributed.DistError) or "by peer" in str(error)


@functools.cache
def _join() -> None:
    """Meet the other processes, once."""
    distributed.init_process_group("gloo", timeout=_TIMEOUT)


def _agree_on_devices() -> bool:
    """Return whether the run is on GPUs; every process of every machine comes to the same."""
    _join()
    own = (torch.cuda.device_count(), own_rank().local_processes)
    machines: list[tuple[int, int]] = [own] * own_rank().processes
    distributed.all_gather_object(machines, own)
    if len({processes for _, processes in machines}) > 1:
        raise UserError("Start torchrun with the same --nproc-per-node on every machine.")
    gpus, processes = min(machines)
    if gpus < processes and max(machines)[0] > 0:
        raise UserError(
            f"A machine has {gpus} GPUs for {processes} processes; start torchrun with another "
            f"--nproc-per-node, or with CUDA_VISIBLE_DEVICES= to train on CPUs."
        )
    return gpus > 0


@functools.cache
def _gpu_group() -> Any:
    """Make the group in which GPUs average gradients, once."""
    return distributed.new_group(backend="nccl")
