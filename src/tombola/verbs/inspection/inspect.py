"""What can be told of a model at a look."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola import anatomy
from tombola.verbs.inspection.portrait import Portrait
from tombola.verbs.live import live

if TYPE_CHECKING:
    import torch

    from tombola.tickets import Ticket


def inspect(model: "torch.nn.Module | Ticket | str | Path") -> Portrait:
    """What a model is made of, and how sparse it is; `print` it to read it.

    Args:
        model: a model, a ticket, a `Trainer`, a ticket's or a model's folder, a configuration file,
            a hub id.

    Raises:
        UserError: no such model, or one of a family that is not supported.
    """
    return Portrait.of(anatomy.inspect(live(model)))
