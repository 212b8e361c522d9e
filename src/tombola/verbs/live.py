"""What verbs that need no text look at, whatever holds it."""

from dataclasses import replace
from typing import Any

from tombola import tickets


def live(source: Any) -> Any:
    """Of a ticket or a `Trainer` its model; what is no such is as it was given."""
    if isinstance(source, tickets.Ticket) or hasattr(source, "train_dataset"):  # a Trainer
        return source.model
    return source


def as_ticket(source: Any, tokenizer: Any = None) -> "tickets.Ticket":
    """A model with what reads text for it: of a folder or hub id, a ticket, a `Trainer`, a model.

    Raises UserError as `tickets.as_ticket` does.
    """
    trainer = hasattr(source, "train_dataset")
    found = tickets.as_ticket(source.model if trainer else source)
    if tokenizer is None and trainer:
        tokenizer = getattr(source, "processing_class", None)
    return found if tokenizer is None else replace(found, tokenizer=tokenizer)
