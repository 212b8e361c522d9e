"""The sub-words that a model reads."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola import anatomy
from tombola.errors import UserError

if TYPE_CHECKING:
    from tombola.tickets import Ticket


def vocabulary(ticket: "Ticket", source: str | Path) -> dict[str, int]:
    """Sub-word to its number. Raises UserError, which says why, where there is none to be read."""
    if ticket.tokenizer is None and anatomy.has_tokenizer(source):
        anatomy.load_tokenizer(source)  # says why it cannot be read
    if ticket.tokenizer is None:
        raise UserError(f"{source}: no tokenizer there: it cannot read text")
    found: dict[str, int] = ticket.tokenizer.get_vocab()
    return found
