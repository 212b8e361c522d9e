"""Tickets in EleutherAI's lm-evaluation-harness: `python -m tombola.harness`.

The package `lm_eval` is not one of tombola's; it is imported when a model is asked for.
"""

import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.errors import UserError

if TYPE_CHECKING:
    from tombola.tickets import Ticket

MODEL = "TicketLM"
"""The class that the harness is given; made when it is asked for."""


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


def main() -> None:
    """The harness's own command line, in which `--model tombola` is known.

    The harness (0.4.13) does not look for models of other packages. Exits with 2 and a line where
    it is not installed.
    """
    try:
        model = _ticket_lm()
    except UserError as problem:
        sys.stderr.write(f"tombola: {problem}\n")
        raise SystemExit(2) from None
    import_module("lm_eval.api.registry").register_model("tombola")(model)
    import_module("lm_eval.__main__").cli_evaluate()


if __name__ == "__main__":
    main()
