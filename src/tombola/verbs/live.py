"""What verbs that need no text look at, whatever holds it."""

from pathlib import Path
from typing import Any

from tombola import tickets
from tombola.errors import UserError


def live(source: Any) -> Any:
    """Of a ticket or a `Trainer` its model; what is no such is as it was given."""
    if isinstance(source, tickets.Ticket):
        return source.model
    if hasattr(source, "model") and hasattr(source, "train_dataset"):  # a Trainer
        return source.model
    return source


def as_ticket(source: Any, tokenizer: Any = None) -> "tickets.Ticket":
    """A model with what reads text for it: of a folder or hub id, a ticket, a `Trainer`, a model.

    Raises UserError for what is none of these, and as `tickets.as_ticket` does.
    """
    if isinstance(source, str | Path | tickets.Ticket):
        return tickets.as_ticket(source)
    from torch import nn

    model = live(source)
    if not isinstance(model, nn.Module):
        raise UserError(
            "a folder, a hub id, a ticket, a Trainer or a model was expected, not "
            f"{type(source).__name__}"
        )
    held = tokenizer if tokenizer is not None else getattr(source, "processing_class", None)
    return tickets.Ticket(model, None, held)
