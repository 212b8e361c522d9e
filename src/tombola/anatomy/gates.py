"""Gates: numbers that scale the output of heads, MLPs and neurons, and can be learnt from.

A gate of 1 changes nothing, a gate of 0 closes the head, the MLP or the neuron. The gradient of a
loss with respect to a gate says how much what it stands at matters (Michel et al. 2019, section
4.1).
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from tombola.anatomy.locate import Located, anatomy, located
from tombola.anatomy.parts import Anatomy, Block
from tombola.anatomy.wrappers import unwrapped
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
    neurons: Mapping[str, Float[Tensor, "..."]] = field(default_factory=dict)
    """MLP block to gates [neurons], or [batch neurons]."""

    @classmethod
    def ones(
        cls,
        anatomy: Anatomy,
        batch: int | None = None,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        requires_grad: bool = False,
        neurons: bool = False,
    ) -> "Gates":
        """Open gates on every head and MLP, and where asked on every neuron of every MLP.

        One row per example where `batch` is given.
        """
        rows = () if batch is None else (batch,)

        def ones(*shape: int) -> Tensor:
            return torch.ones(
                (*rows, *shape), dtype=dtype, device=device, requires_grad=requires_grad
            )

        return cls(
            heads={block.name: ones(block.n_heads) for block in anatomy.attention},
            mlps={block.name: ones() for block in anatomy.mlps},
            neurons={b.name: ones(b.n_neurons) for b in anatomy.mlps} if neurons else {},
        )

    def closed(
        self,
        heads: Mapping[str, Iterable[int]] | None = None,
        mlps: Iterable[str] = (),
        neurons: Mapping[str, Iterable[int]] | None = None,
    ) -> "Gates":
        """These gates with some at zero, as copies that need no gradient.

        Raises UserError where these gates hold no such block, head or neuron.
        """

        def copied(gates: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {name: gate.detach().clone() for name, gate in gates.items()}

        new = Gates(copied(self.heads), copied(self.mlps), copied(self.neurons))
        for kind, gates, gone in (("head", new.heads, heads), ("neuron", new.neurons, neurons)):
            for name, indices in (gone or {}).items():
                gate = _lookup(gates, name, f"gates on the {kind}s of")
                for index in indices:
                    if not 0 <= index < gate.shape[-1]:
                        last = gate.shape[-1] - 1
                        raise UserError(f"{name} has no {kind} {index}; {kind}s 0 to {last}")
                    gate[..., index] = 0.0
        for name in mlps:
            _lookup(new.mlps, name, "gate on the MLP").zero_()
        return new

    def to_dict(self) -> dict[tuple[str, str], Tensor]:
        """All gates by kind (`heads`, `mlps`, `neurons`) and block."""
        return {
            (kind, name): gate
            for kind in ("heads", "mlps", "neurons")
            for name, gate in getattr(self, kind).items()
        }


@contextmanager
def gated(model: nn.Module, gates: Gates) -> Iterator[None]:
    """Run `model` with gates on its heads, MLPs and neurons; afterwards it is as it was before.

    A head's gate multiplies its output before the output projection mixes the heads. An MLP's gate
    multiplies its output, bias included, before dropout and the residual sum; where the output is
    normalised before that sum (Gemma 2), it multiplies what comes out of the normalisation, which
    no scale would pass. A neuron's gate multiplies what the down projection is given of it.

    Holds under autocast, in generation with a cache, and for a model that `torch.compile` has
    compiled, which is compiled anew inside and after (compiled code does not look for new hooks).
    Under gradient checkpointing the backward pass must run inside too, because it runs layers
    again.

    Raises UserError for a block that the model has not, for gates of a wrong shape, and, when the
    model runs, for per-example gates that meet a batch of another size (as in beam search).
    """
    model = unwrapped(model)
    where = located(model)  # the blocks alone: this may be done for every batch
    per_example = _check([found.block for found in where.values()], gates)
    with ExitStack() as stack:
        stack.callback(_forget_compiled)  # called last, when the hooks are gone
        sizes = _batch_sizes(model, gates, where, stack) if per_example else {}
        for name, gate in (*gates.heads.items(), *gates.neurons.items()):
            found = where[name]
            role = "down" if found.block.kind == "mlp" else "output"
            module = model.get_submodule(found.block.modules[role])
            hook = _scale_inputs(found, gate, sizes.get(name))
            stack.callback(module.register_forward_pre_hook(hook).remove)
        for name, gate in gates.mlps.items():
            found = where[name]
            module = model.get_submodule(found.gate_at)
            hook_out = _scale_output(found, gate, sizes.get(name))
            stack.callback(module.register_forward_hook(hook_out).remove)
        _forget_compiled()
        yield


def gate_gradients(
    model: nn.Module,
    losses: Callable[[], Float[Tensor, " batch"]],
    n_examples: int,
    neurons: bool = False,
    body: Anatomy | None = None,
    at: Gates | None = None,
) -> Gates:
    """The gradient of each example's loss with respect to every gate, by default all gates open.

    One forward and one backward pass for all examples and gates; the parameters take no part, which
    saves a third of the work and leaves their `.grad` alone.

    Args:
        model: a supported model.
        losses: runs the model on `n_examples` examples and gives the loss of each.
        n_examples: how many those are.
        neurons: whether neurons have gates, too.
        body: the model's anatomy, where it is known: to look at it takes as long as a small batch.
        at: where the gradient is taken, gates that all examples share ([heads], []); a gate that is
            closed there has the gradient with which it would open.

    Returns gradients [batch heads], [batch] of MLPs, and [batch neurons], in float64 where the
    model is. A loss that some gate does not reach has a gradient of zero there.

    Raises UserError where the losses are not one for each example (a mean over them has gradients
    too small by their number), and within `torch.inference_mode`, where nothing has a gradient.
    """
    if torch.is_inference_mode_enabled():
        raise UserError("gradients of gates: not within torch.inference_mode; no_grad is fine")
    body = anatomy(model) if body is None else body
    first = next(model.parameters())
    gates = Gates.ones(
        body,
        n_examples,
        dtype=torch.promote_types(first.dtype, torch.float32),  # a half is too coarse for them
        device=first.device,
        requires_grad=True,
        neurons=neurons,
    )
    if at is not None:
        _set(gates, at)
    learnt = [p for p in model.parameters() if p.requires_grad]
    for parameter in learnt:
        parameter.requires_grad_(False)
    try:
        with gated(model, gates), torch.enable_grad():
            flat = gates.to_dict()
            each = losses()
            if tuple(each.shape) != (n_examples,):
                raise UserError(
                    f"gradients of gates: one loss for each of {n_examples} examples is needed, of "
                    f"the shape ({n_examples},), not {tuple(each.shape)}: use reduction='none'"
                )
            if not each.requires_grad:
                raise UserError("gradients of gates: the losses do not depend on the model")
            found = torch.autograd.grad(
                each.sum(), list(flat.values()), allow_unused=True, materialize_grads=True
            )
    finally:
        for parameter in learnt:
            parameter.requires_grad_(True)
    by_kind: dict[str, dict[str, Tensor]] = {"heads": {}, "mlps": {}, "neurons": {}}
    for (kind, name), gradient in zip(flat, found, strict=True):
        by_kind[kind][name] = gradient
    return Gates(**by_kind)


@torch.no_grad()
def _set(gates: Gates, at: Gates) -> None:
    """Move gates, one row for each example, to the values of others that have no rows."""
    values = at.to_dict()
    for key, gate in gates.to_dict().items():
        if key in values:
            gate.copy_(values[key].expand_as(gate))


def _forget_compiled() -> None:
    """Make `torch.compile` look at the model's hooks again; nothing where it was never used."""
    if "torch._dynamo" in sys.modules:
        torch.compiler.reset()


@dataclass
class _BatchSize:
    """How many examples the layer is working on, for an MLP that cannot see it."""

    n: int | None = None


def _batch_sizes(
    model: nn.Module, gates: Gates, where: Mapping[str, Located], stack: ExitStack
) -> dict[str, _BatchSize]:
    """Watch, for MLPs that see the tokens of all examples in one list, how many examples pass."""
    sizes: dict[str, _BatchSize] = {}
    for name in {*gates.mlps, *gates.neurons}:
        found = where[name]
        if not found.plan.rows_flat:
            sizes[name] = _BatchSize()
            continue
        sizes[name] = size = _BatchSize()
        before = where[f"{found.block.stack}.{found.block.layer}.self"].block.modules["output"]

        def note(module: nn.Module, args: tuple[Any, ...], size: _BatchSize = size) -> None:
            size.n = args[0].shape[0]

        stack.callback(model.get_submodule(before).register_forward_pre_hook(note).remove)
    return sizes | {name: _BatchSize() for name in gates.heads}


def _scale_inputs(
    found: Located, gate: Tensor, size: _BatchSize | None
) -> Callable[[nn.Module, tuple[Any, ...]], tuple[Any, ...]]:
    """Multiply the channels that a projection is given, those of a head alike."""
    channels = found.block.head_dim or 1

    def hook(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        hidden: Tensor = args[0]  # [batch, tokens, units · channels]
        factor = gate.to(hidden).repeat_interleave(channels, dim=-1)
        if size is not None:
            factor = _by_row(found, factor, hidden, size)
        return (hidden * factor, *args[1:])  # never in place: others may keep what they saw

    return hook


def _scale_output(
    found: Located, gate: Tensor, size: _BatchSize | None
) -> Callable[[nn.Module, tuple[Any, ...], Any], Tensor]:
    def hook(module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor:
        factor = gate.to(output)
        if size is not None:
            factor = _by_row(found, factor[:, None], output, size)
        return output * factor

    return hook


def _by_row(
    found: Located, factor: Float[Tensor, "batch channels"], hidden: Tensor, size: _BatchSize
) -> Tensor:
    """Lay per-example factors along the examples of what they multiply."""
    is_flat = found.plan.rows_flat
    n = size.n if is_flat and size.n is not None else hidden.shape[found.batch_axis]
    if n != factor.shape[0]:
        raise UserError(
            f"gates of {found.block.name} are for {factor.shape[0]} examples, "
            f"the model was given {n}"
        )
    if is_flat:
        return factor.repeat_interleave(hidden.shape[0] // n, dim=0)
    return factor.unsqueeze(1 - found.batch_axis)


def _check(blocks: list[Block], gates: Gates) -> bool:
    """Check names and shapes; say whether the gates are per example."""
    shapes: dict[str, tuple[int, ...]] = {}
    mlps = {block.name: block for block in blocks if block.kind == "mlp"}
    attention = {block.name: block for block in blocks if block.kind != "mlp"}
    kinds = (
        ("attention block", gates.heads, attention),
        ("MLP", gates.mlps, mlps),
        ("MLP", gates.neurons, mlps),
    )
    for kind, given, known in kinds:
        for name, gate in given.items():
            block = _lookup(known, name, kind)
            units = block.n_heads if kind == "attention block" else block.n_neurons
            inner = () if given is gates.mlps else (units,)
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


def _lookup(known: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in known:
        raise UserError(f"no {kind} {name!r}; there are: {', '.join(known) or 'none'}")
    return known[name]
