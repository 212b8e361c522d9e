"""How sparse a trained model gets before it loses too much."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import report as reports
from tombola import study, tables, tickets
from tombola.errors import UserError
from tombola.files import link_or_copy, read_json
from tombola.plugins import load_plugins
from tombola.report.parts.sweep import table_of, told
from tombola.results import Record, Result
from tombola.settings import validate
from tombola.study.stage import digest_of
from tombola.study.sweep_settings import SweepStep
from tombola.tasks.own import OWN
from tombola.verbs.asked import Asked, Chosen, chosen, said
from tombola.verbs.functions import named
from tombola.verbs.given import Given, given

if TYPE_CHECKING:
    import pandas as pd

    from tombola.report.paper import PaperTable
    from tombola.tasks import Task
    from tombola.tickets import Ticket

TICKET = "ticket"
"""The folder of the winning ticket within a sweep's."""
LONGEST = 128
"""Tokens of an example, where nobody says otherwise."""
SECONDS_BETWEEN_LOOKS = 0.3
Heard = Callable[[Mapping[str, Any], int, int], None]
"""Told about each model that was scored: its record, its number from 1 on, and about how many."""


@dataclass(frozen=True, repr=False)
class Swept(Result):
    """What a sweep found; `print` it to read it."""

    out: Path
    """The folder of it all: `report.html`, `tables`, the ticket."""
    frame: "pd.DataFrame"
    """A row for each model that was scored, as in the table `sweep`."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in words."""
        return tuple(told(self.frame))

    @property
    def sparsity(self) -> float:
        """Share of what may be pruned that is gone in the ticket, 0 to 1; 0 where nothing may."""
        return float(self.frame.loc[self.frame["chosen"], "sparsity"].iloc[0])

    @property
    def table(self) -> "PaperTable":
        """Sizes and scores, as text."""
        return table_of(self.frame)

    @property
    def folder(self) -> Path | None:
        """Where the ticket is; None where no size held."""
        place = self.out / TICKET
        return place if place.is_dir() else None

    @property
    def ticket(self) -> "Ticket":
        """The sparsest model that held. Raises UserError where none did."""
        if self.folder is None:
            raise UserError(f"{self.out}: no size held, so there is no ticket")
        return tickets.load(self.folder)

    @property
    def report(self) -> Path:
        """The page with table, figure, and every fact behind them."""
        return self.out / "report.html"

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "sentences": list(self.sentences),
            "sparsity": self.sparsity,
            "ticket": None if self.folder is None else str(self.folder),
            "report": str(self.report),
            "sizes": self.frame.to_dict("records"),
        }

    def to_frame(self) -> "pd.DataFrame":
        """A row for each model that was scored."""
        return self.frame

    def lines(self) -> tuple[str, ...]:
        """The answer, and where the rest is."""
        return (*self.sentences, f"report: {self.report}")

    def printed(self) -> list[Record]:
        """The sizes, as text."""
        return [dict(zip(self.table.header, row, strict=True)) for row in self.table.rows]


def sweep(
    model: Any,
    task: Any = None,
    folder: str | Path | None = None,
    *,
    tokenizer: Any = None,
    criterion: Any = None,
    parts: str | Sequence[str] = (),
    max_loss: str | float = "1%",
    grid: Sequence[float] | None = None,
    bisection: bool = False,
    control: bool = True,
    retrain: float | Mapping[str, Any] | None = None,
    scope: str = "global",
    sets: str | Sequence[str] = "matrices",
    never: Sequence[str] = (),
    batch_size: int = 32,
    threads: int | None = None,
    out: str | Path | None = None,
    plugins: tuple[str | Path, ...] = (),
    command: str = "",
    heard: Heard = lambda record, done, total: None,
    **asked: Any,
) -> Swept:
    """Say how sparse a trained model gets at once before it loses more than is allowed.

    One half of the examples chooses the size, the other half says what it costs. The model is left
    as it is. A sweep that was interrupted goes on from where it was.

    Args:
        model: where to load the model from (a folder, a ticket, a hub id), a ticket, a model, or a
            `Trainer` that has trained one.
        task: data of your own (a file, folder, hub id, frame, `datasets.Dataset` or records), the
            name of a task, or a `Task`; by default the task that a ticket was trained on.
        folder: a named task's files.
        tokenizer: what reads the text for a model in memory.
        criterion: what scores weights (by default magnitude), or heads and MLPs (gate): a name, a
            mapping with its settings, or a function of a weight (see `prune`).
        parts: `heads`, `mlps` or both: whole ones go. Else single weights do.
        max_loss: `1%` of the full model's score, or 0.01 in units of the score.
        grid: shares to try, 0 to 1; by default 5% to 95%.
        bisection: halve what is left between what holds and what does not, in place of a grid.
        control: whether as much is pruned by lot, too.
        retrain: epochs of training after each pruning, or settings of a training.
        scope: within what scores of weights compete.
        sets: parameter sets whose weights are pruned.
        never: shell patterns of parameter names to keep whole.
        batch_size: examples at a time.
        threads: CPU threads; by default all.
        out: folder of the sweep; by default one under `runs` that is named after what is asked.
        plugins: files of one's own criteria, scores, metrics.
        command: how it was started, for the record.
        heard: told about each model that was scored.
        asked: what else there is to say of the task, such as `text="review", label="stars"`, or
            `examples=1000` for both halves together: see `tombola.verbs.Asked`. `metric` may be a
            function of one answer and what is right, whose mean is the score.

    Raises:
        UserError: bad input; a model that does not do the task; data too few to be halved.
    """
    load_plugins(plugins)
    with named(criterion, asked.pop("metric", None)) as (criterion, metric):
        words = said(asked if metric is None else {**asked, "metric": metric})
        step = {
            "do": "sweep",
            "of": "model",
            "max_loss": max_loss,
            "control": control,
            **({"parts": _several(parts)} if parts else {}),
            **({} if criterion is None else {"by" if parts else "criterion": criterion}),
            **({} if grid is None else {"grid": list(grid)}),
            **({"search": "bisection"} if bisection else {}),
            **({} if retrain is None else {"retrain": _training(retrain)}),
            "scope": scope,
            "sets": _several(sets),
            "never": list(never),
            "batch_size": batch_size,
        }
        validate(SweepStep, step, "")  # before anything is loaded
        about = given(model, tokenizer)
        one = chosen(task, folder, words, about.provenance, regression=about.regresses)
        fitted = fitting(one, about)
        name = _slug(fitted.name)
        recipe = {
            "name": "sweep",
            "title": f"How sparse {_short(about.called)} gets on {fitted.name}",
            "seeds": [words.seed],
            "threads": threads or _cpus(),
            "tasks": {name: _choice(task, folder, words, about, fitted)},
            "models": {"model": {"load": about.called}},
            "steps": {"sweep": {**step, "task": name}},
        }
        return _run(validate(study.Recipe, recipe), about, fitted, out, plugins, command, heard)


def fitting(one: Chosen, about: Given) -> "Task":
    """The task in halves: one that chooses, one that is reported.

    Where the model has classes that the data lack it is the model's; else its classes are put in
    the task's order, as in all studies. Raises UserError where it does not do the task.
    """
    try:
        by_model = tickets.check_fit(about.model, one.task, about.called, ordered=one.ordered)
    except UserError as problem:
        raise UserError(f"{problem}; a sweep prunes a model that has learned the task") from None
    n = len(one.task.labels or ())
    found = by_model.task if len(by_model.task.labels or ()) > n or one.ordered else one.task
    return found.holding(0.5)


def _run(
    recipe: study.Recipe,
    about: Given,
    task: "Task",
    out: str | Path | None,
    plugins: tuple[str | Path, ...],
    command: str,
    heard: Heard,
) -> Swept:
    """Do what is not done yet, and write the page."""
    (name,) = recipe.tasks
    ticket = tickets.Ticket(about.model, about.mask, about.tokenizer)
    memory = study.InMemory({name: task}, {"model": ticket})
    place = Path(out) if out is not None else Path("runs") / _named(recipe, task, memory)
    left = [0]
    with _listening(place, heard):
        outcome = study.run_study(
            recipe,
            place,
            plugins=plugins,
            command=command,
            given=memory,
            on_plan=lambda total, done: left.append(total - done),
        )
    if outcome.failures:
        raise UserError(outcome.failures[0]["why"])
    if left[-1] or not (place / "report.html").exists():
        reports.report(place)
    return _found(place)


def _choice(
    task: Any, folder: str | Path | None, words: Asked, about: Given, found: "Task"
) -> dict[str, Any]:
    """How a recipe names the task, and so a ticket remembers it."""
    named_ = task is None or isinstance(task, str | Path)
    choice: dict[str, Any] = {"name": found.name, "held": 0.5, "seed": words.seed}
    if not named_:
        choice["data"] = "(in memory)"
    elif task is None and words.data is None:
        recorded = about.provenance.get("task")
        kept = recorded.get("choice", {}) if isinstance(recorded, Mapping) else {}
        choice = {**kept, **choice}
    elif found.name == OWN:
        choice |= {"data": str(words.data or task), **words.columns()}
    else:
        choice |= {} if folder is None else {"folder": str(folder)}
    return choice | {"max_tokens": words.max_tokens or choice.get("max_tokens", LONGEST)}


def _found(out: Path) -> Swept:
    """What stands in a sweep's folder, its ticket linked to where a user looks for it."""
    frame = tables.read(out / "tables", "sweep")
    won = frame[frame["chosen"]].iloc[0]
    place = out / TICKET
    shutil.rmtree(place, ignore_errors=True)
    if won["role"] == "drawn":
        shutil.copytree(out / "stages" / won["model"] / "model", place, copy_function=link_or_copy)
    return Swept(out, frame)


def _training(retrain: float | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(retrain, Mapping):
        return dict(retrain)
    return {"epochs": float(retrain), "warmup": 0.1}


def _several(names: str | Sequence[str]) -> list[str]:
    split = names.split(",") if isinstance(names, str) else names
    return [name.strip() for name in split]


def _cpus() -> int:
    import torch

    return torch.get_num_threads()


def _short(called: str) -> str:
    return Path(called).name or called


def _named(recipe: study.Recipe, task: "Task", memory: study.InMemory) -> str:
    """A folder's name: the same for the same question, another for another."""
    asked = [recipe.model_dump(mode="json"), task.digest, memory.digest("model")]
    words = _slug(f"{_short(recipe.models['model'].load or '')}-{task.name}")
    return f"sweep-{words}-{digest_of(asked)[:6]}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "data"


@contextmanager
def _listening(out: Path, heard: Heard) -> Iterator[None]:
    """Look for what is being scored, and tell of it as it comes; of what was done before, too.

    A sweep that had ended already is silent.
    """
    ended = threading.Event()
    told_of = len(_records(out)) if list(out.glob("stages/*")) else 0

    def look() -> None:
        nonlocal told_of
        for path in _records(out)[told_of:]:
            record = read_json(path)
            told_of += 1
            heard(record, told_of, max(told_of, int(record["of"])))

    def listen() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            look()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        look()


def _records(out: Path) -> list[Path]:
    """What is written of each model that was scored, in order."""
    found = [
        *out.glob("working/*/substeps/*/record.json"),
        *out.glob("stages/*/substeps/*/record.json"),
    ]
    return sorted(found, key=lambda path: path.parent.name)
