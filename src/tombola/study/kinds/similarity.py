"""`similarity`: how near the layers of models are to those of another, on the same text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tombola import dissect
from tombola.dissect.measures import Reading
from tombola.errors import UserError, allowed_for
from tombola.files import write_json
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.plan import Planner
from tombola.study.point import Node, Point
from tombola.study.references import Reference, References
from tombola.study.stage import Stage
from tombola.tables import Table

SIMILARITY = Table(
    "similarity",
    {
        "model": ("string", "the model that is compared"),
        "against": ("string", "the model that it is compared with"),
        "measure": ("string", "name of the similarity measure"),
        "map": ("string", "between two models that a step holds together; of, to, pairs: see maps"),
        "text": ("string", "task on whose dev text"),
        "stack": ("string", "encoder or decoder"),
        "dense_layer": ("int64", "layer of the model compared with; 0 is the embedding output"),
        "sparse_layer": ("int64", "layer of the model; 0 is the embedding output"),
        "value": ("float64", "similarity; 1 is the same up to what the measure ignores"),
        "low": ("float64", "lower end of the 95% interval over sentences; NaN if not estimated"),
        "high": ("float64", "upper end of the 95% interval over sentences; NaN if not estimated"),
        "n": ("int64", "tokens compared"),
        "width": ("int64", "length of a representation"),
        "noise_floor": ("float64", "what unrelated sentences score"),
        "signature": ("string", "every fact that determines the number"),
    },
)

PLACE = ("model", "against", "measure", "map", "text", "stack", "dense_layer", "sparse_layer")
"""Columns that say which number a row holds."""
DETAILS = Table(
    "similarity-details",
    {
        **{column: SIMILARITY.columns[column] for column in PLACE},
        "detail": ("string", "what the measure says besides: itself, constant, p50, …"),
        "value": ("float64", "how much"),
        "n": ("int64", "tokens compared"),
        "signature": ("string", "every fact that determines the number"),
    },
    rare=True,
)


Map = Literal["between", "of", "to", "pairs"]


class SimilarityStep(Step):
    """Which models, on which text, by which measures."""

    of: References
    """Steps that end in models."""
    to: Reference | None = None
    """The models that they are compared with: on the axes that both have, each with its own."""
    across: str | None = None
    """An axis along which all models are read in one pass: with `round`, each model and the text
    are read once for a whole chain of tickets. All of them are in memory at a time."""
    maps: tuple[Map, ...] = Field(("between",), min_length=1)
    """Which layers are held to which: those of `of` to those of `to` (`between`), those of each
    model of `of`, or of `to`, to one another, those of every two models of `of` (`pairs`)."""
    text: str | None = None
    """The task whose dev text all read; by default the one that they were trained on."""
    measures: tuple[str, ...] = Field(("debiased",), min_length=1)
    """Measures by name; those that need the same sums share them, and all share one pass."""
    layers: tuple[int, ...] | None = Field(None, min_length=1)
    """Layers to compare; 0 is the embedding output. All where not given."""
    embeddings: bool = True
    """Whether the embedding output is one of them, where `layers` names none."""
    sample: int = Field(5000, gt=1)
    """Tokens of the sample, for measures that take one."""
    products: Literal["float64", "float32"] = "float64"
    """In what products of neurons are taken: float32 is faster and differs by less than a millionth
    in linear CKA and NeuronSim; sums are of float64 either way."""
    examples: int | None = Field(None, gt=0)
    """Dev examples to compare on; all where not given."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time."""
    block_sentences: int = Field(50, gt=0)
    """Sentences in a block; the interval takes blocks as independent."""


class Similarity(Kind[SimilarityStep]):
    """One stage for each model, or for all along an axis: all layers with all layers."""

    name = "similarity"
    version = 2  # the noise floor is that of unrelated sentences
    settings = SimilarityStep
    tables = (SIMILARITY, DETAILS)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[SimilarityStep], library: Library) -> None:
        """The measures exist, and there is what the maps need."""
        settings = point.settings
        for name in settings.measures:
            if name not in dissect.MEASURES:
                raise UserError(
                    f"measures: no measure {name!r}; {allowed_for(name, dissect.MEASURES)}"
                )
        if settings.to is None and {"between", "to"} & set(settings.maps):
            raise UserError(
                "to is missing: a model to compare with; without it maps may be: of, pairs"
            )
        if "pairs" in settings.maps and len(point.folded) < 2:
            raise UserError("maps: pairs needs an axis with two models or more: across: round, say")

    def facts(self, settings: SimilarityStep) -> dict[str, Any]:
        """All settings; measures with their versions."""
        found = facts_of(settings, frozenset({"do", "text"}))
        chosen = [facts_of_thing(dissect.MEASURES, name) for name in settings.measures]
        return {**found, "measures": chosen}

    def expand(self, point: Point[SimilarityStep], planner: Planner) -> Iterator[Stage]:
        """One stage, unless a model would only be compared with itself."""
        of, to = point.nodes.get("of"), point.nodes.get("to")
        two = of is None or to is None or which_node(of) != which_node(to)
        if two or point.settings.maps != ("between",):
            yield planner.stage(self, point)

    def work(self, job: Job[SimilarityStep], folder: Path) -> None:
        """Every model reads the text once."""
        settings, task = job.settings, job.task_name("text")
        maps = maps_of(job, settings.maps)
        roles = {name: role for pairs in maps.values() for pair in pairs for name, role in pair}
        tickets = {name: job.ticket(role) for name, role in roles.items()}
        tokenizer = next(iter(tickets.values())).tokenizer
        batches = job.batches("dev", task, tokenizer, settings.batch_size, settings.examples)
        wanted = {
            (one, other): name for name, pairs in maps.items() for (one, _), (other, _) in pairs
        }
        found = dissect.similarities(
            {name: ticket.model for name, ticket in tickets.items()},
            batches.in_order(),
            settings.measures,
            pairs=list(wanted),
            layers=settings.layers,
            embeddings=settings.embeddings,
            block_sentences=settings.block_sentences,
            reading=Reading(sample=settings.sample, products=settings.products),
        )
        rows = [
            {**asdict(row), "against": against, "model": model, "map": wanted[against, model]}
            for (against, model), rows in found.items()
            for row in rows
        ]
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every pair of layers and measure, and for what a measure says besides."""
        text = str(done.stage.facts["text"]["name"])
        which = {"text": text, "map": "between"}
        if "of" in done.stage.reads or "of" in done.stage.sources:  # older stages do not say it
            which |= {"model": named(done.stage, "of")}
        if "to" in done.stage.reads or "to" in done.stage.sources:
            which |= {"against": named(done.stage, "to")}
        for row in done.record("rows"):
            signed = done.sign(measure=row["measure"], n=row["n"])
            cells = {**which, **done.cells(SIMILARITY, row), "signature": signed}
            yield SIMILARITY, cells
            shared = {column: cells[column] for column in (*PLACE, "n", "signature")}
            for detail, value in row.get("details", {}).items():
                yield DETAILS, {**shared, "detail": detail, "value": float(value)}


def which_node(node: Node) -> tuple[Stage | None, str, float | None]:
    """What tells models apart."""
    return node.stage, node.model, node.moment


One = tuple[str, str]
"""A model as tables name it, and the role that leads to it."""


def maps_of(job: Job[Any], maps: Sequence[Map]) -> dict[Map, list[tuple[One, One]]]:
    """The pairs of each map that is asked for: what is held against, and the model."""
    stage = job.stage

    def ones(role: str) -> list[One]:
        roles = {**stage.reads, **stage.sources}
        own = [name for name in roles if name.partition(".")[0] == role]
        own.sort(key=lambda name: int(name.partition(".")[2] or 0))
        return [(named(stage, name), name) for name in own]

    of, to = ones("of"), ones("to")
    every: dict[Map, list[tuple[One, One]]] = {
        "between": [(b, a) for a, b in zip(of, to, strict=False) if a[0] != b[0]],
        "of": [(one, one) for one in of],
        "to": [(one, one) for one in dict(reversed(to)).items()],
        "pairs": list(combinations(of, 2)),
    }
    return {name: every[name] for name in maps}


def named(stage: Stage, role: str) -> str:
    """The model of a role as tables name it: its stage, or the recipe's name of it."""
    name = stage.reads.get(role, stage.sources.get(role, ""))
    moment = stage.moment(role)
    return name if moment is None else f"{name}@{moment:g}"


KINDS.add(Similarity())
