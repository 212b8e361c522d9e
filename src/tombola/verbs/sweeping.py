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
from tombola import study, tables
from tombola.errors import UserError
from tombola.files import link_or_copy, read_json
from tombola.plugins import load_plugins
from tombola.report.parts.sweep import table_of, told
from tombola.settings import validate
from tombola.study.stage import digest_of

if TYPE_CHECKING:
    import pandas as pd

    from tombola.report.paper import PaperTable
    from tombola.tickets import Ticket

TICKET = "ticket"
"""The folder of the winning ticket within a sweep's."""
SECONDS_BETWEEN_LOOKS = 0.3
Heard = Callable[[Mapping[str, Any], int, int], None]
"""Told about each model that was scored: its record, its number from 1 on, and about how many."""


@dataclass(frozen=True)
class Swept:
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
        from tombola import tickets

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

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def sweep(
    model: str | Path,
    data: Any,
    folder: str | Path | None = None,
    *,
    criterion: Any = None,
    parts: str | Sequence[str] = (),
    max_loss: str | float = "1%",
    grid: Sequence[float] | None = None,
    bisection: bool = False,
    control: bool = True,
    retrain: float | Mapping[str, Any] | None = None,
    metric: str | None = None,
    examples: int | None = None,
    max_tokens: int = 128,
    seed: int = 0,
    threads: int | None = None,
    out: str | Path | None = None,
    plugins: tuple[str | Path, ...] = (),
    command: str = "",
    heard: Heard = lambda record, done, total: None,
    **settings: Any,
) -> Swept:
    """Say how sparse a trained model gets at once before it loses more than is allowed.

    One half of the examples chooses the size, the other half says what it costs. A sweep that was
    interrupted goes on from where it was.

    Args:
        model: where to load the model from: a folder, a ticket, a hub id.
        data: the task, by name.
        folder: the task's files.
        criterion: what scores weights (by default magnitude), or heads and MLPs (gate); a name, or
            a mapping with its settings.
        parts: `heads`, `mlps` or both: whole ones go. Else single weights do.
        max_loss: `1%` of the full model's score, or 0.01 in units of the score.
        grid: shares to try, 0 to 1; by default 5% to 95%.
        bisection: halve what is left between what holds and what does not, in place of a grid.
        control: whether as much is pruned by lot, too.
        retrain: epochs of training after each pruning, or settings of a training.
        metric: another metric than the task's own.
        examples: how many examples are scored, both halves together; all where not given.
        max_tokens: longer sentences are cut.
        seed: of the halves, of what goes by lot, and of training.
        threads: CPU threads; by default all.
        out: folder of the sweep; by default one under `runs` that is named after what is asked.
        plugins: files of one's own criteria, scores, metrics.
        command: how it was started, for the record.
        heard: told about each model that was scored.
        settings: further ones of a step that does `sweep`: `scope`, `sets`, `never`, `batch_size`.

    Raises:
        UserError: bad input; a model that does not do the task; data too few to be halved.
    """
    load_plugins(plugins)
    step = {
        "do": "sweep",
        "of": "model",
        "task": _slug(str(data)),
        "max_loss": max_loss,
        "control": control,
        **({"parts": _several(parts)} if parts else {}),
        **({} if criterion is None else {"by" if parts else "criterion": criterion}),
        **({} if grid is None else {"grid": list(grid)}),
        **({"search": "bisection"} if bisection else {}),
        **({} if retrain is None else {"retrain": _training(retrain)}),
        **settings,
    }
    task = {
        "name": data,
        **({} if folder is None else {"folder": str(folder)}),
        **({} if metric is None else {"metric": metric}),
        **({} if examples is None else {"dev": examples}),
        "held": 0.5,
        "seed": seed,
        "max_tokens": max_tokens,
    }
    said = {
        "name": "sweep",
        "title": f"How sparse {_short(model)} gets on {data}",
        "seeds": [seed],
        "threads": threads or _cpus(),
        "tasks": {_slug(str(data)): task},
        "models": {"model": {"load": str(model)}},
        "steps": {"sweep": step},
    }
    recipe = validate(study.Recipe, said)
    place = Path(out) if out is not None else Path("runs") / _named(model, data, said)
    left = [0]
    with _listening(place, heard):
        outcome = study.run_study(
            recipe,
            place,
            engine="serial",
            plugins=plugins,
            command=command,
            on_plan=lambda total, done: left.append(total - done),
        )
    if outcome.failures:
        raise UserError(outcome.failures[0]["why"])
    if left[-1] or not (place / "report.html").exists():
        reports.report(place)
    return _found(place)


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


def _short(model: str | Path) -> str:
    return Path(str(model)).name or str(model)


def _named(model: str | Path, data: Any, said: Mapping[str, Any]) -> str:
    """A folder's name: the same for the same question, another for another."""
    return f"sweep-{_slug(f'{_short(model)}-{data}')}-{digest_of(said)[:6]}"


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
