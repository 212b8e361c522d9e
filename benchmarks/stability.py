"""How far masks agree: five of BERT's heads, and five of 85 million weights."""

import sys
import time

import torch

from benchmarks._measure import header, in_fresh_process, peak_bytes, reset_peak, table
from tombola import statistics
from tombola.masks import Mask, patterns

MASKS = 5
LAYERS, WIDTH = 12, 768


def heads() -> dict[str, tuple[int, ...]]:
    return {f"encoder.{i}.self": (12,) for i in range(LAYERS)}


def weights() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for i in range(LAYERS):
        shapes |= {f"{i}.{role}.weight": (WIDTH, WIDTH) for role in ("q", "k", "v", "o")}
        shapes |= {f"{i}.up.weight": (4 * WIDTH, WIDTH), f"{i}.down.weight": (WIDTH, 4 * WIDTH)}
    return shapes


def measure(which: str) -> None:
    """Seconds, bytes beyond the packed masks at the peak, and entries of one mask."""
    torch.manual_seed(0)
    shapes = heads() if which == "heads" else weights()
    masks = [
        Mask((name, torch.rand(shape) < 0.6) for name, shape in shapes.items())
        for _ in range(MASKS)
    ]
    reset_peak()
    before, start = peak_bytes(), time.perf_counter()
    statistics.agreements(patterns(masks))
    print(time.perf_counter() - start, peak_bytes() - before, masks[0].n)


def main() -> None:
    header(f"Stability of {MASKS} masks: all statistics, intervals and shuffles")
    rows = []
    for which in ("heads", "weights"):
        seconds, more, n = in_fresh_process("benchmarks.stability", which)
        packed = MASKS * n / 8
        rows.append(
            (
                f"{n / 1e6:,.4g} million",
                f"{seconds:.2f}",
                f"{packed / 1e6:,.1f}",
                f"{more / 1e6:,.1f}",
            )
        )
    table(("entries", "seconds (aim: a few)", "packed masks, MB", "more at the peak, MB"), rows)


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
