"""Several processes train what one would, and speak with one voice."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, distributed, nn

from latent_atlas.train.data.images import Images
from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training import processes
from latent_atlas.train.training.processes import Process
from latent_atlas.train.training.rank import Rank, own_rank
from latent_atlas.train.training.trainer import Trainer
from tests.support.server import ROOT
from tests.support.trainers import (
    EPOCHS,
    TINY_RUN,
    Trainers,
    environment,
    last_checkpoint,
    metrics_of,
)

pytestmark = pytest.mark.slow

# Two processes add the same floats in another order: a last bit in a gradient, 2⁻²⁴ of it, which
# AdamW turns into as much of a step. Over 48 steps that came to 2.4·10⁻⁷ in weights around 1.
TOLERANCE = 1e-5
NO_DROPOUT = "--pixel-dropout=0"


@pytest.fixture(scope="module")
def alone(forked: Trainers) -> Path:
    """The run of one process."""
    assert forked.train(NO_DROPOUT, runs="alone") == [0]
    return forked.folder / "alone" / "vae-2"


def assert_close(run: Path, alone: Path) -> None:
    """The same weights, averages, optimizer and metrics, but for rounding."""
    found, expected = last_checkpoint(run), last_checkpoint(alone)
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=TOLERANCE, atol=TOLERANCE)
    rows, expected_rows = metrics_of(run), metrics_of(alone)
    assert len(rows) == len(expected_rows) == EPOCHS
    for row, expected_row in zip(rows, expected_rows, strict=True):
        assert row == pytest.approx(expected_row, rel=TOLERANCE)


def test_two_processes_of_torchrun_train_what_one_does(forked: Trainers, alone: Path) -> None:
    runs = forked.folder / "torchrun"
    done = subprocess.run(
        [
            sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
            "-m", "train", "vae-2", *TINY_RUN, NO_DROPOUT, "--runs", str(runs),
        ],
        cwd=ROOT, env=environment(forked.folder), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert_close(runs / "vae-2", alone)
    started, measuring, ended = done.stdout.splitlines()
    assert "in 2 processes" in started
    assert "measuring" in measuring
    assert "test squared error" in ended
    assert done.stderr.count("[00:00<?") == 1  # one bar
    assert not list(runs.rglob("*.tmp"))


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
def test_a_run_resumes_with_another_number_of_processes(
    forked: Trainers, alone: Path, before: int, after: int
) -> None:
    runs = f"from-{before}-to-{after}"
    statuses = forked.train(NO_DROPOUT, runs=runs, processes=before, die_at=30)
    assert statuses[0] == signal.SIGKILL
    left = [path.name for path in (forked.folder / runs / "vae-2/state").glob("*.safetensors")]
    assert 1 < len(left) < EPOCHS
    assert forked.train(NO_DROPOUT, "--resume", runs=runs, processes=after) == [0] * after
    assert_close(forked.folder / runs / "vae-2", alone)


@pytest.mark.parametrize("recipe", ["ae-2", "classifier-vae-2-w10", "cvae-2"])
def test_every_kind_of_model_has_a_gradient_for_each_weight(forked: Trainers, recipe: str) -> None:
    # A weight without one would stop the second step.
    statuses = forked.train("--epochs=1", runs="kinds", recipe=recipe, processes=2)
    assert statuses == [0, 0], forked.said


def test_two_processes_train_against_one_discriminator(forked: Trainers) -> None:
    adversarial = (
        NO_DROPOUT, "--epochs=2", "--network=convolutional", "--encoder-layers=16,16",
        "--decoder-layers=16,16,16", "--adversarial-weight=5", "--feature-weight=20",
        "--learning-rate=0.0003",  # sums in another order turn the sign of a first step
    )  # fmt: skip
    found = []
    for count, runs in ((1, "one-rival"), (2, "two-rivals")):
        assert forked.train(*adversarial, runs=runs, processes=count) == [0] * count
        found.append(last_checkpoint(forked.folder / runs / "vae-2"))
    assert any(name.startswith("rival.") for name in found[0])
    for name, tensor in found[0].items():
        torch.testing.assert_close(found[1][name], tensor, rtol=1e-2, atol=2e-3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--batch-size=63"], "multiple of 2"),
        (["--batch-size=1000", "--validation-fraction=0.5", "--dataset=none"], "'none'"),
        (["--hidden=3"], "--hidden"),
        (["--learning-rate=1e6", "--clip-norm=0"], "not finite"),
        (["--jobs=2"], "without torchrun"),
    ],
)
def test_a_mistake_ends_all_processes_with_one_sentence(
    forked: Trainers, arguments: list[str], said: str
) -> None:
    statuses = forked.train(*arguments, runs="mistakes", processes=2)
    assert [status >> 8 for status in statuses] == [1, 1]
    assert forked.said.count(said) == 1
    assert forked.said.rstrip().endswith(".")
    assert "Traceback" not in forked.said


def test_a_file_that_cannot_be_written_ends_all_processes(forked: Trainers) -> None:
    (forked.folder / "file").write_text("in the way")
    statuses = forked.train(runs="file", processes=2)
    assert [status >> 8 for status in statuses] == [1, 1]
    assert forked.said.count("Cannot read or write") == 1
    assert "Traceback" not in forked.said


def test_a_process_that_dies_ends_the_others(forked: Trainers) -> None:
    statuses = forked.train("--epochs=1000", runs="death", processes=2, kill=(1, 0), begun=True)
    assert statuses == [1 << 8, signal.SIGKILL]
    assert "resume with --resume" in forked.said.splitlines()[-1]
    assert "Traceback" not in forked.said


def test_ctrl_c_ends_all_processes_with_one_sentence(forked: Trainers) -> None:
    statuses = forked.train("--epochs=1000", runs="stopped", processes=2, interrupt=0, begun=True)
    assert statuses[0] == 130 << 8, forked.said
    assert statuses[1] in (130 << 8, 1 << 8)
    assert forked.said.count("Stopped; resume with --resume.") == 1
    assert "Traceback" not in forked.said


class Recorder(nn.Module):
    """Stands where the network stands and writes down what each step was given."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.steps: list[dict[int, Tensor]] = []
        """For each step the noise of each image, by the image's index."""
        self.drawn: Tensor | None = None
        """What the global generator gave first: dropout draws from it."""

    def forward(self, image: Tensor, label: Tensor | None, noise: Tensor) -> Any:
        if self.drawn is None:
            self.drawn = torch.rand(4)
        high, low = (image.flatten(1)[:, :2] * 255).round().int().T.tolist()
        indices = [256 * a + b for a, b in zip(high, low, strict=True)]
        self.steps.append(dict(zip(indices, noise, strict=True)))
        return self.network(image, label, noise)


def record(rank: int, world_size: int) -> Recorder:
    """Take an epoch as one of several processes."""
    pixels = torch.zeros(300, 1, 6, 6, dtype=torch.uint8)
    pixels[:, 0, 0, 0], pixels[:, 0, 0, 1] = torch.arange(300) // 256, torch.arange(300) % 256
    images = Images(pixels, torch.zeros(300, dtype=torch.int64), 10)
    recipe = Recipe("m", "m", encoder_layers=(8,), decoder_layers=(8,), batch_size=48)
    trainer = Trainer(recipe, images, Process(torch.device("cpu"), Rank(rank, world_size)))
    recorder = Recorder(trainer.network)
    trainer.network = recorder
    trainer.train_epoch(0)
    return recorder


def test_the_processes_share_each_batch_and_see_every_image_once() -> None:
    alone = record(0, 1)
    shares = [record(rank, 3) for rank in range(3)]
    seen: list[int] = []
    for step, expected in enumerate(alone.steps):
        parts = [share.steps[step] for share in shares]
        assert [len(part) for part in parts] == [16, 16, 16]
        together = parts[0] | parts[1] | parts[2]
        assert together.keys() == expected.keys()
        assert all(torch.equal(together[index], expected[index]) for index in expected)
        seen += together
    assert len(seen) == len(set(seen)) == 288
    assert shares[0].drawn is not None
    assert torch.equal(shares[0].drawn, alone.drawn)  # type: ignore[arg-type]
    assert len({tuple(share.drawn.tolist()) for share in shares if share.drawn is not None}) == 3


def test_a_rank_counts_only_where_torchrun_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("RANK", "3"), ("WORLD_SIZE", "4"), ("LOCAL_RANK", "1"), ("LOCAL_WORLD_SIZE", "2"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    assert own_rank() == Rank()
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "1")
    assert own_rank() == Rank(3, 4, 1, 2)


@pytest.mark.parametrize(
    ("machines", "answer"),
    [
        ([(8, 8), (8, 8)], True),
        ([(0, 2), (0, 2)], False),
        ([(8, 4), (4, 4)], True),
        ([(8, 8), (4, 8)], "4 GPUs for 8 processes"),
        ([(8, 8), (0, 8)], "0 GPUs for 8 processes"),
        ([(8, 8), (8, 4)], "same --nproc-per-node"),
    ],
)
def test_the_machines_agree_on_devices(
    machines: list[tuple[int, int]], answer: bool | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gather(into: list[tuple[int, int]], own: tuple[int, int]) -> None:
        into[:] = [machine for machine in machines for _ in range(machine[1])]

    monkeypatch.setattr(processes, "_join", lambda: None)
    monkeypatch.setattr(distributed, "all_gather_object", gather)
    if isinstance(answer, str):
        with pytest.raises(UserError, match=answer):
            processes._agree_on_devices()
    else:
        assert processes._agree_on_devices() is answer


def test_one_process_beside_several_gpus_says_how_to_use_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    processes.launch()
    assert "torchrun --nproc-per-node 4 -m train" in capsys.readouterr().out
