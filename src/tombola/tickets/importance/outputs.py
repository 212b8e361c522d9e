"""What each head and MLP puts out, just where its gate would stand."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from tombola.anatomy.locate import Located, located

Outputs = dict[str, list[Tensor]]
"""Block to what its module was given (attention) or gave (MLP), once for each use of it."""


@contextmanager
def watched(model: nn.Module) -> Iterator[Outputs]:
    """Keep what heads and MLPs put out while the model runs; empty it between batches."""
    seen: Outputs = {}
    with ExitStack() as stack:
        for name, found in located(model).items():

            def keep_input(module: nn.Module, args: tuple[Any, ...], name: str = name) -> None:
                seen.setdefault(name, []).append(args[0])

            def keep_output(
                module: nn.Module, args: tuple[Any, ...], output: Any, name: str = name
            ) -> None:
                seen.setdefault(name, []).append(output)

            if found.block.kind == "mlp":
                hook = model.get_submodule(found.gate_at).register_forward_hook(keep_output)
            else:
                at = model.get_submodule(found.block.modules["output"])
                hook = at.register_forward_pre_hook(keep_input)
            stack.callback(hook.remove)
        yield seen


def by_example(
    found: Located, output: Float[Tensor, "..."], size: int
) -> Float[Tensor, "batch tokens parts channels"]:
    """The output of a block of `size` examples, its heads apart; an MLP is one part."""
    if found.plan.rows_flat and output.ndim == 2:
        output = output.unflatten(0, (size, -1))
    output = output.movedim(found.batch_axis, 0)
    n_parts = 1 if found.block.kind == "mlp" else found.block.n_heads
    return output.unflatten(-1, (n_parts, -1))
