"""How many tokens a model can take at once."""

from typing import Any

from torch import nn

UNSTATED = 10**20
"""A tokenizer that knows no limit says a number beyond this one."""


def longest_input(model: nn.Module, tokenizer: Any) -> int | None:
    """Tokens that `model` and `tokenizer` allow in one row, special ones included.

    None where neither has a limit, as with relative positions (T5). Models that number positions
    from beyond their padding's id (RoBERTa, XLM-R, MPNet, ESM, …) have fewer than the size of their
    table: 512 of 514.
    """
    limits = [positions(model), tokenizer.model_max_length]
    return min((n for n in limits if n is not None and n < UNSTATED), default=None)


def positions(model: nn.Module) -> int | None:
    """Positions that `model` has, or was trained for; None where it counts distances only."""
    config: Any = model.config
    stated = getattr(config, "max_position_embeddings", None)
    if stated is None or stated <= 0:  # XLNet says -1
        return None
    usable = [int(stated)]
    for path, module in model.named_modules():
        # A table of positions with a row for padding: the first position follows that row.
        padding = getattr(module, "padding_idx", None)
        weight = getattr(module, "weight", None)
        if padding is not None and weight is not None and "position" in path.rpartition(".")[2]:
            usable.append(weight.shape[0] - padding - 1)
    return min(usable)
