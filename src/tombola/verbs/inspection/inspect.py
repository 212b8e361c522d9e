"""What can be told of a model at a look."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola import anatomy

if TYPE_CHECKING:
    import torch

    from tombola.anatomy import Inspection


def inspect(model: "torch.nn.Module | str | Path") -> "Inspection":
    """What a model is made of, and how sparse it is; `print` it to read it.

    Args:
        model: a model, a ticket's or a model's folder, a configuration file, a hub id.

    Raises:
        UserError: no such model, or one of a family that is not supported.
    """
    return anatomy.inspect(model)
