"""What verbs that need no text look at, whatever holds it."""

from dataclasses import replace
from typing import Any

from tombola import tickets
from tombola.verbs.stages import model_of


def is_trainer(source: Any) -> bool:
    """Whether it is a `Trainer`, which has a model and what reads text for it."""
    return hasattr(source, "model") and hasattr(source, "processing_class")


def live(source: Any) -> Any:
    """Of a ticket or a `Trainer` its model, of a stage its folder; all else is as it was given."""
    if isinstance(source, tickets.Ticket) or is_trainer(source):
        return source.model
    return model_of(source)


def as_ticket(source: Any, tokenizer: Any = None) -> "tickets.Ticket":
    """A model with what reads text for it: of a folder or hub id, a ticket, a `Trainer`, a model.

    Raises UserError as `tickets.as_ticket` does.
    """
    trainer = is_trainer(source)
    found = tickets.as_ticket(source.model if trainer else model_of(source))
    if tokenizer is None and trainer:
        tokenizer = source.processing_class
    return found if tokenizer is None else replace(found, tokenizer=tokenizer)
