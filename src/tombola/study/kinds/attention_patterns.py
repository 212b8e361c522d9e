"""`attention-patterns`: which of five patterns the heads of models show."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from tombola.dissect import patterns
from tombola.errors import UserError
from tombola.files import write_json
from tombola.settings import ONE_OR_MORE
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.library import Library
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.recipe import expand
from tombola.study.references import References
from tombola.study.stage import Stage
from tombola.tables import Table

PATTERNS = Table(
    "attention-patterns",
    {
        "model": ("string", "the model whose heads are looked at"),
        "text": ("string", "task whose dev examples were read"),
        "weighting": ("string", "raw, norm or as_published: what maps hold"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is nearest to the input"),
        "block": ("string", "self or cross"),
        "head": ("int64", "0 is the first"),
        "pattern": ("string", "what a map is classified as"),
        "count": ("int64", "the head's maps of this pattern"),
        "share": ("float64", "of its maps; NaN where there are none"),
        "n": ("int64", "maps of the head: examples of 5 tokens or more"),
        "signature": ("string", "every fact that determines the number"),
    },
)
CLASSIFIER = Table(
    "pattern-classifier",
    {
        "model": ("string", "the model whose maps it classified"),
        "text": ("string", "task whose dev examples were read"),
        "weighting": ("string", "raw, norm or as_published: what maps hold"),
        "maps": ("string", "synthetic, or labelled by a person: what it learned from"),
        "trained_on": ("int64", "maps that it learned from"),
        "pattern": ("string", "a pattern; all for the mean"),
        "f1": ("float64", "F1 on maps of the same kind that were held out; by chance 0.2"),
        "low": ("float64", "lower end of the 95% interval over held-out maps"),
        "high": ("float64", "upper end of the 95% interval over held-out maps"),
        "n": ("int64", "held-out maps of the pattern"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class AttentionPatternsStep(Step):
    """Whose heads, on which examples, and what tells patterns apart."""

    of: References
    """Steps that end in models, or models that are loaded: these as they are before training."""
    text: str | None = None
    """The task whose dev examples are read; by default the one that the models were trained on."""
    examples: int | None = Field(100, gt=0)
    """Dev examples; all where it is null."""
    batch_size: int = Field(16, gt=0)
    """Examples at a time."""
    weighting: Annotated[tuple[patterns.Weighting, ...], ONE_OR_MORE] = Field(
        ("raw", "norm"), min_length=1
    )
    """What maps hold: weights, or the norm of what they let through."""
    classifier: patterns.ClassifierSettings = patterns.ClassifierSettings()
    """What tells patterns apart, trained on made-up maps: one for raw maps, one for the others."""
    labelled: dict[patterns.Weighting, str] = Field(default_factory=dict)
    """For weightings, where a person's labelled maps are that take the place of made-up ones."""

    @field_validator("weighting")
    @classmethod
    def _once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError(f"{', '.join(names)}: one is listed twice")
        return names


class AttentionPatterns(Kind[AttentionPatternsStep]):
    """One stage for each model: all heads of the network as it is, every weighting."""

    name = "attention-patterns"
    version = 1
    settings = AttentionPatternsStep
    tables = (PATTERNS, CLASSIFIER)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[AttentionPatternsStep], library: Library) -> None:
        """There are models, the same for all seeds where no step made them; and labelled maps."""
        main = point.main
        if main.stage is not None and not main.ends_in_model:
            raise UserError("of is a step that ends in models")
        if main.stage is None:
            model = library.recipe.models[main.model]
            if model.load is None or model.redrawn:
                raise UserError(
                    f"of: {main.model} is drawn anew for every seed; name a step that trains it"
                )
        for path in point.settings.labelled.values():
            patterns.read_labelled(expand(path))

    def facts(self, settings: AttentionPatternsStep) -> dict[str, Any]:
        """All settings; of labelled maps what is in them."""
        found = facts_of(settings, frozenset({"do", "text", "labelled"}))
        digests = {look: _digest(expand(path)) for look, path in settings.labelled.items()}
        return {**found, **({"labelled": digests} if digests else {})}

    def expand(self, point: Point[AttentionPatternsStep], planner: Planner) -> Iterator[Stage]:
        """One stage for each model; what was loaded is the same for all seeds."""
        if point.main.stage is None:
            if point.at.get("seed") != planner.recipe.seeds[0]:
                return
            point = replace(point, at={k: v for k, v in point.at.items() if k != "seed"})
        yield planner.stage(self, point)

    def work(self, job: Job[AttentionPatternsStep], folder: Path) -> None:
        """Classifiers are trained once for a process; the examples are read once."""
        settings, task, ticket = job.settings, job.task_name("text"), job.ticket("of")
        batches = job.batches("dev", task, ticket.tokenizer, settings.batch_size, settings.examples)
        digests: Mapping[str, str] = job.stage.facts.get("labelled", {})
        trained = {
            weighting: _trained(
                settings.classifier,
                patterns.LOOKS[weighting],
                expand(settings.labelled[weighting]) if weighting in digests else "",
                digests.get(weighting, ""),
            )
            for weighting in settings.weighting
        }
        found = patterns.pattern_counts(
            ticket.model.to(job.device),
            batches.in_order(),
            {weighting: classifier for weighting, (classifier, _) in trained.items()},
        )
        write_json(folder / "rows.json", [asdict(row) for row in found])
        told = {weighting: asdict(quality) for weighting, (_, quality) in trained.items()}
        write_json(folder / "classifier.json", told)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every head and pattern, and what is known of each classifier."""
        text = str(done.stage.facts["text"]["name"])
        which = {"model": named(done.stage, "of"), "text": text}
        for row in done.record("rows"):
            for pattern, count in zip(patterns.NAMES, row["counts"], strict=True):
                yield (
                    PATTERNS,
                    {
                        **which,
                        **done.cells(PATTERNS, row),
                        "pattern": pattern,
                        "count": count,
                        "share": count / row["n"] if row["n"] else float("nan"),
                        "signature": done.sign(weighting=row["weighting"], n=row["n"]),
                    },
                )
        for weighting, told in done.record("classifier").items():
            for score in told["scores"]:
                yield (
                    CLASSIFIER,
                    {
                        **which,
                        "weighting": weighting,
                        "maps": told["source"],
                        "trained_on": told["trained_on"],
                        **done.cells(CLASSIFIER, score),
                        "signature": done.sign(weighting=weighting, n=score["n"]),
                    },
                )


@cache
def _trained(
    settings: patterns.ClassifierSettings, look: patterns.Look, labelled: str, digest: str
) -> tuple[patterns.Classifier, patterns.Quality]:
    """One classifier for all stages of a process. `digest` is of what stands at `labelled`."""
    maps = patterns.read_labelled(labelled) if labelled else None
    return patterns.trained_classifier(settings, look, maps)


@cache
def _digest(path: str) -> str:
    """Hash of labelled maps, wherever they stand."""
    found = patterns.read_labelled(path)
    digest = hashlib.blake2b(digest_size=6)
    for one, label in zip(found.maps, found.labels, strict=True):
        digest.update(f"{len(one)} {label} ".encode() + one.tobytes())
    return digest.hexdigest()


KINDS.add(AttentionPatterns())
