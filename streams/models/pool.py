"""Processes that run a model, one article at a time each, so that a crash or a hang is pinned on one article.

Each slot is a thread here and a child process there, joined by a pipe. A child that dies or does not answer in time is
replaced; the article that it was working on is tried once more and then given up, its neighbours are not affected.
Children end with their parent: their pipe closes.
"""

import contextlib
import gc
import multiprocessing
import os
import pickle
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any, Final

from streams.models.errors import ModelFailed, PoolBroken

# A child has the next article at hand when it finishes one: it need not wait for this process to wake up.
AHEAD: Final = 2
ATTEMPTS: Final = 2  # the second attempt tells an unlucky article (child killed from outside) from a poisonous one
START_SECONDS: Final = 120.0  # loading takes 2 s; a loaded machine may need far longer
# A child that replaces another one loads what could be loaded before: it hangs when it takes so many times as long as
# the first one, and so many seconds at least. Without that a child that is stopped while it loads costs two minutes.
RELOAD_TIMES: Final = 4.0
RELOAD_SECONDS: Final = 5.0
READY: Final = b"ready"
# Read by the libraries when a child starts; what the user has set is left alone.
CHILD_ENVIRONMENT: Final = {
    # The children share the cores by being several; threads inside them would only fight.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Bytes. A model takes and frees the same few megabytes for each article. glibc's malloc would hand them back to
    # the kernel each time, and page faults cost 7 % of a child's CPU. Now it keeps 64 MiB, in pieces of up to 32 MiB.
    "MALLOC_TRIM_THRESHOLD_": "67108864",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
}
# New objects after which a child looks for garbage in cycles. An article makes tens of thousands, hardly any of them in
# cycles; with Python's 700 that takes 4 % of the time of the rules.
GARBAGE_THRESHOLD: Final = 20_000
KILLED_SECONDS: Final = 1.0  # a killed child is gone in milliseconds, unless it waits for a disk
NO_MEMORY: Final = 12  # exit code of a child that ran out of memory: ENOMEM

Work = Callable[..., Any]
Load = Callable[[], Work]  # runs once in each child; must be importable by name


@dataclass(slots=True)
class _Job:
    payload: bytes
    future: "Future[Any]" = field(default_factory=Future)
    attempts: int = 0

    def begin(self) -> bool:
        """Say whether somebody still waits for the result; from then on nobody can give it up any more.

        A result for a future that was cancelled would be an error, and end the thread of its slot.
        """
        return self.future.running() or self.future.set_running_or_notify_cancel()

    def fail(self, error: Exception) -> None:
        """Give up."""
        if self.begin():
            self.future.set_exception(error)


class Pool:
    """Runs `load()(*arguments)` in child processes.

    Args:
        load: called in each child; returns the function that does the work. A module-level function.
        processes: how many children.
        timeout: seconds that one call may take.
    """

    def __init__(self, load: Load, *, processes: int, timeout: float) -> None:
        for name, value in CHILD_ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._slots = [_Slot(load, self._jobs, timeout, number) for number in range(processes)]

    def submit(self, *arguments: Any) -> "Future[Any]":
        """Return a future of the result.

        It raises ModelFailed when the article, and PoolBroken when the models are at fault.
        """
        job = _Job(pickle.dumps(arguments))
        self._jobs.put(job)
        return job.future

    def wait_ready(self) -> None:
        """Wait until every child has loaded its model.

        Raises:
            PoolBroken: when one could not.
        """
        for slot in self._slots:
            slot.wait_ready()

    @property
    def pids(self) -> list[int]:
        """The children's process ids."""
        return [slot.pid for slot in self._slots if slot.pid]

    def close(self, within: float | None = None) -> None:
        """Finish what was submitted, then end the children.

        Args:
            within: seconds after which the children are killed, and what is not finished fails by PoolBroken;
                without it there is no limit.
        """
        for _ in self._slots:
            self._jobs.put(None)
        if not self._joined(within):
            for slot in self._slots:
                slot.give_up()
            self._joined(KILLED_SECONDS)

    def _joined(self, within: float | None) -> bool:
        """Wait for the threads; say whether all have ended."""
        deadline = None if within is None else time.monotonic() + within
        return all(slot.join(deadline) for slot in self._slots)


class _Slot:
    """One child and the thread that feeds it."""

    def __init__(self, load: Load, jobs: "queue.SimpleQueue[_Job | None]", timeout: float, number: int) -> None:
        self._load, self._jobs, self._timeout = load, jobs, timeout
        self._under_way: deque[_Job] = deque()
        self._retry: deque[_Job] = deque()
        self._ready: Future[None] = Future()
        self._child: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._given_up = False
        self._reload_seconds = START_SECONDS  # what a child that replaces another one has to load
        self._starting = threading.Lock()  # no child begins unseen while the slot is given up
        self._thread = threading.Thread(target=self._run, name=f"model-{number}", daemon=True)
        self._thread.start()

    def wait_ready(self) -> None:
        self._ready.result()

    def join(self, deadline: float | None) -> bool:
        """Wait until the thread has ended, or until this time; say whether it has."""
        self._thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
        return not self._thread.is_alive()

    def give_up(self) -> None:
        """Kill the child, which may be stopped and so not see its pipe close; the thread then fails what is left."""
        with self._starting:
            self._given_up = True
            if self._child is not None:
                self._child.kill()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def _run(self) -> None:
        started = time.monotonic()
        try:
            self._start_child(START_SECONDS)
        except PoolBroken as error:
            self._ready.set_exception(error)
            self._fail_all(error)
            return
        self._reload_seconds = max(RELOAD_SECONDS, RELOAD_TIMES * (time.monotonic() - started))
        self._ready.set_result(None)
        try:
            while self._feed():
                self._collect()
        except PoolBroken as error:
            self._fail_all(error)
        finally:
            self._stop_child()

    def _feed(self) -> bool:
        """Hand out jobs up to AHEAD; wait for one only when the child has nothing to do. False: closed and empty."""
        while len(self._under_way) < AHEAD:
            job = self._next_job(wait=not self._under_way)
            if job is None:
                return bool(self._under_way)
            if not job.begin():
                continue
            job.attempts += 1
            self._under_way.append(job)
            try:
                assert self._pipe is not None  # noqa: S101
                self._pipe.send_bytes(job.payload)
            except OSError:
                self._replace_child("the model process ended")
        return True

    def _next_job(self, *, wait: bool) -> _Job | None:
        if self._retry:
            return self._retry.popleft()
        try:
            job = self._jobs.get(block=wait)
        except queue.Empty:
            return None
        if job is None and not wait:
            self._jobs.put(None)  # closing: finish what is under way first, then take it again
        return job

    def _collect(self) -> None:
        if not self._under_way:
            return
        assert self._pipe is not None  # noqa: S101
        try:
            if not self._pipe.poll(self._timeout):
                self._replace_child(f"no answer from the model within {self._timeout:g} s")
                return
            failed, result = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 - our own child's
        except (EOFError, OSError):
            self._replace_child("the model process ended")
            return
        job = self._under_way.popleft()
        if failed:
            job.future.set_exception(ModelFailed(result))
        else:
            job.future.set_result(result)

    def _replace_child(self, reason: str) -> None:
        """Blame the article at the head; the ones behind it were only waiting."""
        self._check_given_up()  # the article is not to blame for the end of a child that we killed
        self._stop_child()
        head, *waiting = self._under_way
        self._under_way.clear()
        for job in waiting:
            job.attempts -= 1
        if head.attempts >= ATTEMPTS:
            head.future.set_exception(ModelFailed(f"{reason}, {head.attempts} times"))
        else:
            self._retry.append(head)
        self._retry.extend(waiting)
        self._start_again()

    def _start_again(self) -> None:
        """Start a child in the place of another one, twice if need be: it may be hurt from outside while it loads."""
        try:
            self._start_child(self._reload_seconds)
        except PoolBroken:
            self._check_given_up()
            self._start_child(START_SECONDS)

    def _start_child(self, seconds: float) -> None:
        """Start a child and wait for so long until it has loaded its models.

        Raises:
            PoolBroken: it has not.
        """
        context = multiprocessing.get_context("spawn")  # fork would copy the locks of our other threads
        self._pipe, theirs = context.Pipe()
        with self._starting:
            self._check_given_up()
            child = context.Process(target=_serve, args=(self._load, theirs), daemon=True)
            _start_deaf(child)
            self._child = child
        theirs.close()
        try:
            answered = self._pipe.poll(seconds) and self._pipe.recv_bytes()
        except (EOFError, OSError):
            answered = b""
        if answered != READY:
            self._stop_child()
            self._check_given_up()
            raise PoolBroken("a model process ended while it loaded its models; its error stands above")

    def _check_given_up(self) -> None:
        if self._given_up:
            raise PoolBroken("the models were closed before this article was done")

    def _stop_child(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.kill()
            self._child.join()

    def _fail_all(self, error: PoolBroken) -> None:
        for job in (*self._under_way, *self._retry):
            if not job.future.done():
                job.future.set_exception(error)
        while (job_or_end := self._jobs.get()) is not None:
            job_or_end.fail(error)


def _start_deaf(child: multiprocessing.process.BaseProcess) -> None:
    """Start a child that Ctrl-C does not reach from its first moment: it inherits this thread's blocked signals."""
    resource_tracker.ensure_running()  # start() does it, too, and would unblock the signal behind itself
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        child.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(load: Load, pipe: Connection) -> None:
    """Run in the child: load, say so, then answer until the pipe closes."""
    # Ctrl-C goes to the parent, which lets us finish. It is blocked so far; what the model starts is to ignore it, too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work = load()
    gc.set_threshold(GARBAGE_THRESHOLD)
    with contextlib.suppress(EOFError, OSError):
        pipe.send_bytes(READY)
        while True:
            arguments = pickle.loads(pipe.recv_bytes())  # noqa: S301 - our own parent's
            pipe.send_bytes(pickle.dumps(_attempt(work, arguments)))


def _attempt(work: Work, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return False, work(*arguments)
    except MemoryError:  # the machine's fault, or ours for what has leaked: another process may do it
        os._exit(NO_MEMORY)
    except Exception as error:  # the article costs itself only, whatever the model raised
        return True, f"{type(error).__name__}: {error}"
