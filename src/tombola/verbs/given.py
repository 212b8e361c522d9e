"""The model that a user gives to a verb: by name, or in memory."""

from pathlib import Path
from typing import Any

from tombola import tickets, training
from tombola.errors import UserError


def given_model(source: Any, tokenizer: Any) -> tuple[Any, Any, str]:
    """The model of a folder or hub id, or the one in memory; what reads text for it; its name.

    Raises UserError where there is none, or nothing that can read text and pad it.
    """
    if isinstance(source, str | Path):
        ticket = tickets.load(source)
        live, called = ticket.model.to(training.best_device()), str(source)
        tokenizer = ticket.tokenizer if tokenizer is None else tokenizer
    else:
        from tombola.anatomy.locate import unwrapped

        live = unwrapped(source)  # compiled code does not look for new hooks
        called = type(live).__name__
    if tokenizer is None:
        raise UserError(f"{called}: no tokenizer there: it cannot read text")
    if tokenizer.pad_token_id is None:
        raise UserError(f"{called}: the tokenizer has no token to pad batches with")
    return live, tokenizer, called
