"""How sparse a trained model gets before it loses too much."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import report as reports
from tombola import study, tickets
from tombola.errors import UserError
from tombola.plugins import load_plugins
from tombola.settings import validate
from tombola.study.stage import digest_of
from tombola.study.sweep_settings import SweepStep
from tombola.tasks.own import OWN
from tombola.verbs.asked import Asked, Chosen, chosen, said
from tombola.verbs.functions import by_function
from tombola.verbs.given import Given, given
from tombola.verbs.listening import Heard, listening
from tombola.verbs.posed import Posed, posed
from tombola.verbs.swept import Swept, found_in

if TYPE_CHECKING:
    from tombola.tasks import Task

HALF = 0.5
"""Share of the examples that chooses."""


@by_function
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
    words = said(asked)
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
    found = _posed(one, about, batch_size, words.max_tokens)
    fitted = halved(one, found, words.seed)
    name = _slug(fitted.name)
    choice = _choice(task, folder, words, about, fitted)
    recipe = {
        "name": "sweep",
        "title": f"How sparse {_short(about.called)} gets on {fitted.name}",
        "seeds": [words.seed],
        "threads": threads or _cpus(),
        "tasks": {name: {**choice, "max_tokens": found.max_tokens}},
        "models": {"model": {"load": about.called}},
        "steps": {"sweep": {**step, "task": name}},
    }
    checked = validate(study.Recipe, recipe)
    place = Path(out) if out is not None else None
    return _run(checked, about, fitted, place, plugins, command, heard, found.notes)


def _posed(one: Chosen, about: Given, batch_size: int, max_tokens: int | None) -> Posed:
    try:
        return posed(one, about, batch_size=batch_size, max_tokens=max_tokens)
    except UserError as problem:
        if "has no head" not in str(problem):
            raise
        raise UserError(f"{problem}; a sweep prunes a model that has learned the task") from None


def halved(one: Chosen, found: Posed, seed: int) -> "Task":
    """The task in halves: one that chooses, one that is reported.

    Where the model has classes that the data lack it is the model's; else its classes are put in
    the task's order, as in all studies.
    """
    by_model, own = found.by_model.task, one.task
    further = len(by_model.labels or ()) > len(own.labels or ())
    return (by_model if further or one.ordered else own).holding(HALF, seed)


def _run(
    recipe: study.Recipe,
    about: Given,
    task: "Task",
    out: Path | None,
    plugins: tuple[str | Path, ...],
    command: str,
    heard: Heard,
    notes: tuple[str, ...],
) -> Swept:
    """Do what is not done yet, and write the page."""
    (name,) = recipe.tasks
    ticket = tickets.Ticket(about.model, about.mask, about.tokenizer)
    memory = study.InMemory({name: task}, {"model": ticket})
    place = out if out is not None else Path("runs") / _named(recipe, task, memory)
    left = [0]
    with listening(place, heard):
        outcome = study.run_study(
            recipe,
            place,
            plugins=plugins,
            command=command,
            given=memory,
            on_plan=lambda planned: left.append(planned.waiting),
        )
    if outcome.failures:
        raise UserError(outcome.failures[0]["why"])
    if left[-1] or not (place / "report.html").exists():
        reports.report(place)
    return found_in(place, notes)


def _choice(
    task: Any, folder: str | Path | None, words: Asked, about: Given, found: "Task"
) -> dict[str, Any]:
    """How a recipe names the task, and so a ticket remembers it."""
    choice: dict[str, Any] = {"name": found.name, "held": HALF, "seed": words.seed}
    data = words.data if words.data is not None else task
    if data is None:
        recorded = about.provenance.get("task")
        kept = recorded.get("choice", {}) if isinstance(recorded, Mapping) else {}
        return {**kept, **choice}
    if not isinstance(data, str | Path):
        return choice | {"data": "(in memory)"}
    if found.name == OWN:
        choice |= {"data": str(data), **words.columns()}
    elif folder is not None:
        choice |= {"folder": str(folder)}
    asked = {"split": words.split, "format": words.format, "metric": words.metric}
    more: dict[str, Any] = {} if words.knobs is None else {"language": words.knobs}
    more |= {"skip_bad": True} if words.skip_bad else {}
    return choice | more | {key: one for key, one in asked.items() if one is not None}


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
