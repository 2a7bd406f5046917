"""What `python -m train` does and says."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from latent_atlas.train.__main__ import main
from latent_atlas.train.errors import UserError
from latent_atlas.train.models.quantisation import round_to_stored
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.runs.run_folder import load_run
from latent_atlas.train.runs.run_lock import writing
from latent_atlas.train.training import trainer
from latent_atlas.train.training.checkpoint import read_metadata, save_tensors

Train = Callable[..., int]


def one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and text.rstrip().endswith(".") and "Traceback" not in text


def test_list_names_every_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    out = capsys.readouterr().out
    assert all(recipe.id in out and recipe.title in out for recipe in RECIPES.values())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["vae-3"], "vae-3"),
        ([], "recipe"),
        (["vae-2", "--hidden", "3"], "--hidden"),
        (["vae-2", "--epochs", "many"], "--epochs"),
        (["vae-2", "--epochs", "0"], "--epochs"),
        (["vae-2", "--epochs", "-1"], "--epochs"),
        (["vae-2", "--epochs"], "--epochs"),
        (["vae-2", "--learning-rate", "nan"], "--learning-rate"),
        (["vae-2", "--condition", "sideways"], "--condition"),
        (["vae-2", "--encoder-layers", "16,0"], "--encoder-layers"),
        (["vae-2", "--samples", "0"], "--samples"),
        (["vae-2", "--id", "other"], "--id"),
    ],
)
def test_a_mistake_is_answered_by_one_sentence_that_names_it(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert one_sentence(captured.err)
    assert named in captured.err


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["vae-2", "label-decoder-vae-2", "cvae-2", "vae-2-mlp256"])
def test_a_run_leaves_a_whole_run_folder(train: Train, tmp_path: Path, recipe: str) -> None:
    assert train(recipe=recipe) == 0
    folder = tmp_path / "runs" / recipe
    run = load_run(folder)
    assert run.recipe.epochs == 3
    assert run.recipe.condition == RECIPES[recipe].condition
    test = run.report["test"]
    assert test["importance_samples"] == 8
    assert test["elbo"] == pytest.approx(-test["reconstruction"] - test["kl"])
    assert test["log_likelihood"] > test["elbo"] - 5
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[-1]["held_out_elbo"] > rows[0]["held_out_elbo"]
    assert json.loads((folder / "recipe.json").read_text())["id"] == recipe
    assert ("style" in run.report) == (run.recipe.condition != "none")
    assert not list(folder.rglob("*.tmp"))


def test_the_weights_that_are_measured_are_those_that_are_shipped(
    train: Train, tmp_path: Path
) -> None:
    assert train() == 0
    model = load_run(tmp_path / "runs" / "vae-2").model
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    after = round_to_stored(model).state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    large = before["to_logits.weight"]
    levels = large / (large.abs().amax(1, keepdim=True) / 127)
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    # What places an image on the map is finer: the encoder's last layer, and the posterior's.
    for name in ([n for n in before if n.startswith("encoder.")][-2], "to_posterior.weight"):
        fine = before[name]
        assert fine.ndim == 2
        assert torch.equal(fine, fine.half().float())
        levels = fine / (fine.abs().amax(1, keepdim=True) / 127)
        assert not torch.allclose(levels, levels.round(), atol=1e-3)


def test_a_resumed_run_ends_bit_equal_to_an_uninterrupted_one(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train() == 0
    whole = load_run(tmp_path / "runs" / "vae-2").model.state_dict()

    epochs = 0
    train_epoch = trainer.Trainer.train_epoch

    def stop_in_third(*arguments: object) -> object:
        nonlocal epochs
        epochs += 1
        if epochs == 3:
            raise KeyboardInterrupt
        return train_epoch(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(trainer.Trainer, "train_epoch", stop_in_third)
        assert train("--runs", str(tmp_path / "cut")) == 130
    assert train("--runs", str(tmp_path / "cut"), "--resume") == 0
    resumed = load_run(tmp_path / "cut" / "vae-2").model.state_dict()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_resuming_a_finished_run_does_nothing(
    train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train() == 0
    before = (tmp_path / "runs" / "vae-2" / "report.json").stat().st_mtime_ns
    assert train("--resume") == 0
    assert "trained already" in capsys.readouterr().out
    assert (tmp_path / "runs" / "vae-2" / "report.json").stat().st_mtime_ns == before


def test_resuming_with_another_recipe_is_refused(
    train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train() == 0
    capsys.readouterr()
    assert train("--resume", "--decoder-layers=8") == 1
    error = capsys.readouterr().err
    assert "decoder_layers" in error.splitlines()[-1]


def test_a_second_process_is_told_who_writes_to_the_run(
    train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "runs" / "vae-2"
    with writing(folder):
        assert train() == 1
        who = f"{folder} is being written by process {os.getpid()} on {socket.gethostname()} since"
        assert who in capsys.readouterr().err
        assert [path.name for path in folder.iterdir()] == [".lock"]
    assert train("--epochs=1") == 0
    with writing(folder):
        assert main(["evaluate", "vae-2", "--runs", str(folder.parent)]) == 1
    assert "is being written by" in capsys.readouterr().err


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from train.runs.run_lock import writing\n"
        "with writing(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UserError, match=f"process {holder.pid} on "), writing(tmp_path):
            pass
        holder.kill()
    with writing(tmp_path):
        assert f"process {os.getpid()} " in (tmp_path / ".lock").read_text()


def test_a_full_disk_leaves_the_earlier_checkpoint_whole(
    train: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train() == 0
    folder = tmp_path / "runs" / "vae-2"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("latent_atlas.train.files.os.fsync", full)
    assert train("--seed=2", "--resume") == 1  # another recipe: refused before anything is written
    assert train("--samples=9") == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert "disk is full" in error
    after = {path: path.read_bytes() for path in folder.glob("*.*") if path.is_file()}
    assert all(before[path] == data for path, data in after.items())
    assert not list(folder.rglob("*.tmp"))


def test_a_loss_that_is_not_finite_is_said(
    train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--learning-rate=1e6", "--clip-norm=0") == 1
    assert "not finite" in capsys.readouterr().err.splitlines()[-1]


def test_precision_and_compilation_are_recorded_and_overridden(
    train: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The compiler itself would take a minute, and is not what is tested here.
    def compile_module(module: torch.nn.Module, **options: object) -> torch.nn.Module:
        assert options == {"mode": "reduce-overhead"}
        return module

    monkeypatch.setattr(torch, "compile", compile_module)
    folder = tmp_path / "runs" / "vae-2"
    for arguments, precision, compiled in (
        ((), "32-true", False),
        (("--precision=bf16-mixed", "--compile=true"), "bf16-mixed", True),
    ):
        assert train("--epochs=1", *arguments) == 0
        run = load_run(folder)
        assert (run.recipe.precision, run.recipe.compile) == (precision, compiled)
        assert (run.report["precision"], run.report["compile"]) == (precision, compiled)
        assert f"{precision}, compiled" in capsys.readouterr().out or not compiled
    assert train("--precision=16") == 1
    assert "--precision" in capsys.readouterr().err


def test_mixed_precision_rounds_matrix_products_and_only_where_it_is_asked_for(
    train: Train, tmp_path: Path
) -> None:
    weights = []
    for precision in ("32-true", "bf16-mixed"):
        assert train("--epochs=1", f"--precision={precision}") == 0
        weights.append(load_run(tmp_path / "runs" / "vae-2").model.to_logits.weight)
    assert not torch.equal(*weights)
    torch.testing.assert_close(*weights, atol=0.05, rtol=0.1)


def test_a_network_that_cannot_be_compiled_is_answered_by_one_sentence(
    train: Train, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(torch.nn.Module):
        def forward(self, *_: object) -> object:
            raise torch._dynamo.exc.TorchDynamoException("no compiler\nand a long story")

    monkeypatch.setattr(torch, "compile", lambda *_, **__: Broken())
    assert train("--compile=true") == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error == ("vae-2 cannot be compiled here (no compiler); train it with --compile false.")


def test_identical_runs_give_identical_weight_files(train: Train, tmp_path: Path) -> None:
    for runs in ("one", "two"):
        assert train("--epochs=1", "--runs", str(tmp_path / runs)) == 0
    for file in ("weights.safetensors", "encodings.safetensors"):
        one, two = ((tmp_path / runs / "vae-2" / file).read_bytes() for runs in ("one", "two"))
        assert one == two, file
    metadata = {name: name for name in "hgfedcba"}
    tensors = {"x": torch.arange(3.0), "y": torch.ones(2, 2)}
    (packed,) = {save_tensors(tensors, metadata) for _ in range(10)}
    assert read_metadata(packed) == metadata
    assert torch.equal(load(packed)["x"], tensors["x"])


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_said_of_writing(
    train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = tmp_path / "runs" / "vae-2" / "weights.safetensors"
    weights.mkdir(parents=True)  # a test may run as root, whom no mode keeps out
    assert main(["evaluate", "vae-2", "--runs", str(tmp_path / "runs")]) == 1
    error = capsys.readouterr().err
    assert one_sentence(error)
    assert str(weights) in error
    assert "writing failed" not in error
