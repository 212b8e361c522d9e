"""Movement of 85 million weights beside one sort of them, and the difference of packed masks."""

import time
from statistics import median

import torch

from benchmarks._measure import header, interleaved, peak_bytes, ratio, reset_peak, table
from benchmarks.selection import make_weights
from tombola.anatomy.parts import Parameter
from tombola.dissect.weights.movement import movements, pooled
from tombola.masks import Mask, n_different

REPEATS, TURNS = 3, 9
VOCABULARY, WIDTH = 30522, 768


def main() -> None:
    before = make_weights()
    generator = torch.Generator().manual_seed(1)
    after = {
        name: weight + torch.empty_like(weight).normal_(std=0.002, generator=generator)
        for name, weight in before.items()
    }
    parameters = [Parameter(n, tuple(w.shape), "matrices", "up") for n, w in before.items()]
    n = sum(p.size for p in parameters)
    reset_peak()
    resident = peak_bytes()
    pooled(movements(before, after, parameters))
    more = peak_bytes() - resident
    header(f"Movement of {n / 1e6:.1f} million weights in the order of magnitudes")
    seconds = interleaved(
        {
            "torch.sort": lambda: [w.abs().reshape(-1).sort() for w in before.values()],
            "tombola": lambda: pooled(movements(before, after, parameters)),
        },
        REPEATS,
        warm_up=0,
    )
    table(
        ("by", "median s", "over one sort (aim: at most 2.5)", "extra peak MB"),
        [
            (
                side,
                f"{median(s):.2f}",
                f"{ratio(s, seconds['torch.sort']):.2f}",
                f"{more / 1e6:.0f}" if side == "tombola" else "",
            )
            for side, s in seconds.items()
        ],
    )
    shapes = {**{name: tuple(w.shape) for name, w in before.items()}, "words": (VOCABULARY, WIDTH)}
    pair = [
        Mask((name, torch.rand(shape, generator=generator) < 0.5) for name, shape in shapes.items())
        for _ in range(2)
    ]
    taken = []
    for _ in range(TURNS):
        start = time.perf_counter()
        n_different(*pair)
        taken.append(time.perf_counter() - start)
    header(f"Difference of two packed masks of {pair[0].n / 1e6:.1f} million entries")
    table(("", "median ms (aim: below 50)"), [("n_different", f"{median(taken) * 1e3:.1f}")])


if __name__ == "__main__":
    main()
