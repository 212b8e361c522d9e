"""Similarity of two encoders: against bare products, against one pair at a time, and in memory.

`python -m benchmarks.similarity [WIDTH TOKENS]`; by default 1,024 wide and 20,000 tokens. States
are drawn, not read, so that no forward pass hides what the sums cost; extraction has a model.
"""

import sys
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from benchmarks._measure import (
    header,
    in_fresh_process,
    interleaved,
    peak_bytes,
    ratio,
    reset_peak,
    table,
)
from tombola.dissect import MEASURES, stream
from tombola.dissect.blocks import Text
from tombola.dissect.measures import Reading
from tombola.dissect.representations import evaluating, read, showing_attention

LAYERS, SENTENCE, BATCH, REPEATS = 6, 25, 32, 3
MEASURED = ("debiased", "as_published", "neurons", "neurons_back")
MEMORY_TOKENS = (5_000, 20_000, 80_000)


def drawn(width: int, tokens: int) -> Iterator[tuple[list[Tensor], list[Tensor], Tensor]]:
    """Batches of float32 states of two models."""
    generator = torch.Generator().manual_seed(0)
    at_once = SENTENCE * BATCH
    sentence = torch.arange(at_once) // SENTENCE
    mixed = torch.randn(width, width, generator=generator) / width**0.5
    for _ in range(-(-tokens // at_once)):
        x = torch.randn(LAYERS, at_once, width, generator=generator)
        yield list(x), list(x @ mixed + 0.5 * torch.randn(x.shape, generator=generator)), sentence


def similarities(batches: list[Any], products: str) -> None:
    """All four measures of all pairs of layers, as a step does it."""
    reading = Reading(products=products)  # type: ignore[arg-type]  # one of two
    measures = [MEASURES[name] for name in MEASURED]
    text: Text | None = None
    for x, y, sentence in batches:
        text = text or Text(measures[0].begin(x, y, reading), measures, 50)
        text.add(x, y, sentence, BATCH)
    assert text is not None
    text.estimates()


def bare(batches: list[Any], dtype: torch.dtype) -> None:
    """The products that these sums need, and nothing else: XᵀX, YᵀY of each layer, XᵀY of all."""
    width = batches[0][0][0].shape[1]
    own = torch.zeros(2, LAYERS, width, width, dtype=dtype)
    both = torch.zeros(LAYERS * width, LAYERS * width, dtype=dtype)
    for x, y, _ in batches:
        u, v = torch.stack(x).to(dtype), torch.stack(y).to(dtype)
        for side, rows in ((0, u), (1, v)):
            for layer, one in enumerate(rows):
                own[side, layer].addmm_(one.T, one)
        both.addmm_(u.transpose(0, 1).flatten(1).T, v.transpose(0, 1).flatten(1))


def one_at_a_time(batches: list[Any]) -> None:
    """As published code does it: all states in memory; each pair of layers, each measure alone."""
    x = [torch.cat([batch[0][i] for batch in batches]).double() for i in range(LAYERS)]
    y = [torch.cat([batch[1][i] for batch in batches]).double() for i in range(LAYERS)]
    for measure in (plain_cka, plain_neurons):
        for one in x:
            for other in y:
                measure(one, other)


def plain_cka(x: Tensor, y: Tensor) -> Tensor:
    """Linear CKA of whole states."""
    x, y = x - x.mean(0), y - y.mean(0)
    return (x.T @ y).square().sum() / ((x.T @ x).norm() * (y.T @ y).norm())


def plain_neurons(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of the best absolute correlations, both ways."""
    x, y = ((v - v.mean(0)) / v.std(0, correction=0) for v in (x, y))
    r = (x.T @ y / len(x)).abs()
    return r.amax(1).mean(), r.amax(0).mean()


def peak_of(width: int, tokens: int) -> int:
    """Highest memory of a whole comparison, beyond what stood before."""
    reset_peak()
    before = peak_bytes()
    text: Text | None = None
    measures = [MEASURES[name] for name in MEASURED]
    for x, y, sentence in drawn(width, tokens):
        text = text or Text(measures[0].begin(x, y, Reading()), measures, 50)
        text.add(x, y, sentence, BATCH)
    assert text is not None
    text.estimates()
    return peak_bytes() - before


def extraction(width: int) -> dict[str, Callable[[], None]]:
    """Plain forward passes, states, and states with attention, over the same batches."""
    heads = max(1, width // 64)
    config = BertConfig(
        vocab_size=1000, hidden_size=width, num_hidden_layers=LAYERS, num_attention_heads=heads,
        intermediate_size=4 * width,
    )  # fmt: skip
    model = BertModel(config).eval()
    ids = torch.randint(5, 1000, (8, BATCH, SENTENCE), generator=torch.Generator().manual_seed(0))
    batches = [{"input_ids": one, "attention_mask": torch.ones_like(one)} for one in ids]

    @torch.inference_mode()
    def forward() -> None:
        for batch in batches:
            model(**batch)

    def states() -> None:
        for _ in stream(model, batches):
            pass

    def attention() -> None:
        with evaluating(model), showing_attention(model):
            for batch in batches:
                read(model, batch, what=("states", "attention"))

    return {"forward": forward, "states": states, "attention": attention}


def main(width: int = 1024, tokens: int = 20_000) -> None:
    header(f"Similarity of two encoders: {LAYERS} layers, {width} wide, {tokens:,} tokens")
    batches = list(drawn(width, tokens))
    sides: dict[str, Callable[[], object]] = {
        "bare float64": lambda: bare(batches, torch.float64),
        "bare float32": lambda: bare(batches, torch.float32),
        "here": lambda: similarities(batches, "float64"),
        "here, fast": lambda: similarities(batches, "float32"),
        "one at a time": lambda: one_at_a_time(batches),
    }
    seconds = interleaved(sides, REPEATS)
    aims = (
        ("here", "bare float64", "1.2 at most"),
        ("here, fast", "bare float32", "1.3 at most"),
        ("one at a time", "bare float64", "about 3.5"),
        ("one at a time", "here", ""),
    )
    table(
        ("what", "s", "against", "ratio", "aim"),
        [
            (one, f"{median(seconds[one]):.2f}", other,
             f"{ratio(seconds[one], seconds[other]):.2f}", aim)
            for one, other, aim in aims
        ],
    )  # fmt: skip
    header("Peak memory beyond the start, by tokens (aim: flat within 10%)")
    peaks = [
        in_fresh_process("benchmarks.similarity", "peak", str(width), str(n))[0]
        for n in MEMORY_TOKENS
    ]
    table(
        ("tokens", "MB"),
        [(f"{n:,}", f"{peak / 1e6:.0f}") for n, peak in zip(MEMORY_TOKENS, peaks, strict=True)],
    )
    header("Extraction beside forward passes")
    taken = interleaved(dict(extraction(width)), REPEATS)
    table(
        ("what", "s", "ratio", "aim"),
        [
            (name, f"{median(taken[name]):.2f}", f"{ratio(taken[name], taken['forward']):.2f}", aim)
            for name, aim in (("states", "1.05 at most"), ("attention", "1.5 at most"))
        ],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        print(peak_of(int(sys.argv[2]), int(sys.argv[3])))
    else:
        main(*map(int, sys.argv[1:]))
