"""`matching`: whether tickets come up to the full model, by rules that have names."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from tombola import statistics, tasks
from tombola.files import write_json
from tombola.statistics.matching import Rule
from tombola.study.answers import ANSWERS_FILE, read_answers
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.folded import check_models
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.model_rows import sparsity_of
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.references import Reference, References
from tombola.study.stage import Stage
from tombola.tables import Table

MATCHING = Table(
    "matching",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the ticket of the first seed"),
        "task": ("string", "task that was scored"),
        "criterion": ("string", "what scored the weights"),
        "round": ("int64", "pruning round"),
        "sparsity": ("float64", "pruned share of the prunable parameter sets, mean over seeds"),
        "metric": ("string", "name of the metric"),
        "rule": ("string", "full-sd, ticket-sd, paired, ratio"),
        "ticket": ("float64", "the ticket's score, mean over seeds"),
        "full": ("float64", "the full model's"),
        "gap": ("float64", "the ticket's less the full model's"),
        "allowed": ("float64", "what the gap may be below 0 by the rule; NaN where unknown"),
        "answer": ("string", "matches, falls short, undecided"),
        "seeds": ("int64", "runs of the ticket"),
        "full_seeds": ("int64", "runs of the full model"),
        "signature": ("string", "every fact that determines the number"),
    },
    open_axes=True,
)


class MatchingStep(Step):
    """Which tickets, held to which models, by which rules."""

    of: References
    """Steps that end in tickets."""
    to: Reference
    """The full models: on the axes that both have, each its own."""
    across: str = "seed"
    """The axis over which runs are pooled."""
    rules: tuple[Rule, ...] = Field(("full-sd", "ticket-sd", "paired"), min_length=1)
    """`full-sd` and `ticket-sd`: the mean lies within one standard deviation, of the full model's
    runs or of the ticket's; `paired`: the interval of the paired difference lies above minus the
    margin; `ratio`: the mean is at least a share of the full model's."""
    margin: float = Field(0.01, gt=0)
    """Of the rule `paired`, in units of the score."""
    ratio: float = Field(0.99, gt=0, le=1)
    """Of the rule `ratio`."""


class MatchingTickets(Kind[MatchingStep]):
    """One stage for each point of the other axes, all seeds together."""

    name = "matching"
    version = 1
    settings = MatchingStep
    tables = (MATCHING,)
    reads_part = "records"

    def check(self, point: Point[MatchingStep], library: Library) -> None:
        """Both are models that were scored."""
        check_models(point)

    def facts(self, settings: MatchingStep) -> dict[str, Any]:
        """The rules; models and examples have facts of their own."""
        return facts_of(settings, frozenset({"do"}))

    def expand(self, point: Point[MatchingStep], planner: Planner) -> Iterator[Stage]:
        """One stage, unless a model would be held to itself."""
        first = point.folded[0][1]
        if first["of"].stage != first["to"].stage:
            yield planner.stage(self, point)

    def work(self, job: Job[MatchingStep], folder: Path) -> None:
        """Read scores and answers; ask each rule."""
        settings, roles = job.settings, (job.roles("of"), job.roles("to"))
        # a full model whose seeds are fewer stands with several tickets, but is one run
        names = [list(dict.fromkeys(job.stage.reads[role] for role in each)) for each in roles]
        folders = [[job.store.path(name) for name in each] for each in names]
        scores = [[float(record_of(f, "score")["value"]) for f in each] for each in folders]
        ticket, full = (statistics.Runs.of(each) for each in scores)
        first = record_of(folders[0][0], "score")
        metric = tasks.METRICS[first["metric"]]
        sparsity = [sparsity_of(record_of(f, "model")) for f in folders[0]]
        counts: tuple[list[Any], list[Any]] = ([], [])
        for side, each in zip(counts, roles, strict=True):
            for role in each:
                side.append(metric.counts(*read_answers(job.folder(role) / ANSWERS_FILE)))
        paired = metric.difference(*counts)
        held = statistics.Held(
            ticket, full, paired.low, paired.high, settings.margin, settings.ratio
        )
        found = [statistics.RULES[rule](held) for rule in settings.rules]
        rows = [
            {
                "task": first["task"],
                "metric": first["metric"],
                "sparsity": sum(sparsity) / len(sparsity),
                "rule": each.rule,
                "ticket": ticket.mean,
                "full": full.mean,
                "gap": each.gap,
                "allowed": each.allowed,
                "answer": each.answer,
                "seeds": ticket.n,
                "full_seeds": full.n,
            }
            for each in found
        ]
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every rule."""
        at = dict(done.stage.at)
        for row in done.record("rows"):
            yield (
                MATCHING,
                {
                    "step": done.stage.step,
                    "model": done.stage.reads["of.0"],
                    "criterion": str(at.get("criterion", "")),
                    "round": int(at.get("round", 0)),
                    **done.cells(MATCHING, row),
                    "signature": done.sign(rule=row["rule"], seeds=row["seeds"]),
                    **done.axes(MATCHING),
                },
            )


KINDS.add(MatchingTickets())
