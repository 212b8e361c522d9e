"""`probe`: what can be read off every layer of models."""

import shutil
import warnings
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from tombola import dissect, tasks
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.words import StackName
from tombola.errors import UserError
from tombola.files import write_json
from tombola.settings import ONCE, ONE_OR_MORE
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.probed import COUNTS_FILE, Asked
from tombola.study.recipe_tasks import OF_LANGUAGE, UNKNOWN
from tombola.study.references import References
from tombola.study.stage import Stage
from tombola.tables import Table
from tombola.tasks.words import WORD_TASKS
from tombola.text import TooLong

PROBES = Table(
    "probes",
    {
        "model": ("string", "the model that is probed"),
        "probe": ("string", "what is probed for, and by what where that is no linear probe"),
        "asked": ("string", "task of the recipe that the probe predicts, or word task"),
        "word_task": ("string", "word task that it is an instance of: pos, ner, …"),
        "group": ("string", "part of speech, syntax or semantics, as tasks are averaged; or empty"),
        "by": ("string", "what predicts: linear, MLP 1024, …"),
        "redrawn": ("bool", "whether the model's weights are drawn anew: a random encoder"),
        "hidden": ("int64", "width of the probe's hidden layer; 0 is a linear probe"),
        "penalty": ("float64", "strength of the probe's L2 penalty"),
        "replicate": ("int64", "number of the probe among those that differ in their seed alone"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is the embedding output, -1 a mix of all layers"),
        "metric": ("string", "name of the metric"),
        "value": ("float64", "its value on texts that the probe has not seen"),
        "low": ("float64", "lower end of the 95% interval over texts"),
        "high": ("float64", "upper end of the 95% interval over texts"),
        "n": ("int64", "words, or pairs, scored"),
        "texts": ("int64", "texts that they are in"),
        "chance": ("float64", "score of the best constant answer; NaN if none has one"),
        "word_baseline": ("float64", "score of what is usual for each word, no context"),
        "control": ("float64", "score on labels drawn per word form; NaN if not asked"),
        "bits": ("float64", "bits of the training labels by the online code; NaN if not asked"),
        "control_bits": ("float64", "the same of labels drawn per word form; NaN if not asked"),
        "uniform_bits": ("float64", "bits where every class is as likely; NaN if not asked"),
        "centre": ("float64", "mean layer of a mix, by what layers count; NaN of one layer"),
        "error": ("float64", "mean absolute error; NaN where answers are classes"),
        "stopping": (
            "float64",
            "score on what decided when to stop; layers are chosen by it",
        ),
        "epoch": ("int64", "epoch whose weights were kept, from 1"),
        "n_train": ("int64", "words, or pairs, trained on"),
        "n_unseen": ("int64", "words scored whose class training has not: counted as wrong"),
        "n_skipped": ("int64", "texts left out, for they are too long for the model"),
        "n_windowed": ("int64", "texts too long for the model, read through windows"),
        "unknown": ("float64", "share of sub-tokens that the tokenizer does not know"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class ProbeStep(Step):
    """Which models, for what, and how probes are trained."""

    of: References
    """Steps that end in models."""
    probe: Annotated[tuple[str, ...], ONE_OR_MORE, ONCE] = Field(min_length=1)
    """What probes predict: tasks of the recipe (word tasks, or tags), or word tasks by their own
    name, which are then asked of the built-in language that the model learned. Those on the same
    texts share one reading."""
    training: ProbeSettings = Field(default_factory=lambda: ProbeSettings(standardise=True))
    """How probes are trained. Features are given mean 0 and variance 1 unless told otherwise, so
    that models whose features differ in scale are probed alike; the published probes do not."""
    stack: StackName | None = None
    """By default the encoder where there is one."""
    layers: tuple[int, ...] | None = None
    """By number, 0 the embedding output; all where not given."""
    too_long: TooLong = "window"
    """What becomes of texts that are too long for the model: they are read through windows,
    refused, or skipped."""


class Probe(Kind[ProbeStep]):
    """One stage for each model: all tasks, layers, kinds of probes and replicates at once."""

    name = "probe"
    version = 3  # results say which word task they are of, and of which group
    settings = ProbeStep
    tables = (PROBES,)
    windows = True
    task_fields: ClassVar[tuple[str, ...]] = ("probe",)
    follows_task = False

    def tasks(self, point: Point[ProbeStep], field: str, library: Library) -> tuple[str, ...]:
        """Those of the recipe; others are word tasks of the language that the model learned."""
        return tuple(_resolved(point, name, library) for name in point.settings.probe)

    def takes(self, task: str, library: Library) -> bool:
        """`all` are the recipe's tasks of words, or of tags."""
        kind = library.task_facts(task).get("kind")
        return kind is None or kind["name"] in tasks.OF_WORDS

    def check(self, point: Point[ProbeStep], library: Library) -> None:
        """The tasks have labels of words, of which there are several."""
        for name in self.tasks(point, "probe", library):
            if library.task_facts(name)["digest"] == UNKNOWN:
                continue
            data = tasks.as_words(library.task(name))
            dissect.Question.of(data.task, data.train)

    def facts(self, settings: ProbeStep) -> dict[str, Any]:
        """All settings of the probe's training, those by default included."""
        found = facts_of(settings, frozenset({"do", "probe"}))
        return {**found, "training": facts_of(settings.training)}

    def work(self, job: Job[ProbeStep], folder: Path) -> None:
        """Texts are read once, and probes of tasks on the same words trained at once."""
        settings, ticket = job.settings, job.ticket("of")
        place = folder / "vectors"  # found again after an interruption
        place.mkdir(exist_ok=True)
        reader = dissect.Reader(
            ticket.model.to(job.device),
            ticket.tokenizer,
            place,
            settings.training,
            settings.stack,
            settings.layers,
            too_long=settings.too_long,
        )
        rows: list[dict[str, Any]] = []
        counts: dict[str, Any] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dissect.UnknownSubTokens)  # the table holds the share
            asked = {
                name: tasks.as_words(job.library.task(name)) for name in job.stage.facts["probe"]
            }
            for result, own in dissect.probe_tasks(reader, asked, job.seed):
                counts[str(len(rows))] = own
                rows.append(asdict(result))
        shutil.rmtree(place)
        with (folder / COUNTS_FILE).open("wb") as file:
            np.savez_compressed(file, **counts)
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every task, layer, kind of probe and replicate."""
        for row in done.record("rows"):
            by = Asked(row["task"], row["penalty"], row["hidden"], row["stack"]).by
            asked = row["task"].partition(OF_LANGUAGE)[0]
            yield (
                PROBES,
                {
                    "model": named(done.stage, "of"),
                    "probe": asked if by == "linear" else f"{asked}, {by}",
                    "asked": asked,
                    "by": by,
                    "redrawn": _drawn_anew(done.stage),
                    **done.cells(PROBES, row),
                    "signature": done.sign(probed=row["task"], n=row["n"]),
                },
            )


def _resolved(point: Point[ProbeStep], name: str, library: Library) -> str:
    if name in library.recipe.tasks or name not in WORD_TASKS:
        return name
    learned = point.main.at.get("task")
    if learned is None:
        said = f"no task {name!r} in the recipe, and the model learned none whose language it asks"
        raise UserError(f"probe: {said} about")
    return f"{name}{OF_LANGUAGE}{learned}"


def _drawn_anew(stage: Stage) -> bool:
    """Whether the model is one of the recipe's that has learned nothing."""
    model = stage.facts.get("models", {}).get("of", {})
    return "new" in model or bool(model.get("redrawn"))


KINDS.add(Probe())
