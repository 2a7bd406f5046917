"""Compiled where it is measured to be faster, eager where not or where it cannot be."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from train.data.images import Images
from train.errors import UserError
from train.recipes.recipe import Recipe
from train.training.compilation import choose_compiled
from train.training.processes import launch
from train.training.trainer import Trainer, build_model

RECIPE = Recipe("m", "m", encoder_layers=(8,), decoder_layers=(8,), batch_size=16)
IMAGES = Images(torch.zeros(32, 1, 6, 6, dtype=torch.uint8), torch.zeros(32).long(), 10)


def choose(
    device: str = "cuda", world_size: int = 1, eager: float = 1.0, compiled: float = 1.0
) -> bool:
    """Choose by a timer that knows the answer."""
    fabric: Any = SimpleNamespace(device=torch.device(device), world_size=world_size)
    return choose_compiled(
        RECIPE, IMAGES, fabric, seconds=lambda *arguments: compiled if arguments[3] else eager
    )


@pytest.fixture(autouse=True)
def _unforced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATLAS_COMPILE", raising=False)


def test_a_gpu_compiles_where_it_gains_a_tenth() -> None:
    assert choose(eager=1.11)
    assert not choose(eager=1.09)
    assert not choose(eager=0.5)


def test_cpus_and_several_processes_stay_eager() -> None:
    assert not choose(device="cpu", eager=9)
    assert not choose(world_size=2, eager=9)


def test_the_environment_overrides_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_COMPILE", "1")
    assert choose(eager=0.5)
    assert choose(device="cpu", eager=0.5)
    assert choose(world_size=2)
    monkeypatch.setenv("ATLAS_COMPILE", "0")
    assert not choose(eager=9)
    monkeypatch.setenv("ATLAS_COMPILE", "yes")
    with pytest.raises(UserError, match="ATLAS_COMPILE"):
        choose()


def test_a_network_that_cannot_be_compiled_is_trained_as_it_is() -> None:
    def broken(*_: object) -> float:
        raise RuntimeError("no compiler found\nand a long story")

    fabric: Any = SimpleNamespace(device=torch.device("cuda"), world_size=1)
    said: list[str] = []
    assert not choose_compiled(RECIPE, IMAGES, fabric, said.append, broken)
    assert said == ["m trains uncompiled, because compiling failed: no compiler found"]


def test_steps_are_measured_on_a_copy_and_weights_keep_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ATLAS_PRECISION", "32-true")
    monkeypatch.setenv("ATLAS_COMPILE", "1")
    # The compiler itself would take a minute, and is not what is tested here.
    compiled: list[torch.nn.Module] = []

    def compile_module(module: torch.nn.Module, mode: str) -> torch.nn.Module:
        assert mode == "reduce-overhead"
        compiled.append(module)
        return module

    monkeypatch.setattr(torch, "compile", compile_module)
    fabric = launch()
    assert choose_compiled(RECIPE, IMAGES, fabric)
    (copy,) = compiled
    start = build_model(RECIPE, IMAGES).state_dict()
    assert not torch.equal(copy.state_dict()["to_logits.weight"], start["to_logits.weight"])
    trainer = Trainer(RECIPE, IMAGES, fabric, compiled=True)
    assert trainer.model is not copy
    assert all(
        torch.equal(tensor, start[name]) for name, tensor in trainer.model.state_dict().items()
    )
