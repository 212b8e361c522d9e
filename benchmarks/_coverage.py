"""How often 95% intervals cover the truth, by simulation: of scores, and of paired differences.

`python -m benchmarks._coverage [REPLICATIONS]`; its worlds are those of tests/statistics.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks._measure import table
from tombola.tasks import METRICS

Floats = NDArray[np.float64]
WORDS = np.array([f"w{i}" for i in range(30)])


@dataclass(frozen=True)
class World:
    """Two models on the same examples, trained once per seed.

    Examples differ in how hard they are, for both models and all seeds alike; a model differs from
    seed to seed; the rest of an answer is chance.
    """

    metric: str
    skill: tuple[float, float]
    """Of both models, on the scale of log odds."""
    seed_sd: float
    """Standard deviation of skill over seeds, of each model on its own."""

    def counts(self, n: int, seeds: int, rng: np.random.Generator) -> list[list[Floats]]:
        """Counts of each model and seed on `n` fresh examples."""
        hard = rng.normal(size=n)
        answer = ANSWERS[self.metric](n, hard, rng)
        return [
            [answer(skill + self.seed_sd * rng.normal()) for _ in range(seeds)]
            for skill in self.skill
        ]

    def truth(self, rng: np.random.Generator, times: int, n: int) -> float:
        """Difference over all seeds and examples, from many."""
        value = METRICS[self.metric].value
        differences = []
        for _ in range(times):
            a, b = self.counts(n, 10, rng)
            sums = np.array([(x.sum(axis=0), y.sum(axis=0)) for x, y in zip(a, b, strict=True)])
            differences.append(value(sums[:, 0]) - value(sums[:, 1]))
        return float(np.mean(differences))

    def covered(
        self, truth: float, n: int, seeds: int, replications: int, rng: np.random.Generator
    ) -> tuple[float, float]:
        """Share of intervals that hold the truth, and their median width."""
        metric = METRICS[self.metric]
        found = [metric.difference(*self.counts(n, seeds, rng)) for _ in range(replications)]
        hits = [d.low <= truth <= d.high for d in found]
        return float(np.mean(hits)), float(np.median([d.high - d.low for d in found]))


Answer = Callable[[float], Floats]


def right(skill: float, hard: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
    return rng.random(len(hard)) < 1 / (1 + np.exp(1.5 * hard - skill))


def classify(metric: str) -> Callable[[int, Floats, np.random.Generator], Answer]:
    def world(n: int, hard: Floats, rng: np.random.Generator) -> Answer:
        labels = (rng.random(n) < 0.35).astype(np.int64)
        return lambda skill: METRICS[metric].counts(
            np.where(right(skill, hard, rng), labels, 1 - labels), labels
        )

    return world


def regress(n: int, hard: Floats, rng: np.random.Generator) -> Answer:
    gold = rng.normal(size=n)
    return lambda skill: METRICS["pearson"].counts(
        gold + np.exp(-skill / 2) * (0.6 * hard + 0.8 * rng.normal(size=n)), gold
    )


def translate(n: int, hard: Floats, rng: np.random.Generator) -> Answer:
    gold = [rng.choice(WORDS, size=rng.integers(6, 12)) for _ in range(n)]

    def answer(skill: float) -> Floats:
        said = []
        for words, at in zip(gold, hard, strict=True):
            keep = right(skill, np.full(len(words), at), rng)
            said.append(" ".join(np.where(keep, words, "z")))
        return METRICS["bleu"].counts(said, [" ".join(words) for words in gold])

    return answer


ANSWERS = {
    "accuracy": classify("accuracy"),
    "matthews": classify("matthews"),
    "pearson": regress,
    "bleu": translate,
}


@dataclass(frozen=True)
class Single:
    """One model's answers to independent examples, whose true score is known."""

    name: str
    metric: str
    truth: float
    draw: Callable[[int, np.random.Generator], tuple[Floats, Floats]]

    def covered(self, n: int, replications: int, rng: np.random.Generator) -> tuple[float, float]:
        """Share of intervals that hold the truth, of scores that are defined; median width."""
        scores = [METRICS[self.metric](*self.draw(n, rng)) for _ in range(replications)]
        scores = [s for s in scores if not math.isnan(s.value)]
        hits = [s.low <= self.truth <= s.high for s in scores]
        return float(np.mean(hits)), float(np.median([s.high - s.low for s in scores]))


def two_classes(metric: str, ones: float, of_zeros: float, of_ones: float) -> Single:
    """A share of `ones`; of each class a share is answered right."""

    def draw(n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        labels = (rng.random(n) < ones).astype(np.float64)
        wrong = rng.random(n) >= np.where(labels == 1, of_ones, of_zeros)
        return np.where(wrong, 1 - labels, labels), labels

    hits, false = ones * of_ones, (1 - ones) * (1 - of_zeros)
    if metric == "f1":
        truth = 2 * hits / (hits + false + ones)
    else:
        said = hits + false
        truth = (hits - ones * said) / math.sqrt(ones * (1 - ones) * said * (1 - said))
    return Single(f"{ones} ones, {of_zeros}/{of_ones} right", metric, truth, draw)


def normal(metric: str, rho: float) -> Single:
    """Two normal variables."""

    def draw(n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        x, noise = rng.normal(size=(2, n))
        return rho * x + math.sqrt(1 - rho**2) * noise, x

    truth = rho if metric == "pearson" else 6 / math.pi * math.asin(rho / 2)
    return Single(f"normal, {rho}", metric, truth, draw)


def grid(metric: str, lost: float) -> Single:
    """Scores 0 to 5 met exactly, but for a share that is guessed."""

    def draw(n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        gold, guess = rng.integers(6, size=(2, n)).astype(np.float64)
        return np.where(rng.random(n) < lost, guess, gold), gold

    return Single(f"whole numbers, {lost} guessed", metric, 1 - lost, draw)


SINGLES = [
    *(
        two_classes(metric, *shares)
        for metric in ("matthews", "f1")
        for shares in (
            (0.5, 0.98, 0.98),
            (0.5, 0.965, 0.965),
            (0.3, 0.97, 0.95),
            (0.1, 0.99, 0.9),
            (0.3, 0.9, 0.6),
            (0.1, 0.7, 0.3),
        )
    ),
    *(
        make(metric, x)
        for metric in ("pearson", "spearman")
        for make, x in ((normal, 0.0), (normal, 0.6), (normal, 0.9), (normal, 0.99),
                        (grid, 0.02), (grid, 0.05), (grid, 0.2))
    ),
]  # fmt: skip

WORLDS = [
    World(metric, skill, seed_sd)
    for metric in ANSWERS
    for skill in ((2.5, 2.0), (5.0, 4.0))
    for seed_sd in (0.0, 0.1, 0.3)
]


def main(replications: int) -> None:
    rng = np.random.default_rng(0)
    print(f"\nScores of one model: coverage and median width, {replications} replications")
    rows = []
    for single in SINGLES:
        cells = [single.covered(n, replications, rng) for n in (50, 200)]
        rows.append((single.metric, single.name, f"{single.truth:.3f}", *map(_cell, cells)))
    table(("metric", "answers", "truth", "n = 50", "n = 200"), rows)

    print("\nPaired differences of two models, n = 150, over 1, 2 and 5 seeds (with one seed the")
    print("interval speaks of examples only: it need not cover where seeds differ)")
    rows = []
    for world in WORLDS:
        slow = world.metric == "bleu"
        truth = world.truth(rng, times=20 if slow else 100, n=500 if slow else 1500)
        times = replications // 5 if slow else replications
        cells = [world.covered(truth, 150, seeds, times, rng) for seeds in (1, 2, 5)]
        rows.append((world.metric, world.skill, world.seed_sd, f"{truth:.4f}", *map(_cell, cells)))
    table(("metric", "skill", "seeds' sd", "truth", "1 seed", "2 seeds", "5 seeds"), rows)


def _cell(result: tuple[float, float]) -> str:
    return f"{result[0]:.3f} ({result[1]:.3g})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
