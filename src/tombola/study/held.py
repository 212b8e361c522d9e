"""Probes of models held to each other: differences, trends, and one kind of probe to another."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tombola.dissect import best_layer
from tombola.dissect.probes.words import MIX
from tombola.errors import UserError
from tombola.statistics import Difference, Scored, change_weights, contrast
from tombola.study.probed import Asked, Probed

Which = Literal["layer", "mix", "best", "best-as-published"]
OVER = {"examples": "texts", "seeds and examples": "runs and texts"}
"""What an interval is over: of probes, examples are texts."""
Terms = list[tuple[float, Sequence[Scored]]]


@dataclass(frozen=True)
class Runs:
    """One model in all of its runs: a seed each, in one order."""

    seeds: tuple[Probed, ...]

    @property
    def first(self) -> Probed:
        """The one that tables name."""
        return self.seeds[0]

    @property
    def sparsity(self) -> float:
        """Mean over seeds."""
        return sum(run.sparsity for run in self.seeds) / len(self.seeds)

    def asked(self) -> list[Asked]:
        """What all of its runs were asked."""
        return [one for one in self.first.results if all(one in r.results for r in self.seeds)]

    def layers(self, asked: Asked) -> dict[tuple[Which, int], int]:
        """Places that are compared: each layer, the mix of all, and the best layer of this model.

        The best is that of the mean over seeds and replicates.
        """
        numbers = dict.fromkeys(one.layer for one in self.first.results[asked])
        every = [one for run in self.seeds for one in run.results[asked]]
        return {
            **{("mix" if n == MIX else "layer", n): n for n in numbers},
            ("best", MIX): best_layer(every),
            ("best-as-published", MIX): best_layer(every, by="as_published"),
        }

    def terms(self, asked: Asked, layer: int, weight: float) -> Terms:
        """A model's part of a contrast: over seeds, replicates averaged; with one, over these."""
        every = [run.scored(asked, layer) for run in self.seeds]
        if len(every) == 1:
            return [(weight, every[0])]
        n = min(map(len, every))
        return [(weight / n, [one[i] for one in every]) for i in range(n)]

    def stake(self, asked: Asked, layer: int) -> float:
        """See `Metric.stake`."""
        return max(run.stake(asked, layer) for run in self.seeds)

    def about(self, asked: Asked) -> dict[str, Any]:
        """Columns about what was asked."""
        one = self.first.results[asked][0]
        return {
            "asked": one.task, "word_task": one.word_task, "group": one.group, "by": asked.by,
            "hidden": one.hidden, "penalty": one.penalty, "stack": one.stack, "metric": one.metric,
            "seeds": len(self.seeds), "replicates": 1 + max(
                each.replicate for each in self.first.results[asked]
            ), "n": one.n, "texts": one.texts,
        }  # fmt: skip


def differences(of: Runs, to: Runs, margin: float | None) -> Iterator[dict[str, Any]]:
    """One model less another, by the same probes: layer by layer, and the best layers of both."""
    for asked in of.asked():
        if asked not in to.asked():
            continue
        theirs = to.layers(asked)
        for (which, place), layer in of.layers(asked).items():
            if (which, place) in theirs:
                yield _difference(
                    (of, asked, layer), (to, asked, theirs[which, place]), which, margin
                )


def wider(of: Runs, margin: float | None) -> Iterator[dict[str, Any]]:
    """Of one model, each probe with a hidden layer less the linear one with the same penalty."""
    for asked in of.asked():
        linear = asked._replace(hidden=0)
        if not asked.hidden or linear not in of.asked():
            continue
        theirs = of.layers(linear)
        for (which, place), layer in of.layers(asked).items():
            yield _difference((of, asked, layer), (of, linear, theirs[which, place]), which, margin)


def _difference(
    one: tuple[Runs, Asked, int], other: tuple[Runs, Asked, int], which: Which, margin: float | None
) -> dict[str, Any]:
    (of, asked, layer), (to, to_asked, to_layer) = one, other
    terms = of.terms(asked, layer, 1.0) + to.terms(to_asked, to_layer, -1.0)
    stake = max(of.stake(asked, layer), to.stake(to_asked, to_layer))
    found = _contrast(terms, stake, (of, to))
    return {
        **of.about(asked), "model": of.first.model, "against": to.first.model, "to_by": to_asked.by,
        "which": which, "layer": layer, "to_layer": to_layer, "sparsity": of.sparsity,
        "difference": found.value, **_ends(found, margin),
    }  # fmt: skip


def trends(models: Sequence[Runs], margin: float | None) -> Iterator[dict[str, Any]]:
    """The change of scores along the line of least squares over sparsity, least to most.

    Of models, in whatever order; none where all are equally sparse.
    """
    models = sorted(models, key=lambda runs: runs.sparsity)
    at = [runs.sparsity for runs in models]
    if len(models) < 2 or math.isclose(at[0], at[-1]):
        return
    weights: Mapping[int, float] = dict(enumerate(map(float, change_weights(at))))
    last = models[-1]
    for asked in last.asked():
        if not all(asked in runs.asked() for runs in models):
            continue
        places = [runs.layers(asked) for runs in models]
        for which, place in places[-1]:
            if not all((which, place) in one for one in places):
                continue
            layers = [one[which, place] for one in places]
            terms = [
                term
                for i, runs in enumerate(models)
                for term in runs.terms(asked, layers[i], weights[i])
            ]
            stake = max(runs.stake(asked, n) for runs, n in zip(models, layers, strict=True))
            found = _contrast(terms, stake, models)
            yield {
                **last.about(asked), "model": last.first.model, "which": which, "layer": place,
                "models": len(models), "least": at[0], "most": at[-1], "change": found.value,
                **_ends(found, margin),
            }  # fmt: skip


def _contrast(terms: Terms, stake: float, models: Sequence[Runs]) -> Difference:
    try:
        return contrast(terms, stake=stake)
    except ValueError as problem:
        titles = " and ".join(dict.fromkeys(runs.first.title for runs in models))
        raise UserError(f"{titles} cannot be paired: {problem}") from problem


def _ends(found: Difference, margin: float | None) -> dict[str, Any]:
    return {
        "low": found.low, "high": found.high, "over": OVER[found.over], "margin": margin,
        "verdict": found.verdict(margin),
    }  # fmt: skip
