"""What a sweep found: every size held to the full model, on examples that chose nothing."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.study.answers import read_answers
from tombola.study.floor import allowed_loss
from tombola.study.sweep_points import Record, chosen, winner

if TYPE_CHECKING:
    from tombola.study.sweep_loop import SweepLoop
    from tombola.tasks.metrics.metric import Metric


def compared(
    records: Sequence[Record], folders: Sequence[Path], loop: "SweepLoop", max_loss: str | float
) -> list[dict[str, Any]]:
    """A row for each record: whether it holds where is chosen, and its loss where is reported.

    `folders` hold what each model answered to both halves.
    """
    holds = chosen(records, loop.floor(records[0]), loop.better)
    best, metric = winner(records, holds), loop.metric
    answered = [read_answers(folder / "dev.parquet") for folder in folders]
    counts = [metric.counts(*pair) for pair in answered]
    scores = [_score(metric, each) for each in counts]
    allowed = allowed_loss(max_loss, scores[0])
    settings = loop.job.settings
    right = answered[0][1]
    constant = metric.constant(right)
    chance = math.nan if constant is None else _score(metric, metric.counts(constant, right))
    drawn = settings.by if settings.parts else settings.criterion.label
    methods = {"full": "none", "as-long": "none", "drawn": drawn, "control": "random"}
    found = []
    for i, record in enumerate(records):
        difference = metric.difference([counts[i]], [counts[0]])
        ends = (0.0, 0.0) if i == 0 else (difference.low, difference.high)
        found.append(
            {
                **{key: record[key] for key in ("role", "level", "choice", "steps")},
                "sparsity": record["sparsity"],
                "sparsity_model": record["sparsity_model"],
                "unit": " and ".join(settings.parts) or "weights",
                "method": methods[record["role"]],
                "metric": metric.name,
                "choice_n": len(loop.known.held),
                "holds": holds[i],
                "chosen": i == best,
                "score": scores[i],
                "chance": chance,
                "n": len(counts[i]),
                "difference": difference.value,
                "low": ends[0],
                "high": ends[1],
                "max_loss": f"{max_loss:g}" if isinstance(max_loss, float) else max_loss,
                "allowed": allowed,
                "verdict": verdict(*ends, allowed, loop.better),
            }
        )
    return found


def _score(metric: "Metric", counts: Any) -> float:
    return float(metric.value(counts.sum(axis=0)))


def verdict(low: float, high: float, allowed: float, better: float) -> str:
    """Whether all of a difference's interval is a smaller loss than allowed, or a larger one.

    `better` is 1 where more of a score is better, -1 where less is.
    """
    least, most = sorted((better * low, better * high))
    if math.isnan(low) or math.isnan(high):
        return "undecided"
    return "less" if least > -allowed else "more" if most < -allowed else "undecided"
