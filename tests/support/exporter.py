"""Exports in forked children, so that a test can kill one without paying for its imports.

Reads a line `<number> <kill>` and runs one export; each number makes graphs of its own, so every
export has files to write. `kill` is "-" or the count of the file operation (fsync, rename, unlink)
at which the child kills itself. It answers with the child's pid, then, when the child has ended,
with its wait status.
"""

import functools
import os
import sys
from pathlib import Path

import onnx
import torch

from latent_atlas.export.__main__ import main
from latent_atlas.export.onnx_graphs import graphs
from tests.support.dying import die_at


def run() -> None:
    """Serve export requests until standard input ends."""
    tiny, models = Path(sys.argv[1]), sys.argv[2]
    torch.set_num_threads(1)  # a fork must not inherit a pool of threads that are not there
    # The graphs are made once and then only marked: publishing is what is killed here.
    made: dict[str, bytes] = {}
    original = graphs.to_onnx
    number = "0"

    @functools.wraps(original)
    def remembered(model, part, metadata):  # type: ignore[no-untyped-def]
        if part not in made:
            made[part] = original(model, part, metadata)
        graph = onnx.load_from_string(made[part])
        graph.metadata_props.add(key="number", value=number)
        return graph.SerializeToString(deterministic=True)

    graphs.to_onnx = remembered
    runs = ["vae-2", "--runs", str(tiny / "runs-1"), "--study", str(tiny / "no-study.json")]
    main([*runs, "--out", f"{models}-warm"])
    print("ready", flush=True)
    for line in sys.stdin:
        number, kill = line.split()
        child = os.fork()
        if child == 0:
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
            if kill != "-":
                die_at(int(kill))
            os._exit(main([*runs, "--out", models]))
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    run()
