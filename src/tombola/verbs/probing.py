"""What every layer of a model still tells a linear probe."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tombola import dissect, tasks, tickets
from tombola.errors import UserError
from tombola.settings import validate
from tombola.verbs.vocabulary import vocabulary

if TYPE_CHECKING:
    from tombola.dissect import ProbeResult


def probe(
    model: str | Path,
    name: str = "builtin-pos",
    folder: str | Path | None = None,
    *,
    train: int | None = None,
    dev: int | None = None,
    seed: int = 0,
    epochs: int = 50,
) -> "list[ProbeResult]":
    """Train a linear probe on every layer of a model.

    Args:
        model: where to load the model from.
        name: the tagging task, `pos` or `builtin-pos`.
        folder: the task's files; none for the built-in language.
        train: sentences to train on; all where not given.
        dev: sentences to score on; all where not given.
        seed: of the probe's initial weights and the order of words.
        epochs: passes over the training words, at most.

    Raises:
        UserError: missing or malformed text, or no such model.
    """
    task = tasks.load_task(name, folder, train=train, dev=dev)
    if task.kind != "tagging":
        raise UserError(f"task {name}: a probe needs tags of words; this is {task.kind}")
    ticket = tickets.load(model)
    vocabulary(ticket, model)  # refused where there is none
    settings = validate(dissect.ProbeSettings, {"epochs": epochs})
    return dissect.probe(
        ticket.model,
        ticket.tokenizer,
        cast(Any, task.train),  # tagged sentences, as the task's kind says
        cast(Any, task.dev),
        seed=seed,
        settings=settings,
    )
