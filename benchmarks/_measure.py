"""Time and memory of one thing beside another, under the same circumstances."""

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import torch
import transformers


def header(title: str) -> None:
    """Say what is measured, and by what."""
    print(f"\n{title}")
    print(
        f"Python {platform.python_version()}, torch {torch.__version__},"
        f" transformers {transformers.__version__}, {torch.get_num_threads()} threads,"
        f" {platform.machine()}"
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under columns, aligned."""
    cells = [list(map(str, row)) for row in (columns, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


def interleaved(
    sides: dict[str, Callable[[], object]], repeats: int, warm_up: int = 1
) -> dict[str, list[float]]:
    """Seconds of each side, in turns, so that a slow moment of the machine strikes all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(warm_up + repeats):
        # the other way round every second time, so that none is always first
        for name in list(sides)[:: 1 if turn % 2 else -1]:
            start = time.perf_counter()
            sides[name]()
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(over: list[float], under: list[float]) -> float:
    """Median of the ratios of turns."""
    return median(a / b for a, b in zip(over, under, strict=True))


def against_first(
    columns: tuple[str, str, str],
    runs: dict[str, Callable[[], object]],
    repeats: int,
    warm_up: int = 1,
    places: int = 0,
) -> None:
    """Measure sides in turns; print the median milliseconds of each, and its ratio to the first."""
    seconds = interleaved(runs, repeats, warm_up)
    first = next(iter(seconds.values()))
    rows = [
        (name, f"{median(s) * 1e3:.{places}f}", f"{ratio(s, first):.3f}")
        for name, s in seconds.items()
    ]
    table(columns, rows)


def peak_bytes() -> int:
    """Highest resident memory since `reset_peak` (Linux)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def reset_peak() -> None:
    """Let the peak start anew at what is resident now (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def in_fresh_process(module: str, *arguments: str) -> list[float]:
    """Run a benchmark's module with arguments; return the numbers that it prints."""
    # large blocks go back to the system when freed (glibc): the peak is then what was in use
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [float(word) for word in done.stdout.split()]


class Anonymous:
    """The most memory that is not of a file, looked at all the time (Linux).

    Pages of a mapped file count as resident, but go as soon as anyone needs the room.
    """

    def __enter__(self) -> "Anonymous":
        self.most, self._over = self.now(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, self.now())

    @staticmethod
    def now() -> int:
        status = Path("/proc/self/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
        return int(line.split()[1]) * 1024
