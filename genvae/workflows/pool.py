"""Many jobs at once: the same work for each, in processes of their own, results in order. A job is
a file to read, or a group of items to make.

Each worker is a Python process that is told its jobs over a pipe (``python -m
genvae.workflows.pool``), started alike on every system; a script that calls genvae needs no
``if __name__ == "__main__"`` for it. What ends a worker costs the job it was at, and a new
worker takes its place.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from genvae.errors import FileProblem, GenvaeError

MANY = 64
"""Up to so many jobs are done without workers, which take a second to start."""
MOST_WORKERS = 16
AHEAD = 4
"""Results each worker may be ahead of whoever uses them: what bounds memory."""
_HEAD = 8

J = TypeVar("J")
T = TypeVar("T")


def unread(path: Any, why: str) -> GenvaeError:
    """What is said of a file at which a worker ended."""
    return FileProblem(
        f"{path}: reading it ended the process ({why}); the file is probably damaged, "
        "open it in another program and export it once more"
    )


def for_each(
    work: Callable[[J], T],
    jobs: Sequence[J],
    workers: int | None = None,
    *,
    lost: Callable[[J, str], GenvaeError] = unread,
) -> Iterator[tuple[J, T | GenvaeError]]:
    """``work(job)`` for each job, in order; a GenvaeError that it raises, or what is ``lost`` with
    a worker that ended, takes the place of its result.

    ``work``, jobs and results are pickled; work that cannot be, or that another process cannot
    import, is done in this one. ``workers``: by default as many as there are cores, and none for
    up to ``MANY`` jobs.
    """
    count = min(_usual(len(jobs)) if workers is None else workers, len(jobs))
    crew = _crew(work, count) if count > 1 else None
    if crew is None:
        yield from ((job, _tried(work, job)) for job in jobs)
        return

    def done_by_one(job: J) -> Any:
        found = crew.do(job)
        return lost(job, found.why) if isinstance(found, Ended) else found

    try:
        with ThreadPoolExecutor(crew.size) as threads:
            waiting: deque[tuple[J, Future[Any]]] = deque()
            try:
                for job in jobs:
                    waiting.append((job, threads.submit(done_by_one, job)))
                    if len(waiting) > crew.size * AHEAD:
                        done, future = waiting.popleft()
                        yield done, future.result()
                while waiting:
                    done, future = waiting.popleft()
                    yield done, future.result()
            finally:
                for _, future in waiting:
                    future.cancel()
    finally:
        crew.close()


def _usual(jobs: int) -> int:
    return min(os.cpu_count() or 1, MOST_WORKERS) if jobs > MANY else 1


def _crew(work: Callable[[Any], Any], size: int) -> _Crew | None:
    """Workers that know the work, None where they cannot."""
    try:
        return _Crew(pickle.dumps(work), size)
    except (pickle.PicklingError, AttributeError, TypeError, OSError):
        return None


def _tried(work: Callable[[J], T], job: J) -> T | GenvaeError:
    try:
        return work(job)
    except GenvaeError as problem:
        return problem


@dataclass(frozen=True)
class Ended:
    """A worker ended while it was at work."""

    why: str


class _Crew:
    """Workers that are not at work, and how to start one more. Raises OSError where a worker
    does not understand the work."""

    def __init__(self, work: bytes, size: int) -> None:
        self.size = size
        self._work = work
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes] | None] = queue.SimpleQueue()
        self._idle.put(self._start())
        for _ in range(size - 1):
            self._idle.put(None)

    def do(self, job: Any) -> Any:
        """The result for one job, from the next idle worker; Ended where that ended."""
        worker = self._idle.get()
        try:
            worker = worker or self._start()
            _send(worker.stdin, pickle.dumps(job))
            answer = _receive(worker.stdout)
        except OSError:
            answer = None
        if answer is None:
            self._idle.put(None)
            code = _end(worker) if worker else "not started"
            return Ended(code)
        self._idle.put(worker)
        kind, value = pickle.loads(answer)
        if kind == "raised":
            raise value
        return value

    def close(self) -> None:
        """End all workers."""
        for _ in range(self.size):
            worker = self._idle.get()
            if worker:
                _end(worker)

    def _start(self) -> subprocess.Popen[bytes]:
        # The worker finds modules where this process does.
        where = os.pathsep.join(str(Path(p).absolute()) for p in sys.path if p)
        worker = subprocess.Popen(
            [sys.executable, "-m", "genvae.workflows.pool"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": where},
        )
        try:
            _send(worker.stdin, self._work)
            ready = _receive(worker.stdout)
        except OSError:
            ready = None
        if ready is None:
            raise OSError(f"a worker ended at its start ({_end(worker)})")
        return worker


def _end(worker: subprocess.Popen[bytes]) -> str:
    """Close a worker's pipes and wait for it; its exit code in words."""
    for pipe in (worker.stdin, worker.stdout):
        try:
            assert pipe is not None
            pipe.close()
        except OSError:
            pass  # it went away with words still in the pipe
    return f"exit code {worker.wait()}"


def _send(pipe: IO[bytes] | None, content: bytes) -> None:
    assert pipe is not None
    pipe.write(len(content).to_bytes(_HEAD, "big") + content)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> bytes | None:
    """The next message, None where the pipe has ended."""
    assert pipe is not None
    head = pipe.read(_HEAD)
    if len(head) < _HEAD:
        return None
    content = pipe.read(int.from_bytes(head, "big"))
    return content if len(content) == int.from_bytes(head, "big") else None


def serve() -> None:
    """A worker's life: the work, then job after job until the pipe ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints must not come between the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that reads answers
    try:
        work = pickle.loads(_receive(sys.stdin.buffer) or b"")
    except Exception:
        return
    _send(answers, b"ready")
    while (message := _receive(sys.stdin.buffer)) is not None:
        try:
            answer = pickle.dumps(("done", _tried(work, pickle.loads(message))))
        except Exception as why:
            answer = pickle.dumps(("raised", RuntimeError(f"{type(why).__name__}: {why}")))
        try:
            _send(answers, answer)
        except OSError:
            return  # nobody waits for it


if __name__ == "__main__":
    serve()
