"""Runs models: a session a graph, one thread each, what waits together runs as one batch."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from webapp.manifest import Golden, ImageShape, ModelEntry
from webapp.settings import Settings

# Before any session is made: the builds for Windows would report to Microsoft.
onnxruntime.disable_telemetry_events()

Floats = NDArray[np.float32]
Job = TypeVar("Job")
Result = TypeVar("Result")


class BusyError(Exception):
    """As many requests as may wait are waiting."""


class ModelError(Exception):
    """A model does not do what its manifest says; the text says what."""


class Graph:
    """One ONNX graph in a session of one thread; may be run from several threads at once."""

    def __init__(self, data: bytes) -> None:
        """Make a session of an ONNX file's bytes.

        Raises:
            ModelError: onnxruntime refuses them.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 4  # what goes wrong is raised, and told in our words
        try:
            self._session = onnxruntime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no base of their own
            raise ModelError("onnxruntime cannot read a graph") from error
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, inputs: dict[str, Floats]) -> dict[str, Floats]:
        """Map named float32 inputs (batch, …) to named outputs (batch, …).

        Raises:
            ModelError: the inputs do not fit the graph, or an output is not finite.
        """
        try:
            values = self._session.run(self._outputs, inputs)
        except Exception as error:  # as above
            raise ModelError("a graph does not take the inputs it should") from error
        outputs = dict(zip(self._outputs, values, strict=True))
        if not all(np.isfinite(value).all() for value in values):
            raise ModelError("a graph gave a number that is not finite")
        return outputs


class Batcher(Generic[Job, Result]):
    """Runs a function of a batch in a thread, one batch at a time, on whatever waits by then.

    A lone request starts at once; nothing ever waits for company.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Job]], Sequence[Result]],
        executor: Executor,
        queue_limit: int,
        batch_limit: int,
    ) -> None:
        self._work = work
        self._executor = executor
        self._queue_limit = queue_limit
        self._batch_limit = batch_limit
        self._waiting: deque[tuple[Job, asyncio.Future[Result]]] = deque()
        self._running = False

    async def submit(self, job: Job) -> Result:
        """Return the job's result, after the batch it went into has run.

        Raises:
            BusyError: too many jobs wait already.
            Exception: whatever the batch's run raised.
        """
        if len(self._waiting) >= self._queue_limit:
            raise BusyError
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((job, future))
        if not self._running:
            self._running = True
            # After the requests that this turn of the loop has read: they share the batch.
            loop.call_soon(self._start)
        return await future

    def _start(self) -> None:
        batch: list[tuple[Job, asyncio.Future[Result]]] = []
        while self._waiting and len(batch) < self._batch_limit:
            job, future = self._waiting.popleft()
            if not future.done():  # its client may have gone
                batch.append((job, future))
        if not batch:
            self._running = False
            return
        jobs = [job for job, _ in batch]
        futures = [future for _, future in batch]
        run = asyncio.get_running_loop().run_in_executor(self._executor, self._work, jobs)
        run.add_done_callback(lambda done: self._finish(done, futures))

    def _finish(
        self, done: asyncio.Future[Sequence[Result]], futures: list[asyncio.Future[Result]]
    ) -> None:
        self._start()
        if done.cancelled():
            for future in futures:
                future.cancel()
            return
        error = done.exception()
        results = [] if error is not None else done.result()
        for index, future in enumerate(futures):
            if future.done():
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(results[index])


@dataclass(frozen=True)
class Posterior:
    """q(z | x): means and log variances, (latent_size,) each; an autoencoder has no variance."""

    mu: list[float]
    logvar: list[float] | None


@dataclass(frozen=True)
class Decoding:
    """What a decoder makes of z: an image (H×W×C, uint8, row-major), and what it reads from z."""

    image: bytes
    class_probability: list[float] | None
    """(classes,), of a model that classifies."""


@dataclass(frozen=True)
class Runtime:
    """What models run on, and who hears of it: the graph's name, its seconds, its batch's size."""

    executor: Executor
    settings: Settings
    on_run: Callable[[str, str, float, int], None]


class Model:
    """A model in service: its two graphs, and a queue for each."""

    def __init__(self, entry: ModelEntry, decoder: Graph, encoder: Graph, runtime: Runtime) -> None:
        self.entry = entry
        self.decoder = decoder
        self.encoder = encoder
        self._on_run = runtime.on_run
        limits = runtime.settings.queue_limit, runtime.settings.batch_limit
        self._encodings = Batcher(self._encode, runtime.executor, *limits)
        self._decodings = Batcher(self._decode, runtime.executor, *limits)

    @property
    def pixels(self) -> int:
        """How many numbers an image has."""
        return _size(self.entry.image)

    @property
    def encoder_takes_label(self) -> bool:
        """Whether the encoder is conditioned on the class."""
        return self.entry.condition == "both"

    @property
    def decoder_takes_label(self) -> bool:
        """Whether the decoder is conditioned on the class."""
        return self.entry.condition != "none"

    async def encode(self, image: bytes, label: int | None) -> Posterior:
        """Encode an image (H×W×C, uint8, row-major).

        Raises:
            BusyError: too many requests wait for this graph.
            ModelError: the graph failed.
        """
        return await self._encodings.submit((image, label))

    async def decode(self, z: Sequence[float], label: int | None) -> Decoding:
        """Decode z (latent_size,).

        Raises:
            BusyError: too many requests wait for this graph.
            ModelError: the graph failed.
        """
        return await self._decodings.submit((z, label))

    def replay(self, golden: Golden) -> None:
        """Compare the graphs with the pairs PyTorch gave.

        Raises:
            ModelError: they differ by more than the pairs' tolerance.
        """
        for decoding in golden.decode:
            _check_label(decoding.label, self.decoder_takes_label, self.entry)
            image = self._run_decoder([(decoding.z, decoding.label)])[0][0]
            _compare("its decoder", image.ravel(), decoding.image, golden.tolerance)
        for encoding in golden.encode:
            _check_label(encoding.label, self.encoder_takes_label, self.entry)
            posterior = self._run_encoder([(bytes(encoding.image), encoding.label)])[0]
            _compare("its encoder's mu", posterior.mu, encoding.mu, golden.tolerance)
            if encoding.logvar is not None:
                _compare(
                    "its encoder's logvar", posterior.logvar, encoding.logvar, golden.tolerance
                )

    def _encode(self, jobs: Sequence[tuple[bytes, int | None]]) -> list[Posterior]:
        start = time.perf_counter()
        posteriors = self._run_encoder(jobs)
        self._on_run(self.entry.id, "encoder", time.perf_counter() - start, len(jobs))
        return posteriors

    def _decode(self, jobs: Sequence[tuple[Sequence[float], int | None]]) -> list[Decoding]:
        start = time.perf_counter()
        images, probabilities = self._run_decoder(jobs)
        pixels = np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
        self._on_run(self.entry.id, "decoder", time.perf_counter() - start, len(jobs))
        if probabilities is None:
            return [Decoding(image.tobytes(), None) for image in pixels]
        rows = probabilities.tolist()
        return [Decoding(i.tobytes(), p) for i, p in zip(pixels, rows, strict=True)]

    def _run_encoder(self, jobs: Sequence[tuple[bytes, int | None]]) -> list[Posterior]:
        shape = self.entry.image
        try:
            images = np.frombuffer(b"".join(image for image, _ in jobs), np.uint8).reshape(
                len(jobs), shape.height, shape.width, shape.channels
            )
        except ValueError as error:
            raise ModelError("an image has another size") from error
        planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
        inputs = {"image": planes}
        if self.encoder_takes_label:
            inputs["label"] = self._one_hot([label for _, label in jobs])
        outputs = self.encoder.run(inputs)
        mu, logvar = outputs.get("mu"), outputs.get("logvar")
        expected = (len(jobs), self.entry.latent_size)
        if mu is None or mu.shape != expected:
            raise ModelError("its encoder gives no mu of the right shape")
        if logvar is None:
            return [Posterior(row, None) for row in mu.tolist()]
        if logvar.shape != expected:
            raise ModelError("its encoder gives a logvar of another shape")
        return [Posterior(*rows) for rows in zip(mu.tolist(), logvar.tolist(), strict=True)]

    def _run_decoder(
        self, jobs: Sequence[tuple[Sequence[float], int | None]]
    ) -> tuple[Floats, Floats | None]:
        """Return images (N, H, W, C) in [0, 1] and, of a classifier, probabilities (N, classes)."""
        shape = self.entry.image
        inputs = {"z": np.array([z for z, _ in jobs], np.float32)}
        if self.decoder_takes_label:
            inputs["label"] = self._one_hot([label for _, label in jobs])
        outputs = self.decoder.run(inputs)
        images, probabilities = outputs.get("image"), outputs.get("class_probability")
        if images is None or images.shape != (
            len(jobs), shape.channels, shape.height, shape.width
        ):  # fmt: skip
            raise ModelError("its decoder gives no image of the right shape")
        if probabilities is not None and probabilities.shape != (len(jobs), self.entry.classes):
            raise ModelError("its decoder gives class probabilities of another shape")
        return images.transpose(0, 2, 3, 1), probabilities

    def _one_hot(self, labels: Sequence[int | None]) -> Floats:
        codes = np.zeros((len(labels), self.entry.classes), np.float32)
        codes[np.arange(len(labels)), np.array(labels, np.intp)] = 1
        return codes


def _size(shape: ImageShape) -> int:
    return shape.height * shape.width * shape.channels


def _check_label(label: int | None, wanted: bool, entry: ModelEntry) -> None:
    if wanted and (label is None or not 0 <= label < entry.classes):
        raise ModelError("a golden pair has no label of its classes")


def _compare(what: str, found: Any, expected: Sequence[float], tolerance: float) -> None:
    if found is None or len(found) != len(expected):
        raise ModelError(f"{what} has another size than its golden pair")
    difference = float(np.abs(np.asarray(found, float) - np.asarray(expected, float)).max())
    if not difference <= tolerance:
        raise ModelError(f"{what} is {difference:.2g} away from its golden pair")
