"""`probe`: what can be read off every layer of models."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, cast

from pydantic import Field

from tombola import dissect
from tombola.dissect.probes.linear import ProbeSettings
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.library import UNKNOWN, Library
from tombola.study.plan import Point
from tombola.study.references import References
from tombola.tables import Table

PROBES = Table(
    "probes",
    {
        "model": ("string", "the model that is probed"),
        "probe": ("string", "what the probe predicts: a task of the recipe"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is the embedding output"),
        "metric": ("string", "name of the metric"),
        "value": ("float64", "its value on words the probe has not seen in training"),
        "low": ("float64", "lower end of the 95% interval over words"),
        "high": ("float64", "upper end of the 95% interval over words"),
        "n": ("int64", "words scored"),
        "chance": ("float64", "score of always answering the most frequent label"),
        "word_baseline": ("float64", "score of the most frequent label of each word, no context"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class ProbeStep(Step):
    """Which models, for what, and how the probe is trained."""

    of: References
    """Steps that end in models."""
    probe: str
    """The task that the probe predicts: one of tags."""
    training: ProbeSettings = Field(default_factory=lambda: ProbeSettings(standardise=True))
    """How the probe is trained. Features are given mean 0 and variance 1 unless told otherwise, so
    that models whose features differ in scale are probed alike; the published probes do not."""


class Probe(Kind[ProbeStep]):
    """One stage for each model, all layers at once."""

    name = "probe"
    version = 1
    settings = ProbeStep
    tables = (PROBES,)
    task_fields: ClassVar[tuple[str, ...]] = ("probe",)

    def check(self, point: Point[ProbeStep], library: Library) -> None:
        """The task has tags."""
        facts = library.task_facts(point.settings.probe)
        if facts["digest"] != UNKNOWN and library.task(point.settings.probe).kind != "tagging":
            kind = library.task(point.settings.probe).kind
            raise UserError(f"probe: a task of tags is needed, {point.settings.probe} is {kind}")

    def facts(self, settings: ProbeStep) -> dict[str, Any]:
        """All settings of the probe's training, those by default included."""
        return {"training": facts_of(settings.training)}

    def work(self, job: Job[ProbeStep], folder: Path) -> None:
        """Words are read once, and a classifier is trained on each layer."""
        ticket, task = job.ticket("of"), job.library.task(job.settings.probe)
        found = dissect.probe(
            ticket.model.to(job.device),
            ticket.tokenizer,
            cast(Any, task.train),  # `check` saw to it that they are tagged sentences
            cast(Any, task.dev),
            seed=job.seed,
            settings=job.settings.training,
        )
        write_json(folder / "rows.json", [asdict(row) for row in found])

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every layer."""
        which = {
            "model": named(done.stage, "of"),
            "probe": str(done.stage.facts["probe"]["name"]),
        }
        for row in done.record("rows"):
            yield PROBES, {**which, **done.cells(PROBES, row), "signature": done.sign(n=row["n"])}


KINDS.add(Probe())
