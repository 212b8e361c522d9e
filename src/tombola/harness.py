"""Tickets in EleutherAI's lm-evaluation-harness: `lm_eval --model tombola`.

The package `lm_eval` is not one of tombola's; it is imported when a model is asked for.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.errors import UserError

if TYPE_CHECKING:
    from tombola.tickets import Ticket

NAME = "tombola"
"""The model's name for the harness: an entry point of the group `lm_eval.models`."""


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
    try:
        backend = import_module("lm_eval.models.huggingface").HFLM
    except ModuleNotFoundError as problem:
        if problem.name is None or not problem.name.startswith("lm_eval"):
            raise
        raise UserError(
            "the lm-evaluation-harness is not installed: pip install 'lm_eval[hf]'"
        ) from problem
    from tombola.tickets import as_ticket

    ticket = as_ticket(pretrained)
    if ticket.tokenizer is None:
        raise UserError(f"{pretrained}: no tokenizer beside the model, so it reads no text")
    model = backend(pretrained=ticket.model, tokenizer=ticket.tokenizer, **settings)
    model.tombola = ticket
    return model


class TicketLM:
    """What `--model tombola` stands for; the harness makes its models from text or mappings."""

    @classmethod
    def create_from_arg_string(cls, arg_string: str, additional_config: Any = None) -> Any:
        """A model from `pretrained=FOLDER,…`, as the command line writes it."""
        parse = import_module("lm_eval.utils").simple_parse_args_string
        return cls.create_from_arg_obj(parse(arg_string), additional_config)

    @classmethod
    def create_from_arg_obj(cls, arg_dict: dict[str, Any], additional_config: Any = None) -> Any:
        """A model from a mapping of settings."""
        more = {k: v for k, v in (additional_config or {}).items() if v is not None}
        return lm(**{**arg_dict, **more})
