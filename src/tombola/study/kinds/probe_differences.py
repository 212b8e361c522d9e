"""`probe-differences`: what probes read of models less what they read of others, and trends."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from tombola.errors import UserError
from tombola.files import write_json
from tombola.settings import ONCE, ONE_OR_MORE
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.held import Runs, differences, trends, wider
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.probe import Probe
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.probed import Probed
from tombola.study.recipe_tasks import OF_LANGUAGE
from tombola.study.references import Reference, References
from tombola.tables import Table

ABOUT = {
    "asked": ("string", "task of the recipe that the probe predicts, or word task"),
    "word_task": ("string", "word task that it is an instance of: pos, ner, …"),
    "group": ("string", "part of speech, syntax or semantics; or empty"),
    "by": ("string", "what predicts: linear, MLP 1024, …"),
    "hidden": ("int64", "width of the probe's hidden layer; 0 is a linear probe"),
    "penalty": ("float64", "strength of the probe's L2 penalty"),
    "stack": ("string", "encoder or decoder"),
    "metric": ("string", "name of the metric"),
    "which": ("string", "layer, mix (of all layers), best or best-as-published (layer)"),
}
ENDS = {
    "low": ("float64", "lower end of its 95% interval"),
    "high": ("float64", "upper end of its 95% interval"),
    "over": ("string", "what the interval is over: texts, or runs and texts"),
    "seeds": ("int64", "runs of each model; of one, replicates of its probes are the runs"),
    "replicates": ("int64", "probes of each kind that differ in their seed alone"),
    "n": ("int64", "words, or pairs, scored"),
    "texts": ("int64", "texts that they are in"),
    "margin": ("float64", "differences that are taken for none; NaN where not named"),
    "verdict": ("string", "above, below, within the margin, or undecided"),
    "signature": ("string", "every fact that determines the number"),
}
DIFFERENCES = Table(
    "probe-differences",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the model, by its first seed"),
        "against": ("string", "the model that it is held to; itself where probes are"),
        **ABOUT,
        "layer": ("int64", "0 is the embedding output, -1 a mix of all layers"),
        "to_layer": ("int64", "layer of the other; another one where best layers are compared"),
        "to_by": ("string", "what predicts from the other"),
        "sparsity": ("float64", "pruned share of the prunable parameter sets, mean over seeds"),
        "difference": ("float64", "score of the model less that of the other, mean over runs"),
        **ENDS,
    },
    rare=True,
)
TRENDS = Table(
    "probe-trends",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the sparsest of the models, by its first seed"),
        **ABOUT,
        "layer": ("int64", "0 is the embedding output; -1 where each model has its best, or a mix"),
        "models": ("int64", "models that the line is through"),
        "least": ("float64", "the least of their sparsities"),
        "most": ("float64", "the most"),
        "change": ("float64", "change of the score along the line, from the least to the most"),
        **ENDS,
    },
    rare=True,
)


class ProbeDifferencesStep(Step):
    """Whose probes are held to whose."""

    of: References
    """`probe` steps: of tickets."""
    to: Reference
    """A `probe` step, of the dense models, say: on the axes that both have, each is held to its
    own."""
    across: Annotated[tuple[str, ...], ONE_OR_MORE, ONCE] = Field(("seed", "round"), min_length=1)
    """Axes that are taken together: seeds are runs of one model; along the others models differ,
    and lines over their sparsity go through them."""
    margin: float | None = Field(None, gt=0)
    """A difference within it is taken for none: in units of the score."""


class ProbeDifferences(Kind[ProbeDifferencesStep]):
    """One stage for each point of the other axes.

    Scores are paired text by text, for words of one text are not independent, and run by run. With
    several seeds a run is a seed, and replicates of its probes are averaged; with one, replicates
    are the runs. Where all are held to the same models, these are on the line of a trend, too.
    """

    name = "probe-differences"
    version = 1
    settings = ProbeDifferencesStep
    tables = (DIFFERENCES, TRENDS)
    reads_part = "records"

    def check(self, point: Point[ProbeDifferencesStep], library: Library) -> None:
        """Both are probes."""
        for _, nodes in point.folded:
            for role, node in nodes.items():
                if node.stage is None or not isinstance(KINDS[node.stage.kind], Probe):
                    raise UserError(f"{role} is a `probe` step")

    def facts(self, settings: ProbeDifferencesStep) -> dict[str, Any]:
        """The margin; what stands along the axes is with the stages that are read."""
        return facts_of(settings, frozenset({"do", "across"}))

    def work(self, job: Job[ProbeDifferencesStep], folder: Path) -> None:
        """Read what texts contribute, pair, weigh."""
        pairs: dict[tuple[Any, ...], list[tuple[Probed, Probed]]] = {}
        known: dict[str, Probed] = {}
        for of, to in zip(job.roles("of"), job.roles("to"), strict=True):
            stage = job.read_stage(of)
            key = tuple((axis, value) for axis, value in stage.at.items() if axis != "seed")
            for role in (of, to):
                if job.stage.reads[role] not in known:
                    known[job.stage.reads[role]] = Probed.of(job, role)
            both = known[job.stage.reads[of]], known[job.stage.reads[to]]
            pairs.setdefault((stage.step, *key), []).append(both)
        models = [Runs(tuple(of for of, _ in each)) for each in pairs.values()]
        others = [Runs(tuple(to for _, to in each)) for each in pairs.values()]
        margin = job.settings.margin
        held = [
            row
            for of, to in zip(models, others, strict=True)
            if of != to
            for row in differences(of, to, margin)
        ]
        same = others[:1] if all(other == others[0] for other in others) else []
        every = [*same, *(one for one in models if one not in same)]
        held += [row for runs in every for row in wider(runs, margin)]
        write_json(folder / "differences.json", held)
        write_json(folder / "trends.json", list(trends(every, margin)))

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every comparison."""
        for table, record in ((DIFFERENCES, "differences"), (TRENDS, "trends")):
            for row in done.record(record):
                yield (
                    table,
                    {
                        "step": done.stage.step,
                        **done.cells(table, row),
                        "asked": row["asked"].partition(OF_LANGUAGE)[0],
                        "signature": done.sign(asked=row["asked"], n=row["n"], seeds=row["seeds"]),
                    },
                )


KINDS.add(ProbeDifferences())
