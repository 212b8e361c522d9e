"""What every layer of a model still tells a probe."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import dissect, tasks, tickets
from tombola.errors import UserError
from tombola.settings import validate
from tombola.verbs.datasets.knobs import language_of
from tombola.verbs.vocabulary import vocabulary

if TYPE_CHECKING:
    from tombola.dissect import ProbeResult
    from tombola.language import Language
    from tombola.tickets import Ticket

ALL = "all"
"""In place of a task's name: all word tasks."""


def probe(
    model: str | Path,
    task: str | Sequence[str] = "pos",
    folder: str | Path | None = None,
    *,
    files: Mapping[str, str | Path] | None = None,
    format: str | None = None,  # noqa: A002 — the word that users know
    knobs: dict[str, Any] | None = None,
    train: int | None = None,
    dev: int | None = None,
    test: int | None = None,
    seed: int = 0,
    stack: str | None = None,
    too_long: str = "window",
    cache: str | Path | None = None,
    **settings: Any,
) -> "list[ProbeResult]":
    """Train probes on every layer of a model: what can still be read off it.

    Args:
        model: where to load the model from.
        task: word tasks by name (`pos`, `ner`, `parent`, …), or `all` of them; or `builtin-pos`.
        folder: with a file of the task for each split; none for the built-in language, by default
            with the knobs of the language that the model was trained on.
        files: instead of a folder, the file of each split: train, dev, test.
        format: of the files; by default what their ending tells.
        knobs: of the built-in language.
        train: texts to train on; all where not given.
        dev: texts of the second split, which decides when to stop; where there is no test, they are
            scored, and a tenth of the training texts decides.
        test: texts to score on.
        seed: of the probes, and of the negatives of arcs.
        stack: encoder or decoder.
        too_long: window, refuse or skip: what becomes of texts too long for the model.
        cache: folder where vectors of words are kept, and found again.
        settings: fields of `tombola.dissect.ProbeSettings`: `hidden=[0, 1024]`, `replicates=5`, …

    Raises:
        UserError: missing or malformed text, no such model, or a setting of no use.
    """
    chosen = validate(dissect.ProbeSettings, settings)
    _check_choice("stack", stack, ("encoder", "decoder", None))
    _check_choice("too_long", too_long, ("window", "refuse", "skip"))
    ticket = tickets.load(model)
    vocabulary(ticket, model)  # refused where there is none
    names = _names(task)
    read = folder is not None or files is not None
    language = language_of(knobs) if knobs is not None or read else _language(ticket)
    made = {
        name: tasks.load_task(
            name,
            folder,
            train,
            dev,
            seed,
            language,
            format,
            test,
            None if files is None else {split: Path(file) for split, file in files.items()},
        )
        for name in names
    }
    return dissect.probe(
        ticket.model,
        ticket.tokenizer,
        {name: tasks.as_words(one) for name, one in made.items()},
        seed=seed,
        settings=chosen,
        stack=stack,  # type: ignore[arg-type]  # checked above
        too_long=too_long,  # type: ignore[arg-type]
        folder=None if cache is None else Path(cache),
    )


def _names(task: str | Sequence[str]) -> tuple[str, ...]:
    if task == ALL:
        return tuple(tasks.WORD_TASKS)
    names = (task,) if isinstance(task, str) else tuple(task)
    if not names:
        raise UserError("name a task to probe for")
    return names


def _language(ticket: "Ticket") -> "Language | None":
    """The built-in language that a model was trained on, as its ticket says; None elsewhere."""
    about = ticket.provenance.get("task")
    knobs = about.get("language") if isinstance(about, dict) else None
    return language_of(knobs) if isinstance(knobs, dict) else None


def _check_choice(name: str, value: str | None, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        names = ", ".join(each for each in allowed if each is not None)
        raise UserError(f"{name}: one of {names}, not {value!r}")
