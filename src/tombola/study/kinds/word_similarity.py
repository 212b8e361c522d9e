"""`word-similarity`: how near models are on words of one kind: frequent ones, proper nouns, …"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from tombola import dissect
from tombola.dissect import groups
from tombola.dissect.groups.frequency import EDGES
from tombola.dissect.measures import Reading
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import Map, maps_of, which_node
from tombola.study.library import Library
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.recipe_tasks import UNKNOWN
from tombola.study.references import Reference, References
from tombola.study.stage import Stage
from tombola.study.words import marked_text, told_apart
from tombola.tables import Table

if TYPE_CHECKING:
    from tombola.dissect.groups import GroupSimilarity

BETWEEN: tuple[Map, ...] = ("between",)
WORD_SIMILARITY = Table(
    "word-similarity",
    {
        "model": ("string", "the model that is compared"),
        "against": ("string", "the model that it is compared with"),
        "measure": ("string", "name of the similarity measure"),
        "text": ("string", "task on whose dev text"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "of both models; 0 is the embedding output"),
        "by": ("string", "what tells words apart: frequency, or the task whose labels they have"),
        "words": ("string", "their kind; all for all words together"),
        "place": ("int64", "of the kind: from frequent to rare, or by name; -1 for all together"),
        "centre": ("string", "about whose mean: kind, or all words"),
        "value": ("float64", "similarity; NaN where there are too few words"),
        "low": ("float64", "lower end of the 95% interval over sentences; NaN if not estimated"),
        "high": ("float64", "upper end of the 95% interval over sentences; NaN if not estimated"),
        "n": ("int64", "words compared, or tokens where there are no labels of words"),
        "width": ("int64", "length of a representation"),
        "noise_floor": ("float64", "what words of the kind score in unrelated sentences"),
        "note": ("string", "what can mislead: fewer words than dimensions"),
        "signature": ("string", "every fact that determines the number"),
    },
)
SHORT = "fewer words than dimensions"


class WordSimilarityStep(Step):
    """Which models, on which words, by which measures."""

    of: References
    """Steps that end in models."""
    to: Reference
    """The models that they are compared with: on the axes that both have, each with its own."""
    across: str | None = None
    """An axis along which all models are read in one pass."""
    text: str | None = None
    """The task whose dev text all read: one with labels of words, by which they are told apart; of
    another only tokens by their frequency. By default the one that they were trained on."""
    ranks: tuple[int, ...] = EDGES
    """Ends of the bins of frequency, in the training split of that task."""
    measures: tuple[str, ...] = Field(("debiased",), min_length=1)
    """Measures of hidden states by name."""
    centre: Literal["kind", "all"] = "kind"
    """About whose mean words are: that of their own kind, or of all words."""
    layers: tuple[int, ...] | None = Field(None, min_length=1)
    """Layers to compare, each with that of its own number; the last where not given."""
    sample: int = Field(5000, gt=1)
    """Words of the sample, for measures that take one."""
    products: Literal["float64", "float32"] = "float64"
    """In what products of neurons are taken."""
    examples: int | None = Field(None, gt=0)
    """Dev examples to compare on; all where not given."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time."""
    block_sentences: int = Field(50, gt=0)
    """Sentences with words of a kind in a block; the interval takes blocks as independent."""


class WordSimilarity(Kind[WordSimilarityStep]):
    """One stage for each model, or for all along an axis: Movva & Zhao 2020, section 5.3."""

    name = "word-similarity"
    version = 1
    settings = WordSimilarityStep
    tables = (WORD_SIMILARITY,)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[WordSimilarityStep], library: Library) -> None:
        """The measures exist and can be asked; ranks rise; labels are of single words."""
        settings = point.settings
        groups.Ranks({}, settings.ranks)
        for name in settings.measures:
            if name not in dissect.MEASURES or dissect.MEASURES[name].reads != "states":
                able = [n for n, m in dissect.MEASURES.items() if m.reads == "states"]
                raise UserError(f"measures: no {name!r} of words; allowed: {', '.join(able)}")
            if settings.centre == "all" and not dissect.MEASURES[name].any_centre:
                raise UserError(f"measures: {name} has no form about the mean of all words")
        text = point.task("text")
        if library.task_facts(text)["digest"] != UNKNOWN:
            told_apart(library, text)

    def facts(self, settings: WordSimilarityStep) -> dict[str, Any]:
        """All settings; measures with their versions."""
        found = facts_of(settings, frozenset({"do", "text"}))
        return {
            **found,
            "measures": [facts_of_thing(dissect.MEASURES, name) for name in settings.measures],
        }

    def expand(self, point: Point[WordSimilarityStep], planner: Planner) -> Iterator[Stage]:
        """One stage, unless a model would only be compared with itself."""
        of, to = point.nodes.get("of"), point.nodes.get("to")
        if of is None or to is None or which_node(of) != which_node(to):
            yield planner.stage(self, point)

    def work(self, job: Job[WordSimilarityStep], folder: Path) -> None:
        """Every model reads the text once."""
        settings = job.settings
        pairs = maps_of(job, BETWEEN)["between"]
        roles = {name: role for pair in pairs for name, role in pair}
        tickets = {name: job.ticket(role) for name, role in roles.items()}
        marked, names = marked_text(job, next(iter(tickets.values())), settings.ranks)
        found = dissect.similarities_by_group(
            {name: ticket.model for name, ticket in tickets.items()},
            marked,
            names,
            settings.measures,
            pairs=[(one, other) for (one, _), (other, _) in pairs],
            layers=settings.layers,
            recentred=settings.centre == "kind",
            block_sentences=settings.block_sentences,
            reading=Reading(sample=settings.sample, products=settings.products),
        )
        rows = [
            {"model": model, "against": against, "centre": settings.centre, **said}
            for (against, model), own in found.items()
            for one in own
            for said in _said(one, names)
        ]
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every kind of words, layer and measure."""
        text = str(done.stage.facts["text"]["name"])
        for row in done.record("rows"):
            signed = done.sign(measure=row["measure"], words=row["words"], n=row["n"])
            cells = done.cells(WORD_SIMILARITY, row)
            yield WORD_SIMILARITY, {"text": text, **cells, "signature": signed}


def _said(one: "GroupSimilarity", names: dict[str, tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    """A row; of all words together one for each way of telling them apart."""
    row = asdict(one)
    kind, note = row.pop("kind"), SHORT if one.short else ""
    for by in [one.by] if one.by in names else names:
        place = names[by].index(kind) if kind in names[by] and one.by == by else -1
        yield {**row, "by": by, "words": kind, "place": place, "note": note}


KINDS.add(WordSimilarity())
