"""Damaged checkpoints are noticed by their hash."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from train.runs import load_run


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("damage", [flip_a_bit, cut_short])
def test_a_damaged_checkpoint_is_said_and_the_one_before_used(
    train: Callable[..., int],
    tmp_path: Path,
    damage: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train() == 0
    folder = tmp_path / "runs" / "vae-2"
    expected = load_run(folder).model.state_dict()
    newest = max((folder / "state").glob("*.safetensors"))
    damage(newest)
    (folder / "report.json").unlink()
    assert train("--resume") == 0
    assert "000003 is damaged" in capsys.readouterr().out
    found = load_run(folder).model.state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_only_the_last_two_checkpoints_are_kept(train: Callable[..., int], tmp_path: Path) -> None:
    assert train() == 0
    names = sorted(path.name[:6] for path in (tmp_path / "runs/vae-2/state").iterdir())
    assert names == ["000002", "000003"]
