"""The anatomy of a model: every parameter gets its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from tombola.anatomy.adapters import FAMILIES, BlockPlan, Plan, StackPlan
from tombola.anatomy.parts import Anatomy, Block, BlockKind, Layer, Parameter, SetName, Stack
from tombola.errors import UserError

_HEAD_AXIS = {
    **{(role, is_bias): 0 for role in ("query", "key", "value") for is_bias in (False, True)},
    ("output", False): 1,
    # The output bias is added after the heads have been mixed: it is no head's own.
}
"""The axis that splits into heads, by role and whether it is a bias."""


def anatomy(model: nn.Module) -> Anatomy:
    """Say what `model` is made of; weights are not looked at and may be on the meta device.

    Head and neuron counts are read from the shapes of the matrices, so that a model with removed
    heads is described as it is. A tied parameter counts once, under the first of its names.

    Raises UserError where the model's family is not supported.
    """
    plan = plan_of(model)
    prefix = base_prefix(model)
    config: Any = model.config
    places = dict(_places(model, plan, prefix))
    parameters = []
    for names, tensor in _tensors(model, plan, prefix):
        place = _place_of(names[0], places, prefix)
        is_bias = names[0].endswith(".bias")
        head_axis = _HEAD_AXIS.get((place.role, is_bias)) if place.set == "matrices" else None
        parameters.append(
            Parameter(
                name=names[0],
                shape=tuple(tensor.shape),
                set="biases" if place.set == "matrices" and is_bias else place.set,
                role=place.role,
                stack=place.stack,
                layer=place.layer,
                block=place.block,
                head_axis=head_axis,
                head_dim=None if head_axis is None else place.head_dim,
                aliases=names[1:],
            )
        )
    return Anatomy(
        family=config.model_type,
        architecture=type(model).__name__,
        width=config.hidden_size,
        stacks=tuple(_stack(model, stack, prefix) for stack in plan.stacks),
        parameters=tuple(parameters),
    )


def fixed_tables(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """Names and shapes of tables that are computed, never learnt, such as sinusoidal positions."""
    plan, prefix = plan_of(model), base_prefix(model)
    return {
        name: tuple(tensor.shape)
        for name, tensor in model.named_parameters()
        if _is_fixed(name, plan, prefix)
    }


def in_stacks(model: nn.Module, name: str) -> bool:
    """Whether `name`, in the model or not, is the name of something in a stack's layers."""
    prefix = base_prefix(model)
    return any(
        name.removeprefix(prefix).startswith(f"{stack.layers}.") for stack in plan_of(model).stacks
    )


def plan_of(model: nn.Module) -> Plan:
    """The plan of the model's family. Raises UserError where the family is not supported."""
    kind = type(model).__name__
    config: Any = getattr(model, "config", None)
    family = str(getattr(config, "model_type", None))
    if family not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        what = "no transformers model" if config is None else f"of the family {family!r}"
        raise UserError(f"{kind} is {what}; supported families: {known}")
    plan = FAMILIES[family](config)
    modules = dict(model.named_modules())
    prefix = base_prefix(model)
    for stack in plan.stacks:
        if prefix + stack.layers not in modules:
            raise UserError(
                f"{kind} is no whole model of the family {family!r}: "
                f"it has no {prefix}{stack.layers}"
            )
    return plan


def base_prefix(model: nn.Module) -> str:
    """What the names in the base model begin with: `bert.`, or nothing for a bare model."""
    name = getattr(model, "base_model_prefix", "")
    return f"{name}." if name and hasattr(model, name) else ""


@dataclass(frozen=True)
class _Place:
    """Where the parameters of a module stand."""

    set: SetName
    role: str
    stack: str | None = None
    layer: int | None = None
    block: BlockKind | None = None
    head_dim: int | None = None


def _layers(model: nn.Module, stack: StackPlan, prefix: str) -> Iterator[tuple[int, str]]:
    """The layers of a stack: index and path."""
    path = prefix + stack.layers
    for index, _ in enumerate(model.get_submodule(path).children()):
        yield index, f"{path}.{index}"


def _places(model: nn.Module, plan: Plan, prefix: str) -> Iterator[tuple[str, _Place]]:
    """Paths of the planned modules and the place of their parameters."""
    for path, (set_name, role) in plan.outside.items():
        yield prefix + path, _Place(set_name, role)
    for stack in plan.stacks:
        for index, layer in _layers(model, stack, prefix):
            for block in stack.blocks:
                where = (stack.name, index, block.kind)
                for role, path in block.modules.items():
                    yield f"{layer}.{path}", _Place("matrices", role, *where, stack.head_dim)
                for path in block.norms:
                    yield f"{layer}.{path}", _Place("norms", "norm", *where)


def _place_of(name: str, places: dict[str, _Place], prefix: str) -> _Place:
    """The place of the module that holds the parameter, or of a module around it."""
    if not name.startswith(prefix):
        return _Place("task_head", name.partition(".")[0])
    path = name
    while path:
        path = path.rpartition(".")[0]
        if path in places:
            return places[path]
    raise RuntimeError(f"the adapter has no place for the parameter {name}")


def _tensors(
    model: nn.Module, plan: Plan, prefix: str
) -> Iterator[tuple[tuple[str, ...], nn.Parameter]]:
    """Every learnt tensor once, with all its names."""
    names: dict[int, list[str]] = {}
    tensors: dict[int, nn.Parameter] = {}
    for name, tensor in model.named_parameters(remove_duplicate=False):
        if not _is_fixed(name, plan, prefix):
            names.setdefault(id(tensor), []).append(name)
            tensors[id(tensor)] = tensor
    for key, tensor in tensors.items():
        yield tuple(names[key]), tensor


def _is_fixed(name: str, plan: Plan, prefix: str) -> bool:
    return any(name.startswith(f"{prefix}{path}.") for path in plan.fixed)


def _stack(model: nn.Module, stack: StackPlan, prefix: str) -> Stack:
    layers = []
    for index, path in _layers(model, stack, prefix):
        blocks = tuple(_block(model, stack, index, path, block) for block in stack.blocks)
        layers.append(Layer(stack.name, index, blocks))
    return Stack(stack.name, tuple(layers))


def _block(model: nn.Module, stack: StackPlan, index: int, layer: str, plan: BlockPlan) -> Block:
    modules = {role: f"{layer}.{path}" for role, path in plan.modules.items()}
    if plan.kind == "mlp":
        neurons = _rows(model, modules["up"])
        return Block(stack.name, index, plan.kind, modules, n_neurons=neurons)
    return Block(
        stack.name,
        index,
        plan.kind,
        modules,
        n_heads=_rows(model, modules["query"]) // stack.head_dim,
        head_dim=stack.head_dim,
    )


def _rows(model: nn.Module, path: str) -> int:
    """Rows of the weight [rows, columns] of a linear module."""
    return model.get_parameter(f"{path}.weight").shape[0]
