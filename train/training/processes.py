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
from typing import Any, TypeVar, cast

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor, distributed

from train.errors import UserError
from train.training.precision import choose_precision
from train.training.rank import own_rank

T = TypeVar("T")

# The first process may download, or measure a finished model, for long while the others wait. A
# process that dies needs no time-out to be noticed: its connections close, and torchrun looks.
_PATIENCE = timedelta(days=1)


def launch() -> Fabric:
    """Build and launch the Fabric of this process: its device, its peers, their precision.

    Raises:
        UserError: torchrun has started more processes on a machine than it has GPUs.
    """
    rank = own_rank()
    if rank.processes == 1:
        fabric = Fabric(accelerator="auto", devices=1, precision=choose_precision())
        gpus = torch.cuda.device_count()
        if gpus > 1:
            print(
                f"One process trains on one of {gpus} GPUs; "
                f"torchrun --nproc-per-node {gpus} -m train uses all of them."
            )
    else:
        on_gpus = _agree_on_devices()
        fabric = Fabric(
            accelerator="cuda" if on_gpus else "cpu",
            devices=rank.local_processes,
            num_nodes=rank.processes // rank.local_processes,
            # The buffers are constants, the same everywhere.
            strategy=DDPStrategy(
                process_group=_gpu_group() if on_gpus else None, broadcast_buffers=False
            ),
            # Measured once: processes that compete for a machine might each find another.
            precision=first(choose_precision),
        )
    fabric.launch()
    return fabric


def leave() -> None:
    """Leave the group of processes, if this one is in any.

    Its threads would be there at the interpreter's end, which now and then aborts a finished run.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def first(call: Callable[[], T]) -> T:
    """Let the first process alone call `call`; return what it returned in every process.

    The others wait as long as it takes.

    Raises:
        UserError, OSError: in every process, where the call raised it.
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
    if outcome[1] is not None:
        raise outcome[1]
    result: T = outcome[0]
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


def average_gradients(module: torch.nn.Module, loss: Tensor) -> float:
    """Average a module's gradients and `loss` over the processes; return the averaged loss.

    For modules that are trained beside the one that Fabric wraps.
    """
    if own_rank().processes == 1:
        return float(loss)
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients] + [loss.view(1)]).float().cpu()
    distributed.all_reduce(flat)
    flat /= own_rank().processes
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()
    return float(flat[-1])


def lost_another(error: RuntimeError) -> bool:
    """Tell whether `error` says that another process of the run has died."""
    if own_rank().processes == 1:
        return False
    # NCCL's errors have a class; gloo's have only their text.
    return isinstance(error, distributed.DistError) or "by peer" in str(error)


@functools.cache
def _join() -> None:
    """Meet the other processes, once."""
    distributed.init_process_group("gloo", timeout=_PATIENCE)


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
def _gpu_group() -> distributed.ProcessGroup:
    """Make the group in which GPUs average gradients, once."""
    torch.cuda.set_device(own_rank().local_number)
    return cast(distributed.ProcessGroup, distributed.new_group(backend="nccl"))
