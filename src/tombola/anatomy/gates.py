"""Gates: numbers that scale the output of attention heads and MLPs, and can be learnt from.

A gate of 1 changes nothing, a gate of 0 closes the head or the MLP. The gradient of a loss with
respect to a gate says how much the head matters (Michel et al. 2019, section 4.1).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from tombola.anatomy.locate import anatomy
from tombola.anatomy.parts import Anatomy, Block
from tombola.errors import UserError


@dataclass(frozen=True)
class Gates:
    """Gates by block name; a block that is not named is not gated.

    All gates are either shared by the examples of a batch, or all are per example.
    """

    heads: Mapping[str, Float[Tensor, "..."]] = field(default_factory=dict)
    """Attention block to gates [heads], or [batch heads]."""
    mlps: Mapping[str, Float[Tensor, "..."]] = field(default_factory=dict)
    """MLP block to a gate [], or [batch]."""

    @classmethod
    def ones(
        cls,
        anatomy: Anatomy,
        batch: int | None = None,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        requires_grad: bool = False,
    ) -> "Gates":
        """Open gates on every head and MLP; one row per example where `batch` is given."""
        rows = () if batch is None else (batch,)

        def ones(*shape: int) -> Tensor:
            return torch.ones(
                (*rows, *shape), dtype=dtype, device=device, requires_grad=requires_grad
            )

        return cls(
            heads={block.name: ones(block.n_heads) for block in anatomy.attention},
            mlps={block.name: ones() for block in anatomy.mlps},
        )

    def closed(
        self, heads: Mapping[str, Iterable[int]] | None = None, mlps: Iterable[str] = ()
    ) -> "Gates":
        """These gates with the named heads and MLPs at zero, as copies that need no gradient.

        Raises UserError where these gates hold no such block or head.
        """
        new_heads = {name: gate.detach().clone() for name, gate in self.heads.items()}
        new_mlps = {name: gate.detach().clone() for name, gate in self.mlps.items()}
        for name, indices in (heads or {}).items():
            gate = _lookup(new_heads, name, "attention block")
            for index in indices:
                if not 0 <= index < gate.shape[-1]:
                    raise UserError(f"{name} has no head {index}; heads 0 to {gate.shape[-1] - 1}")
                gate[..., index] = 0.0
        for name in mlps:
            _lookup(new_mlps, name, "MLP").zero_()
        return Gates(new_heads, new_mlps)


@contextmanager
def gated(model: nn.Module, gates: Gates) -> Iterator[None]:
    """Run `model` with gates on its heads and MLPs; afterwards it is as it was before.

    A head's gate multiplies its output before the output projection mixes the heads; an MLP's gate
    multiplies its output, bias included, before dropout and the residual sum. Under gradient
    checkpointing the backward pass must run inside too, because it runs layers again.

    Raises UserError for a block that the model has not, for gates of a wrong shape, and, when the
    model runs, for per-example gates that meet a batch of another size (as in beam search).
    """
    body = anatomy(model)
    per_example = _check(body, gates)
    blocks = {block.name: block for block in body.blocks}
    with ExitStack() as stack:
        for name, gate in gates.heads.items():
            block = blocks[name]
            output = model.get_submodule(block.modules["output"])
            handle = output.register_forward_pre_hook(_scale_heads(block, gate, per_example))
            stack.callback(handle.remove)
        for name, gate in gates.mlps.items():
            block = blocks[name]
            down = model.get_submodule(block.modules["down"])
            stack.callback(down.register_forward_hook(_scale_mlp(block, gate, per_example)).remove)
        yield


def _scale_heads(
    block: Block, gate: Tensor, per_example: bool
) -> Callable[[nn.Module, tuple[Any, ...]], tuple[Any, ...]]:
    def hook(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        side_by_side: Tensor = args[0]  # [batch, tokens, heads · head_dim]
        if per_example:
            _check_batch(block, gate, side_by_side)
        by_head = side_by_side.unflatten(-1, (block.n_heads, block.head_dim))
        factor = gate.to(by_head)[..., None]  # [(batch,) heads, 1]
        if per_example:
            factor = factor[:, None]
        return ((by_head * factor).flatten(-2), *args[1:])

    return hook


def _scale_mlp(
    block: Block, gate: Tensor, per_example: bool
) -> Callable[[nn.Module, tuple[Any, ...], Any], Tensor]:
    def hook(module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor:
        if per_example:
            _check_batch(block, gate, output)
        factor = gate.to(output)
        return output * (factor[:, None, None] if per_example else factor)

    return hook


def _check(body: Anatomy, gates: Gates) -> bool:
    """Check names and shapes; say whether the gates are per example."""
    shapes: dict[str, tuple[int, ...]] = {}
    for kind, given, blocks in (
        ("attention block", gates.heads, body.attention),
        ("MLP", gates.mlps, body.mlps),
    ):
        known = {block.name: block for block in blocks}
        for name, gate in given.items():
            block = _lookup(known, name, kind)
            inner = (block.n_heads,) if block.n_heads else ()
            outer = tuple(gate.shape[: gate.ndim - len(inner)])
            if tuple(gate.shape[len(outer) :]) != inner or len(outer) > 1:
                raise UserError(
                    f"gates of {name} have the shape {tuple(gate.shape)}; "
                    f"allowed: {inner} or {('batch', *inner)}"
                )
            shapes[name] = outer
    first = next(iter(shapes), None)
    for name, outer in shapes.items():
        if first is not None and outer != shapes[first]:
            raise UserError(
                f"gates of {first} are for a batch of {shapes[first] or 'any size'}, "
                f"those of {name} for a batch of {outer or 'any size'}"
            )
    return bool(first is not None and shapes[first])


def _check_batch(block: Block, gate: Tensor, hidden: Tensor) -> None:
    if hidden.shape[0] != gate.shape[0]:
        raise UserError(
            f"gates of {block.name} are for {gate.shape[0]} examples, "
            f"the model was given {hidden.shape[0]}"
        )


def _lookup(known: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in known:
        raise UserError(f"no {kind} {name!r}; there are: {', '.join(known)}")
    return known[name]
