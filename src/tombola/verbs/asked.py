"""What a user says of the task that a verb reads; what is not said, a ticket remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from tombola import tasks
from tombola.errors import UserError, allowed_for
from tombola.language import Language
from tombola.language.tasks import BUILTIN
from tombola.settings import validate
from tombola.study.chosen import task_of
from tombola.study.recipe import TaskChoice
from tombola.tasks.own import OWN, Columns, is_hub_id
from tombola.tasks.task import sample
from tombola.text.reading import Reading
from tombola.verbs.datasets.knobs import language_of

if TYPE_CHECKING:
    from tombola.tasks import Task


class Asked(Columns):
    """What may be said beside the name of a task or its data. All verbs take the same."""

    data: Any = None
    """A table of one's own: a file, folder, hub id, frame, `datasets.Dataset`, or records."""
    metric: str | None = None
    """Another metric than the task's own."""
    split: str | None = None
    """The split of a table of one's own that is read."""
    format: str | None = None
    """csv, tsv, jsonl or parquet; or the format of a word task's files."""
    files: Mapping[str, str | Path] | None = None
    """In place of a folder, the file of each split."""
    examples: int | None = Field(None, gt=0)
    """How many examples are read; all where not given."""
    skip_bad: bool = False
    """Whether examples that cannot be read are left out, and counted in the notes."""
    knobs: dict[str, Any] | None = None
    """Of the built-in language; by default those of the language that a ticket was trained on."""
    seed: int = 0
    """Of what is drawn, or made."""
    max_tokens: int | None = Field(None, gt=2)
    """Longer examples are cut; by default as the ticket was trained, else what the model takes."""

    def columns(self) -> dict[str, Any]:
        """The columns that are named."""
        return {
            name: getattr(self, name)
            for name in Columns.model_fields
            if getattr(self, name) is not None
        }

    def reading(self) -> Reading:
        """What is done about examples that cannot be read."""
        return Reading(skip=self.skip_bad)


@dataclass(frozen=True)
class Chosen:
    """A task, and what is to be known of how it was chosen."""

    task: "Task"
    max_tokens: int | None = None
    """As the ticket was trained; None where nothing says."""
    ordered: bool = False
    """Whether the user has named the classes in the order of the model's ids."""
    own: bool = False
    """Whether it is of the user's own data, whose classes have no order that others know."""
    notes: tuple[str, ...] = ()

    def first(self, split: str, n: int | None) -> "Chosen":
        """With no more than the first examples of a split."""
        rows = tuple(islice(getattr(self.task, split), n))
        return replace(self, task=_with(self.task, split, rows))


def said(values: Mapping[str, Any]) -> Asked:
    """Keywords of a verb as what is asked. Raises UserError for one that there is not."""
    return validate(Asked, dict(values))


def chosen(
    task: Any,
    folder: str | Path | None,
    asked: Asked,
    provenance: Mapping[str, Any] | None = None,
    *,
    regression: bool = False,
    split: str = "dev",
) -> Chosen:
    """The task that is meant.

    Args:
        task: a name; or a `Task`, or data of one's own; None for that of the ticket.
        folder: the task's files.
        asked: all else that is said.
        provenance: of the ticket that is asked about.
        regression: whether the model gives one number: whole numbers are then scores.
        split: of which so many `examples` are read.

    Raises UserError where no task is named and no ticket remembers one, and as `load_task` does.
    """
    if isinstance(task, tasks.Task):
        return Chosen(_fewer(task, asked, split))
    name, data = _name_and_data(task, folder, asked)
    recorded = _recorded(provenance or {})
    if data is not None:
        if (folder, asked.files, asked.knobs) != (None,) * 3:
            raise UserError("data of your own take neither folder, files nor knobs")
        columns = asked.columns()
        if regression and asked.kind is None and asked.metric is None and asked.target is None:
            columns["kind"] = "regression"
        found = tasks.load_task(
            name or OWN, data=data, seed=asked.seed, format=asked.format, split=asked.split,
            metric=asked.metric, reading=asked.reading(), **columns,
        )  # fmt: skip
        ordered = asked.classes is not None
        return Chosen(_fewer(found, asked, split), ordered=ordered, own=True, notes=found.notes)
    check_no_table(asked)
    remembered = recorded is not None and name in (None, recorded.name)
    if recorded is not None and remembered and (folder, asked.files, asked.knobs) == (None,) * 3:
        return _remembered(recorded, asked, provenance or {}, split)
    if name is None:
        raise UserError(
            "name a task or data of your own: no ticket here says what it was trained on"
        )
    named = _named(name, folder, asked, provenance or {}, split)
    limit = recorded.max_tokens if recorded is not None and remembered else None
    return Chosen(named, limit, notes=named.notes)


def remembered_language(provenance: Mapping[str, Any]) -> "Language | None":
    """The built-in language that a model was trained on, as its ticket says; None elsewhere."""
    recorded = _recorded(provenance)
    if recorded is None or recorded.name not in BUILTIN:
        return None
    return recorded.language or Language()


def check_no_table(asked: Asked) -> None:
    """Raise UserError where something is said of a table, and none is named."""
    if asked.split is not None:
        raise UserError(f"split: {asked.split!r} would be of a table of your own: name it as data")
    if asked.columns():
        first = next(iter(asked.columns()))
        raise UserError(f"{first}: is of a table of your own: name it as data")


def _name_and_data(task: Any, folder: Any, asked: Asked) -> tuple[str | None, Any]:
    """A task's name, and data of one's own, whichever of both is given in its place."""
    data = asked.data
    if task is not None and not isinstance(task, str | Path):
        if data is not None:
            raise UserError("data are given twice")
        return None, task
    name = None if task is None else str(task)
    known = name in tasks.TASKS or name in tasks.WORD_TASKS
    if name is None or known or data is not None:
        if name in tasks.TASKS and name not in tasks.WORD_TASKS and data is not None:
            raise UserError(f"give either the task {name!r}, with a folder, or data of your own")
        return name, data
    if folder is None and (Path(name).exists() or asked.columns() or is_hub_id(name)):
        return None, task
    allowed = allowed_for(name, sorted({*tasks.TASKS, *tasks.WORD_TASKS}))
    raise UserError(f"unknown task {name!r}, and no such file; {allowed}")


def _recorded(provenance: Mapping[str, Any]) -> TaskChoice | None:
    """The task that a ticket was trained on, as its record says."""
    about = provenance.get("task")
    if not isinstance(about, Mapping):
        return None
    choice = about.get("choice")
    if not isinstance(choice, Mapping):  # of an earlier version, which kept the language only
        choice = {key: about[key] for key in ("name", "language") if key in about}
        if choice.get("name") not in BUILTIN:
            return None
        n = provenance.get("score", {}).get("n")
        choice |= {"dev": n} if isinstance(n, int) else {}
    return validate(TaskChoice, dict(choice), "the ticket's task: ")


def _remembered(
    recorded: TaskChoice, asked: Asked, provenance: Mapping[str, Any], split: str
) -> Chosen:
    """The task of a ticket, as it was trained and scored."""
    more = asked.examples is not None and asked.examples > (recorded.dev or 0)
    if recorded.name in BUILTIN and split == "dev":  # which is made apart from what is learned
        n = max(recorded.dev or 0, asked.examples or 0) or None
        recorded = recorded.model_copy(update={"train": 1, "dev": n})
    if asked.skip_bad:
        recorded = recorded.model_copy(update={"skip_bad": True})
    try:
        found = task_of(recorded)
    except UserError as problem:
        raise UserError(
            f"the ticket was trained on {recorded.name}, whose text cannot be read: {problem}; "
            "name the task or your data"
        ) from problem
    scored = provenance["task"].get("scored")
    notes = found.notes
    if scored not in (None, found.scored) and not (more and recorded.name in BUILTIN):
        notes += (f"the text of {recorded.name} is another than the ticket was scored on",)
    if asked.metric is not None:
        found = found.with_metric(asked.metric)
    return Chosen(_fewer(found, asked, split), recorded.max_tokens, notes=notes)


def _named(
    name: str, folder: Any, asked: Asked, provenance: Mapping[str, Any], split: str
) -> "Task":
    """A task by its name; the built-in language has the knobs of the ticket's."""
    files = asked.files
    language = language_of(asked.knobs)
    made = folder is None and files is None and (name in BUILTIN or name in tasks.WORD_TASKS)
    if language is None and made:
        language = remembered_language(provenance)
    n = asked.examples
    unread = 1 if made and name in BUILTIN else None  # what is not read need not be made
    return tasks.load_task(
        name, folder,
        train=n if split == "train" else unread, dev=n if split == "dev" else unread,
        seed=asked.seed, language=language, format=asked.format, metric=asked.metric,
        files=None if files is None else {each: Path(file) for each, file in files.items()},
        reading=asked.reading(),
    )  # fmt: skip


def _fewer(task: "Task", asked: Asked, split: str) -> "Task":
    """As many examples as are asked for, drawn by the seed."""
    rows = getattr(task, split)
    if asked.examples is None or asked.examples >= len(rows):
        return task
    return _with(task, split, sample(rows, asked.examples, asked.seed, task.name))


def _with(task: "Task", split: str, rows: Any) -> "Task":
    """The same task with other examples of a split."""
    changed: dict[str, Any] = {split: rows}
    return replace(task, **changed)
