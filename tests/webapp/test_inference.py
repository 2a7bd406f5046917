"""Batching: what waits together runs together, a lone request at once, too many are refused."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from latent_atlas.webapp.inference import Batcher, BusyError


class Slow:
    """Doubles numbers, but only when let through; notes the batches it was given."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.batches: list[int] = []

    def __call__(self, jobs):
        self.batches.append(len(jobs))
        assert self.gate.wait(10)
        return [2 * job for job in jobs]


@pytest.fixture
def executor():
    with ThreadPoolExecutor(2) as executor:
        yield executor


async def until(holds):
    while not holds():
        await asyncio.sleep(0.001)


def test_what_waits_while_a_batch_runs_becomes_the_next_batch(executor):
    work = Slow()

    async def go():
        batcher = Batcher(work, executor, queue_limit=100, batch_limit=64)
        first = asyncio.create_task(batcher.submit(1))
        await until(lambda: work.batches)
        rest = [asyncio.create_task(batcher.submit(n)) for n in range(2, 12)]
        await asyncio.sleep(0)
        work.gate.set()
        return await asyncio.gather(first, *rest)

    assert asyncio.run(go()) == [2 * n for n in range(1, 12)]
    assert work.batches == [1, 10]


def test_a_batch_has_a_largest_size(executor):
    work = Slow()
    work.gate.set()

    async def go():
        batcher = Batcher(work, executor, queue_limit=100, batch_limit=4)
        return await asyncio.gather(*(batcher.submit(n) for n in range(10)))

    assert asyncio.run(go()) == [2 * n for n in range(10)]
    assert work.batches == [4, 4, 2]


def test_a_lone_request_does_not_wait_for_company(executor):
    async def go():
        batcher = Batcher(lambda jobs: jobs, executor, queue_limit=100, batch_limit=64)
        await batcher.submit(0)
        times = []
        for n in range(50):
            start = time.perf_counter()
            await batcher.submit(n)
            times.append(time.perf_counter() - start)
        return min(times)  # who waits for company waits each time; a busy machine, now and then

    assert asyncio.run(go()) < 0.005


def test_more_than_may_wait_are_refused_at_once(executor):
    work = Slow()

    async def go():
        batcher = Batcher(work, executor, queue_limit=3, batch_limit=1)
        first = asyncio.create_task(batcher.submit(0))
        await until(lambda: work.batches)
        waiting = [asyncio.create_task(batcher.submit(n)) for n in (1, 2, 3)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await batcher.submit(4)
        work.gate.set()
        assert await asyncio.gather(first, *waiting) == [0, 2, 4, 6]
        assert await batcher.submit(5) == 10

    asyncio.run(go())


def test_a_failed_batch_fails_its_own_requests_and_no_later_one(executor):
    def work(jobs):
        if 13 in jobs:
            raise ValueError("unlucky")
        return jobs

    async def go():
        batcher = Batcher(work, executor, queue_limit=100, batch_limit=2)
        answers = await asyncio.gather(
            *(batcher.submit(n) for n in (1, 13, 2, 3)), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [ValueError, ValueError, int, int]

    asyncio.run(go())


def test_a_request_given_up_is_not_run(executor):
    work = Slow()

    async def go():
        batcher = Batcher(work, executor, queue_limit=100, batch_limit=64)
        first = asyncio.create_task(batcher.submit(1))
        await until(lambda: work.batches)
        given_up, kept = (asyncio.create_task(batcher.submit(n)) for n in (2, 3))
        await asyncio.sleep(0)
        given_up.cancel()
        work.gate.set()
        assert await asyncio.gather(first, kept) == [2, 6]

    asyncio.run(go())
    assert work.batches == [1, 1]
