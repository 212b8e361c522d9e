"""Global magnitude selection of 20 % of 85 million weights, beside torch.nn.utils.prune."""

import sys
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn.utils.prune import L1Unstructured, global_unstructured

from benchmarks._measure import (
    header,
    in_fresh_process,
    interleaved,
    peak_bytes,
    ratio,
    reset_peak,
    table,
)
from tombola.masks import Mask, select
from tombola.tickets.criteria import Lazy

SHAPES = [(768, 768)] * 4 + [(3072, 768), (768, 3072)]
LAYERS, AMOUNT, REPEATS = 12, 0.2, 5


def magnitude(weights):
    return Lazy(weights, lambda _, weight: weight.abs())


def make_weights() -> dict[str, Tensor]:
    """As many matrices, of such shapes, as in BERT-base's layers."""
    generator = torch.Generator().manual_seed(0)
    return {
        f"{layer}.{i}": torch.empty(shape).normal_(std=0.04, generator=generator)
        for layer in range(LAYERS)
        for i, shape in enumerate(SHAPES)
    }


def ours(weights: dict[str, Tensor], mask: Mask) -> None:
    select(magnitude(weights), mask, AMOUNT)


def theirs(weights: dict[str, Tensor]) -> None:
    # fresh modules around the same weights: the library prunes a module once only as asked
    modules = []
    for weight in weights.values():
        module = nn.Module()
        module.weight = nn.Parameter(weight)
        modules.append((module, "weight"))
    global_unstructured(modules, pruning_method=L1Unstructured, amount=AMOUNT)


def dense_mask(weights: dict[str, Tensor]) -> Mask:
    return Mask((name, torch.ones(w.shape, dtype=torch.bool)) for name, w in weights.items())


def extra_peak(side: str) -> None:
    """Print by how many bytes the peak rises in one selection."""
    weights = make_weights()
    mask = dense_mask(weights)
    reset_peak()
    before = peak_bytes()
    ours(weights, mask) if side == "tombola" else theirs(weights)
    print(peak_bytes() - before)


def main() -> None:
    memory = {
        side: [in_fresh_process("benchmarks.selection", side)[0] for _ in range(3)]
        for side in ("torch", "tombola")
    }
    weights = make_weights()
    mask = dense_mask(weights)
    n = sum(w.numel() for w in weights.values())
    header(f"Global selection of {AMOUNT:.0%} of {n / 1e6:.1f} million float32 weights")
    seconds = interleaved(
        {"torch": lambda: theirs(weights), "tombola": lambda: ours(weights, mask)}, REPEATS
    )
    table(
        (
            "by",
            "median s",
            "torch's time over it (aim: 10)",
            "extra peak MB",
            "of torch's (aim: 0.5)",
        ),
        [
            (
                side,
                f"{median(s):.2f}",
                f"{ratio(seconds['torch'], s):.1f}",
                f"{median(memory[side]) / 1e6:.0f}",
                f"{median(memory[side]) / median(memory['torch']):.2f}",
            )
            for side, s in seconds.items()
        ],
    )


if __name__ == "__main__":
    extra_peak(sys.argv[1]) if len(sys.argv) > 1 else main()
