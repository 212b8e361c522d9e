"""Similarity where the tokens of one sentence are alike, as those of a text are."""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from tombola.dissect.blocks import Text
from tombola.dissect.measures import MEASURES, LayerEstimates
from tombola.dissect.moments import Moments
from tombola.dissect.sample import Sample

D = torch.float64
NAMES = ("as_published", "debiased", "across_blocks")
ALIKE = 0.3
"""Correlation of two tokens of one sentence."""
RELATED = 0.7
"""Correlation of the two models' representations of a token: CKA is its square."""


def text(lengths: list[int], width: int, seed: int, related: float) -> tuple[Tensor, ...]:
    """Tokens of two models, isotropic, and the sentence of each."""
    generator = torch.Generator().manual_seed(seed)
    sentence = torch.arange(len(lengths)).repeat_interleave(torch.tensor(lengths))

    def drawn() -> Tensor:
        of_sentence = torch.randn(len(lengths), width, generator=generator, dtype=D)
        of_token = torch.randn(len(sentence), width, generator=generator, dtype=D)
        return ALIKE**0.5 * of_sentence[sentence] + (1 - ALIKE) ** 0.5 * of_token

    x, other = drawn(), drawn()
    return x, related * x + (1 - related**2) ** 0.5 * other, sentence


def summed(x: Tensor, y: Tensor, sentence: Tensor) -> Moments:
    moments = Moments.start([x], [y])
    moments.add([x], [y], sentence)
    return moments


def estimates(n_sentences: int, width: int, seed: int, related: float) -> list[LayerEstimates]:
    """What the measures say of sentences of 5 to 25 tokens, in blocks of 25."""
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(5, 26, (n_sentences,), generator=generator).tolist()
    x, y, sentence = text(lengths, width, seed, related)
    measures = [MEASURES[name] for name in NAMES]
    read = Text(Moments.start([x[:100]], [y[:100]]), measures, 25)
    for first in range(0, n_sentences, 25):
        rows = (sentence >= first) & (sentence < first + 25)
        read.add([x[rows]], [y[rows]], sentence[rows] - first, 25)
    return read.estimates()[1]


def numbers(found: list[list[LayerEstimates]], what: str) -> np.ndarray:
    """texts × measures."""
    return np.array([[getattr(one, what).item() for one in each] for each in found])


@pytest.fixture(scope="module")
def unrelated() -> list[list[LayerEstimates]]:
    return [estimates(100, 32, seed, related=0) for seed in range(30)]


@pytest.fixture(scope="module")
def related() -> list[list[LayerEstimates]]:
    return [estimates(200, 64, seed, RELATED) for seed in range(40)]


def test_unrelated_sentences_score_the_floor(unrelated) -> None:
    value, floor = numbers(unrelated, "value"), numbers(unrelated, "noise_floor")
    error = value.std(0) / np.sqrt(len(value))
    assert (np.abs(value.mean(0) - floor.mean(0)) < 4 * error).all()
    assert floor[:, 1].min() > 0.02  # leaving out a token with itself is not enough
    assert (floor[:, 2] == 0).all()


def test_an_interval_covers_what_a_text_without_end_gives(related) -> None:
    value, low, high = (numbers(related, what) for what in ("value", "low", "high"))
    truth = RELATED**2
    covered = ((low < truth) & (truth < high)).mean(0)
    assert (covered[1:] >= 0.95).all()
    assert abs(value[:, 2].mean() - truth) < 4 * value[:, 2].std() / np.sqrt(len(value))
    # the value of the debiased estimator is off by more than its spread, and its interval says so
    assert value[:, 1].mean() - truth > 3 * value[:, 1].std()
    assert ((low < value) & (value < high)).all()


def test_the_floor_is_the_mean_over_pairings_of_sentences() -> None:
    """Of sentences of one length: exactly the mean where they, and tokens in them, are shuffled."""
    n_sentences, length = 12, 4
    x, y, sentence = text([length] * n_sentences, 6, seed=1, related=RELATED)
    generator = torch.Generator().manual_seed(2)
    for name in NAMES[:2]:
        shuffled = []
        for _ in range(300):
            order = torch.randperm(n_sentences, generator=generator)
            within = [torch.randperm(length, generator=generator) for _ in order]
            rows = torch.cat([length * s + tokens for s, tokens in zip(order, within, strict=True)])
            shuffled.append(MEASURES[name].value(summed(x, y[rows], sentence)).item())
        floor = MEASURES[name].noise_floor(summed(x, y, sentence)).item()
        assert abs(np.mean(shuffled) - floor) < 4 * np.std(shuffled) / np.sqrt(len(shuffled))
        assert floor > 3 * np.std(shuffled) / np.sqrt(len(shuffled))


def test_across_blocks_is_the_mean_over_pairs_of_parts() -> None:
    """Against covariances of every part, one by one; joined blocks stay parts."""
    x, y, sentence = text([3] * 90, 5, seed=3, related=RELATED)
    measure = MEASURES["across_blocks"]
    read = Text(Moments.start([x[:9]], [y[:9]]), [measure], 2)  # joined at 32 blocks, a rest of 2
    for first in range(90):
        rows = sentence == first
        read.add([x[rows]], [y[rows]], sentence[rows] - first, 1)
    ends = [*range(0, 64, 2), *range(64, 90, 4), 90]
    parts = [slice(3 * a, 3 * b) for a, b in itertools.pairwise(ends)]

    def inner(u: Tensor, v: Tensor) -> float:
        own = [(u[p] - u[p].mean(0)).T @ (v[p] - v[p].mean(0)) for p in parts]
        pairs = [
            (own[i] * own[j]).sum() for i in range(len(own)) for j in range(len(own)) if i != j
        ]
        return float(sum(pairs))

    wanted = inner(x, y) / (inner(x, x) * inner(y, y)) ** 0.5
    assert read.estimates()[1][0].value.item() == pytest.approx(wanted, rel=1e-10)


def test_one_block_has_nothing_across() -> None:
    x, y, sentence = text([4] * 10, 3, seed=4, related=RELATED)
    read = Text(Moments.start([x], [y]), [MEASURES["across_blocks"]], 10)
    read.add([x], [y], sentence, 10)
    (found,) = read.estimates()[1]
    assert found.value.isnan().all()
    assert found.low.isnan().all()


@pytest.mark.parametrize("name", ["procrustes", "rbf_cka", "svcca"])
def test_measures_of_samples_have_the_floor_of_exchanged_sentences(name: str) -> None:
    """Unrelated sentences score what it says; tokens exchanged one by one score less."""
    values, floors, of_tokens = [], [], []
    for seed in range(8):
        lengths = torch.randint(
            8, 17, (40,), generator=torch.Generator().manual_seed(seed)
        ).tolist()
        x, y, sentence = text(lengths, 16, seed, related=0)
        read = Sample.start([x], [y], rows=400)
        for first in (0, 20):  # sentences are numbered anew in each batch
            rows = (sentence >= first) & (sentence < first + 20)
            read.add([x[rows]], [y[rows]], sentence[rows] - first)
        alone = Sample.start([x], [y], rows=400)
        alone.add([x], [y], torch.arange(len(x)))
        measure = MEASURES[name]
        values.append(measure.value(read).item())
        floors.append(measure.noise_floor(read).item())
        of_tokens.append(measure.noise_floor(alone).item())
    error = np.std(np.subtract(values, floors)) / np.sqrt(len(values))
    gap = np.mean(values) - np.mean(of_tokens)
    assert gap > 3 * error
    assert abs(np.mean(values) - np.mean(floors)) < 0.35 * gap + 2 * error


def test_sentences_of_parts_are_told_apart() -> None:
    x, y, sentence = text([3] * 10, 4, seed=0, related=0)
    whole, part = Sample.start([x], [y], rows=12), Sample.start([x], [y], rows=12)
    whole.add([x], [y], sentence)
    part.add([x[:15]], [y[:15]], sentence[:15])
    rest = part.empty()
    rest.add([x[15:]], [y[15:]], sentence[15:] - 5)
    part.merge(rest)
    assert (part.sentence == whole.sentence).all()
    assert [list(one) for one in part.exchanged(12)] == [list(one) for one in whole.exchanged(12)]
