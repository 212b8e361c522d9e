"""Starting the processes that share a training, and hearing from them."""

import os
import pickle
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import connection, get_context
from pathlib import Path
from typing import Any

import torch

from tombola.errors import UserError
from tombola.plugins import load_plugins, loaded_files
from tombola.processes import heed_parent, started
from tombola.training.together import Together

SECONDS_BETWEEN_LOOKS = 1.0
Work = Callable[[Together, Callable[[Any], None]], None]
"""What each process does; what it says is heard by who started it."""


@dataclass(frozen=True)
class Ended:
    """A process did its work, or failed at it."""

    problem: Exception | None = None
    at: float = 0.0
    """Seconds on the machine's clock: what fails first is why the others do."""


def on_several(n: int, kind: str, work: Work) -> Generator[Any]:
    """Do `work` in `n` processes of this machine, on a device each; what they say, as they say it.

    Closing the generator ends them.

    Args:
        n: how many.
        kind: of device: cpu, or cuda, where process 0 has the first.
        work: is sent to them, so it must be picklable; it is not done here.

    Raises:
        UserError: there are fewer devices, a process was killed, or what one of them raised.
    """
    check_devices(n, kind)
    sent = _packed(work)
    with (
        tempfile.TemporaryDirectory(prefix="tombola-") as folder,
        _processes(n, kind, sent, str(Path(folder) / "meeting")) as left,
    ):
        failed: list[Ended] = []
        while left:
            # where one fails the others do, soon: the first of them says why
            ready = connection.wait([*left], SECONDS_BETWEEN_LOOKS)
            if failed and not ready:
                break
            for pipe in ready:
                said = _said(pipe, left[pipe], n)
                if not isinstance(said, Ended):
                    yield said
                    continue
                del left[pipe]
                if said.problem is not None:
                    failed.append(said)
        if failed:
            problem = min(failed, key=lambda ended: ended.at).problem
            assert problem is not None
            raise problem


def check_devices(n: int, kind: str) -> None:
    """Raise UserError where there are not so many devices of a kind."""
    if kind == "cpu":
        return
    there = torch.cuda.device_count() if kind == "cuda" else 1
    if n > there:
        raise UserError(
            f"training.processes: {n}, but there {'is' if there == 1 else 'are'} {there} "
            f"{kind} device{'s' * (there != 1)} here; give at most so many, or train on the CPU"
        )


def check_started_once() -> None:
    """Raise UserError where a launcher has started this process several times, or shards weights.

    Each of them would do the whole study. A training that is shared starts its own processes.
    """
    if os.environ.get("ACCELERATE_USE_FSDP", "").lower() in {"1", "true"}:
        raise UserError(
            "FSDP is not supported, for a mask is drawn of whole weights: start tombola by itself; "
            "`processes` in a recipe's `training` shares batches among GPUs (DDP)"
        )
    n = os.environ.get("WORLD_SIZE", "1")
    if "LOCAL_RANK" in os.environ and n != "1":
        raise UserError(
            f"torchrun or accelerate has started this {n} times: start tombola by itself, once; "
            "`processes` in a recipe's `training` starts the processes of a training"
        )


def _packed(work: Work) -> bytes:
    """What is sent: not by shared memory, of which containers have little."""
    try:
        return pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError) as problem:
        raise UserError(
            f"training.processes: a part of this training cannot be sent to other processes "
            f"({problem}): define losses at the top of a module"
        ) from problem


@contextmanager
def _processes(n: int, kind: str, sent: bytes, meeting: str) -> Iterator[dict[Any, Any]]:
    """What each of them says comes from its pipe."""
    context = get_context("spawn")
    ends = [context.Pipe(duplex=False) for _ in range(n)]
    shared = (n, kind, meeting, sent, _here())
    processes = [
        context.Process(target=_live, args=(number, ours, *shared), daemon=True)
        for number, (_, ours) in enumerate(ends)
    ]
    with ExitStack() as group:
        with _quiet():
            group.enter_context(started(processes))
        for _, theirs in ends:
            theirs.close()
        yield {pipe: process for (pipe, _), process in zip(ends, processes, strict=True)}


@contextmanager
def _quiet() -> Iterator[None]:
    """Processes started within it do not say that every weight of a model was used."""
    name = "TORCH_CPP_LOG_LEVEL"
    if name in os.environ:
        yield
        return
    os.environ[name] = "ERROR"  # read when torch is loaded, before any of our code runs there
    try:
        yield
    finally:
        os.environ.pop(name, None)


def _here() -> dict[str, Any]:
    """What numbers depend on and processes do not inherit."""
    return {
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "matmul": torch.get_float32_matmul_precision(),
        "plugins": loaded_files(),
    }


def _live(
    number: int, pipe: Any, n: int, kind: str, meeting: str, sent: bytes, here: dict[str, Any]
) -> None:
    """The life of one of the processes."""
    heed_parent()
    try:
        torch.set_num_threads(here["threads"])
        torch.use_deterministic_algorithms(here["deterministic"])
        torch.set_float32_matmul_precision(here["matmul"])
        load_plugins(here["plugins"])
        work: Work = pickle.loads(sent)
        together = Together(number, n, kind, meeting)
        work(together, pipe.send)
        together.leave()
        pipe.send(Ended())
    except Exception as problem:
        _tell(pipe, problem)


def _tell(pipe: Any, problem: Exception) -> None:
    """Say what went wrong, in words where it cannot be sent as it is."""
    try:
        pickle.loads(pickle.dumps(problem))
    except Exception:
        problem = RuntimeError(f"{type(problem).__name__}: {problem}")
    pipe.send(Ended(problem, time.monotonic()))


def _said(pipe: Any, process: Any, n: int) -> Any:
    """What a process says next, or that it died."""
    try:
        return pipe.recv()
    except (EOFError, OSError):
        process.join(SECONDS_BETWEEN_LOOKS)
        code = process.exitcode
        why = (
            f"signal {-code}: often a lack of memory" if code and code < 0 else f"exit code {code}"
        )
        problem = UserError(
            f"training: one of its {n} processes died ({why}); lower training.batch_size or "
            "batch_tokens, with `accumulate` for the same step, or training.processes"
        )
        return Ended(problem)  # at the time 0: what dies is why the others fail
