"""The process of one run among several: it trains the job that its command line describes.

`train.study.jobs` starts it and holds the other end of its standard input, so that it ends when its
parent does.
"""

import json
import os
import sys
import threading
from pathlib import Path

REFUSED = 3
"""The exit status of a run that cannot be trained: another try would end the same way."""


def main(order: str) -> int:
    """Train the job that `order` describes in JSON; return the exit status."""
    from tqdm import tqdm

    from latent_atlas.train.errors import UserError
    from latent_atlas.train.recipes.serialisation import recipe_from_json
    from latent_atlas.train.training.session import train

    tqdm.set_lock(threading.RLock())  # its own would be a semaphore, leaked when killed
    job = json.loads(order)
    try:
        train(
            recipe_from_json(job["recipe"]), Path(job["folder"]), job["resume"], job["samples"],
            quiet=True, for_page=job["for_page"], quick=job["quick"],
            exact=job["exact"],
        )  # fmt: skip
    except UserError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return 0


def _end_with_the_parent() -> None:
    # Not through sys.stdin, whose lock a thread would hold at the interpreter's end.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    sys.exit(main(sys.argv[1]))
