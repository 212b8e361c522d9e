"""Tickets in EleutherAI's lm-evaluation-harness: `lm_eval --model tombola`.

The package `lm_eval` is not one of tombola's; it is imported when a model is asked for.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.errors import UserError

if TYPE_CHECKING:
    from tombola.tickets import Ticket

MODEL = "TicketLM"
"""What the entry point of the group `lm_eval.models` names; made when it is asked for."""


def lm(pretrained: "str | Path | Ticket", **settings: Any) -> Any:
    """A ticket as a model of the harness, for `lm_eval.simple_evaluate(model=…, tasks=[…])`.

    Args:
        pretrained: a ticket, its folder, the folder of any model, cut ones too, or a hub id; of a
            language model.
        settings: of the harness's model for transformers: `batch_size`, `max_length`, `device`, …

    Raises:
        UserError: the harness is not installed; no such model; a ticket without a tokenizer, or
            whose masked weights are not zero.
    """
    return _ticket_lm()(pretrained=pretrained, **settings)


def __getattr__(name: str) -> Any:
    if name == MODEL:
        return _ticket_lm()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _ticket_lm() -> Any:
    """The harness's model for transformers, made of tickets; it takes only classes of its own."""
    try:
        backend: Any = import_module("lm_eval.models.huggingface").HFLM
    except ModuleNotFoundError as problem:
        if problem.name is None or not problem.name.startswith("lm_eval"):
            raise
        raise UserError(
            "the lm-evaluation-harness is not installed: pip install 'lm_eval[hf]'"
        ) from problem

    def start(self: Any, pretrained: Any, **settings: Any) -> None:
        from tombola.tickets import as_ticket

        ticket = as_ticket(pretrained)
        if ticket.tokenizer is None:
            raise UserError(f"{pretrained}: no tokenizer beside the model, so it reads no text")
        self.tombola = ticket
        backend.__init__(self, pretrained=ticket.model, tokenizer=ticket.tokenizer, **settings)

    return type(MODEL, (backend,), {"__init__": start, "__module__": __name__})
