"""Runs models: one session for each graph; requests that wait together run as one batch."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from latent_atlas.webapp.manifest import Golden, ModelEntry
from latent_atlas.webapp.settings import Settings

# Before any session is made: the builds for Windows would report to Microsoft.
onnxruntime.disable_telemetry_events()

Floats = NDArray[np.float32]
Job = TypeVar("Job")
Result = TypeVar("Result")


class BusyError(Exception):
    """The queue is full."""


class ModelError(Exception):
    """A model does not do what its manifest says; the text says in what respect."""


class EntryError(ModelError):
    """A model is not what its manifest says, so the page must not show it either."""


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
        options.log_severity_level = 4  # errors are raised, and reported in our words
        try:
            self._session = onnxruntime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no base of their own
            raise ModelError("onnxruntime cannot read a graph") from error
        self._outputs = [output.name for output in self._session.get_outputs()]
        values = [*self._session.get_inputs(), *self._session.get_outputs()]
        self._shapes: dict[str, list[int]] = {value.name: value.shape[1:] for value in values}

    def require(self, shapes: Mapping[str, list[int]]) -> None:
        """Compare inputs and outputs with these shapes, without the batch.

        Raises:
            EntryError: one is missing or differs.
        """
        for name, shape in shapes.items():
            found = self._shapes.get(name)
            if found != shape:
                raise EntryError(f"its manifest has {name} as {shape}, its graph as {found}")

    def run(self, inputs: dict[str, Floats]) -> dict[str, Floats]:
        """Map named float32 inputs (batch, …) to named outputs (batch, …).

        Raises:
            ModelError: the inputs do not fit the graph, or an output is not finite.
        """
        try:
            values = self._session.run(self._outputs, inputs)
        except Exception as error:  # see above
            raise ModelError("a graph does not accept its inputs") from error
        outputs = dict(zip(self._outputs, values, strict=True))
        if not all(np.isfinite(value).all() for value in values):
            raise ModelError("a graph returned a number that is not finite")
        return outputs


class Batcher(Generic[Job, Result]):
    """Runs a function of a batch in a thread, one batch at a time, of whatever waits by then.

    A lone request starts at once; none waits for others to join it.
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
        self._running: asyncio.Task[None] | None = None

    async def submit(self, job: Job) -> Result:
        """Return the job's result, after its batch has run.

        Raises:
            BusyError: too many jobs wait already.
            Exception: whatever the batch's run raised.
        """
        if len(self._waiting) >= self._queue_limit:
            raise BusyError
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if self._running is None:
            # It starts after the requests that this turn of the loop reads: they share the batch.
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        """Run batches until nothing waits."""
        try:
            while batch := self._next_batch():
                await self._run_batch(batch)
        finally:
            self._running = None

    async def _run_batch(self, batch: list[tuple[Job, asyncio.Future[Result]]]) -> None:
        try:
            results = await asyncio.get_running_loop().run_in_executor(
                self._executor, self._work, [job for job, _ in batch]
            )
        except asyncio.CancelledError:
            for _, future in (*batch, *self._waiting):
                future.cancel()
            raise
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)

    def _next_batch(self) -> list[tuple[Job, asyncio.Future[Result]]]:
        batch: list[tuple[Job, asyncio.Future[Result]]] = []
        while self._waiting and len(batch) < self._batch_limit:
            job, future = self._waiting.popleft()
            if not future.done():  # else its client has gone
                batch.append((job, future))
        return batch


@dataclass(frozen=True)
class Posterior:
    """q(z | x): means and log variances, (latent_size,) each; an autoencoder has no variance."""

    mu: list[float]
    logvar: list[float] | None = None


@dataclass(frozen=True)
class Decoding:
    """A decoder's outputs for z: an image (H×W×C, uint8, row-major), and class probabilities."""

    image: bytes
    class_probability: list[float] | None
    """(classes,); None unless the model classifies."""


@dataclass(frozen=True)
class Runtime:
    """What models run on. `on_run` is called with model, graph, seconds and batch size."""

    executor: Executor
    settings: Settings
    on_run: Callable[[str, str, float, int], None]


class Model:
    """A model in service: its graphs with a queue each; it may have no encoder."""

    def __init__(
        self, entry: ModelEntry, decoder: Graph, encoder: Graph | None, runtime: Runtime
    ) -> None:
        self.entry = entry
        self.decoder = decoder
        self.encoder = encoder
        self._on_run = runtime.on_run
        self._require_sizes()
        limits = runtime.settings.queue_limit, runtime.settings.batch_limit
        self._encodings = Batcher(self._encode, runtime.executor, *limits)
        self._decodings = Batcher(self._decode, runtime.executor, *limits)

    def _require_sizes(self) -> None:
        """Compare the manifest's sizes with the graphs': requests allocate by the manifest's."""
        shape = self.entry.image
        image = {"image": [shape.channels, shape.height, shape.width]}
        label = {"label": [self.entry.classes]}
        z = [self.entry.latent_size]
        if self.encoder is not None:
            self.encoder.require(image | {"mu": z} | (label if self.encoder_takes_label else {}))
        self.decoder.require(image | {"z": z} | (label if self.decoder_takes_label else {}))

    @property
    def pixels(self) -> int:
        """The number of values in an image."""
        shape = self.entry.image
        return shape.height * shape.width * shape.channels

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
            ModelError: the graph failed, or there is none.
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
        """Compare the graphs' outputs with the golden pairs.

        Raises:
            ModelError: they differ by more than the pairs' tolerance.
        """
        for decoding in golden.decode:
            _check_label(decoding.label, self.decoder_takes_label, self.entry)
            image = self._run_decoder([(decoding.z, decoding.label)])[0][0]
            _compare("its decoder", image.ravel(), decoding.image, golden.tolerance)
        if self.encoder is not None and not golden.encode:
            raise ModelError("its golden pairs lack encodings")
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
        if self.encoder is None:
            raise ModelError("it has no encoder")
        shape = self.entry.image
        try:
            images = np.frombuffer(b"".join(image for image, _ in jobs), np.uint8).reshape(
                len(jobs), shape.height, shape.width, shape.channels
            )
        except ValueError as error:
            raise ModelError("an image has the wrong size") from error
        planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
        inputs = {"image": planes}
        if self.encoder_takes_label:
            inputs["label"] = self._one_hot([label for _, label in jobs])
        outputs = self.encoder.run(inputs)
        expected = (len(jobs), self.entry.latent_size)
        mu = _output(outputs, "mu", expected).tolist()
        if "logvar" not in outputs:
            return [Posterior(row) for row in mu]
        logvar = _output(outputs, "logvar", expected).tolist()
        return [Posterior(*rows) for rows in zip(mu, logvar, strict=True)]

    def _run_decoder(
        self, jobs: Sequence[tuple[Sequence[float], int | None]]
    ) -> tuple[Floats, Floats | None]:
        """Return images (N, H, W, C) in [0, 1] and, of a classifier, probabilities (N, classes)."""
        shape = self.entry.image
        inputs = {"z": np.array([z for z, _ in jobs], np.float32)}
        if self.decoder_takes_label:
            inputs["label"] = self._one_hot([label for _, label in jobs])
        outputs = self.decoder.run(inputs)
        planes = len(jobs), shape.channels, shape.height, shape.width
        images = _output(outputs, "image", planes).transpose(0, 2, 3, 1)
        if "class_probability" not in outputs:
            return images, None
        return images, _output(outputs, "class_probability", (len(jobs), self.entry.classes))

    def _one_hot(self, labels: Sequence[int | None]) -> Floats:
        codes = np.zeros((len(labels), self.entry.classes), np.float32)
        codes[np.arange(len(labels)), np.array(labels, np.intp)] = 1
        return codes


def _output(outputs: dict[str, Floats], name: str, shape: tuple[int, ...]) -> Floats:
    value = outputs.get(name)
    if value is None or value.shape != shape:
        raise ModelError(f"a graph returns no {name} of the shape that the manifest states")
    return value


def _check_label(label: int | None, wanted: bool, entry: ModelEntry) -> None:
    if wanted and (label is None or not 0 <= label < entry.classes):
        raise ModelError("a golden pair lacks a valid label")


def _compare(what: str, found: Any, expected: Sequence[float], tolerance: float) -> None:
    if found is None or len(found) != len(expected):
        raise ModelError(f"{what} differs in size from its golden pair")
    difference = float(np.abs(np.asarray(found, float) - np.asarray(expected, float)).max())
    if not difference <= tolerance:
        raise ModelError(f"{what} differs by {difference:.2g} from its golden pair")
