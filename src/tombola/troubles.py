"""Troubles of the machine, in whichever library's words: said in one line, with what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tombola.errors import UserError
from tombola.files import LONGEST, is_full_disk

KEPT = "what is finished is kept"
LOWER = "lower `batch_size` or `examples`, shorten texts (`max_tokens`), or take fewer --workers"
_MEMORY = (
    "DefaultCPUAllocator: can't allocate memory",  # torch on Linux and macOS
    "DefaultCPUAllocator: not enough memory",  # torch on Windows
    "out of memory",  # CUDA, MPS and others, through a plain RuntimeError
    "CUBLAS_STATUS_ALLOC_FAILED",
    f"(os error {errno.ENOMEM})",  # safetensors
    "Cannot allocate memory",
)


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether an error says that memory did not suffice: the machine's, or a device's."""
    if isinstance(problem, MemoryError) or getattr(problem, "errno", None) == errno.ENOMEM:
        return True
    if any(each.__name__ == "OutOfMemoryError" for each in type(problem).__mro__):
        return True  # torch's, of any device
    if isinstance(problem, UserError) or not isinstance(problem, RuntimeError | OSError):
        return type(problem).__name__ == "SafetensorError" and _MEMORY[4] in str(problem)
    return any(words in str(problem) for words in _MEMORY)


def trouble(problem: BaseException) -> str | None:
    """What is wrong with the machine, and what to do about it; None for any other error."""
    if is_full_disk(problem):
        return f"the disk is full; {KEPT}: free some space and run the same command again"
    if is_out_of_memory(problem):
        return f"out of memory: {LOWER}"
    if not isinstance(problem, OSError) or problem.errno is None:
        return None
    where = f"{str(problem.filename)[:LONGEST]}: " if problem.filename else ""
    return f"{where}{problem.strerror}"


@contextmanager
def in_one_line(folder: Path, doing: str = "") -> Iterator[None]:
    """Within it, troubles of the machine become a UserError that names a study's folder.

    `doing` is what was going on. What is no trouble of the machine is raised as it is.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as problem:
        said = trouble(problem)
        if said is None:
            raise
        during = f" (while: {doing})" if doing else ""
        if isinstance(problem, FileNotFoundError) and not folder.exists():
            said = "the folder is gone, by another program or a disk that is no longer there"
        raise UserError(f"{folder}{during}: {said}") from problem
