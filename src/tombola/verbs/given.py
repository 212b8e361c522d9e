"""The model that a user gives to a verb: by name, or in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tombola import anatomy, tickets, training
from tombola.errors import UserError
from tombola.verbs.live import is_trainer
from tombola.verbs.stages import model_of
from tombola.verbs.vocabulary import vocabulary


@dataclass(frozen=True)
class Given:
    """A model, what reads text for it, and what its ticket says of where it comes from."""

    model: Any
    tokenizer: Any
    called: str
    """How messages name it."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    mask: Any = None
    """What survives of it, where it is a ticket."""

    @property
    def regresses(self) -> bool:
        """Whether it gives one number for an example."""
        return getattr(getattr(self.model, "config", None), "num_labels", None) == 1


def given(source: Any, tokenizer: Any = None, *, pads: bool = True) -> Given:
    """The model of a folder, hub id or ticket, the one in memory, or the one of a `Trainer`.

    Raises UserError where there is none, or nothing that can read text and, with `pads`, pad it.
    """
    provenance: Mapping[str, Any] = {}
    mask = None
    if is_trainer(source):
        tokenizer = source.processing_class if tokenizer is None else tokenizer
        source = source.model
    if isinstance(source, str | Path):
        called, source = str(source), tickets.load(model_of(source))
        if tokenizer is None:
            vocabulary(source, called)
        source.model.to(training.best_device())
    else:
        called = type(getattr(source, "model", source)).__name__
    if isinstance(source, tickets.Ticket):
        live, provenance, mask = source.model, source.provenance, source.mask
        tokenizer = source.tokenizer if tokenizer is None else tokenizer
    else:
        live = anatomy.unwrapped(source)  # compiled code does not look for new hooks
        called = type(live).__name__
    if tokenizer is None:
        raise UserError(f"{called}: no tokenizer there: it cannot read text")
    if pads and tokenizer.pad_token_id is None:
        raise UserError(f"{called}: the tokenizer has no token to pad batches with")
    return Given(live, tokenizer, called, provenance, mask)


def given_model(source: Any, tokenizer: Any) -> tuple[Any, Any, str]:
    """The model, what reads text for it, and its name: see `given`."""
    found = given(source, tokenizer)
    return found.model, found.tokenizer, found.called
