"""The anatomy of a model: every parameter gets its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from tombola.anatomy.adapters import FAMILIES, BlockPlan, Plan, StackPlan
from tombola.anatomy.layout import count_heads, n_inputs, split_axis, strips
from tombola.anatomy.parts import (
    Anatomy,
    Block,
    BlockKind,
    Layer,
    Parameter,
    SetName,
    Stack,
    Strip,
)
from tombola.anatomy.wrappers import unwrapped
from tombola.errors import UserError


def anatomy(model: nn.Module) -> Anatomy:
    """Say what `model` is made of; weights are not looked at and may be on the meta device.

    Head and neuron counts are read from the shapes of the matrices, so that a model with removed
    heads is described as it is. A tied parameter counts once, under the first of its names that is
    not in a task's head: an output projection that is the table of words is the table of words.

    Raises UserError where the model's family is not supported.
    """
    model = unwrapped(model)
    plan = plan_of(model)
    prefix = base_prefix(model)
    config: Any = model.config
    modules = dict(model.named_modules(remove_duplicate=False))
    stacks = tuple(_stack(model, modules, stack, prefix) for stack in plan.stacks)
    places = dict(_places(model, plan, prefix, stacks))
    parameters = []
    for names, tensor in _tensors(model, plan, prefix):
        if len(names) > 1:
            names.sort(key=lambda name: _place_of(name, places, prefix).set == "task_head")
        place = _place_of(names[0], places, prefix)
        is_bias = names[0].endswith(".bias")
        axis = None
        if place.strips:
            module = modules[names[0].rpartition(".")[0]]
            # A table of a score for each head is an embedding: its columns are the heads.
            is_table = isinstance(module, nn.Embedding)
            axis = 1 if is_table else split_axis(module, place.role, is_bias)
        parameters.append(
            Parameter(
                name=names[0],
                shape=tuple(tensor.shape),
                set="biases" if place.set == "matrices" and is_bias else place.set,
                role=place.role,
                stack=place.stack,
                layer=place.layer,
                block=place.block,
                axis=axis,
                strips=() if axis is None else place.strips,
                aliases=tuple(names[1:]),
            )
        )
    return Anatomy(
        family=config.model_type,
        architecture=type(model).__name__,
        width=config.hidden_size,
        stacks=stacks,
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


@dataclass(frozen=True)
class Located:
    """A block of a model, and what its family's adapter says of it."""

    block: Block
    plan: BlockPlan
    layer_path: str
    batch_axis: int

    @property
    def gate_at(self) -> str:
        """Path of the module whose output an MLP's gate scales."""
        if self.plan.gate_at is None:
            return self.block.modules["down"]
        return f"{self.layer_path}.{self.plan.gate_at}"


def located(model: nn.Module) -> dict[str, Located]:
    """Every block of a model by its name."""
    prefix = base_prefix(model)
    modules = dict(model.named_modules(remove_duplicate=False))
    return {
        f"{stack.name}.{index}.{plan.kind}": Located(
            _block(modules, stack, index, path, plan), plan, path, stack.batch_axis
        )
        for stack in plan_of(model).stacks
        for index, path in enumerate(layer_paths(model, stack, prefix))
        for plan in stack.blocks
    }


def in_stacks(model: nn.Module, name: str) -> bool:
    """Whether `name`, in the model or not, is the name of something in a stack's layers."""
    inner = name.removeprefix(base_prefix(model))
    return any(
        re.match(re.escape(stack.layers).replace(r"\*", r"[^.]+") + r"\.", inner)
        for stack in plan_of(model).stacks
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
    prefix = base_prefix(model)
    for stack in plan.stacks:
        if not any(layer_lists(model, stack, prefix)):
            raise UserError(
                f"{kind} is no whole model of the family {family!r}: "
                f"it has no {prefix}{stack.layers}"
            )
    return plan


def base_prefix(model: nn.Module) -> str:
    """What the names in the base model begin with: `bert.`, or nothing for a bare model."""
    name = getattr(model, "base_model_prefix", "")
    return f"{name}." if name and hasattr(model, name) else ""


def layer_lists(model: nn.Module, stack: StackPlan, prefix: str) -> Iterator[str]:
    """Paths of the lists that hold a stack's layers; there is one, or one for each `*`."""
    before, star, after = (prefix + stack.layers).partition("*.")
    paths = [before]
    if star:
        outer = before.removesuffix(".")
        n = len(list(_submodule(model, outer).children()))
        paths = [f"{outer}.{i}.{after}" for i in range(n)]
    for path in paths:
        try:
            model.get_submodule(path)
        except AttributeError:
            continue
        yield path


def _submodule(model: nn.Module, path: str) -> nn.Module:
    try:
        return model.get_submodule(path)
    except AttributeError:
        return nn.ModuleList()


def layer_paths(model: nn.Module, stack: StackPlan, prefix: str) -> list[str]:
    """Paths of a stack's layers, from the input on."""
    return [
        f"{path}.{i}"
        for path in layer_lists(model, stack, prefix)
        for i, _ in enumerate(model.get_submodule(path).children())
    ]


@dataclass(frozen=True)
class _Place:
    """Where the parameters of a module stand, and how they split into heads or neurons."""

    set: SetName
    role: str
    stack: str | None = None
    layer: int | None = None
    block: BlockKind | None = None
    strips: tuple[Strip, ...] = ()


def _places(
    model: nn.Module, plan: Plan, prefix: str, stacks: tuple[Stack, ...]
) -> Iterator[tuple[str, _Place]]:
    """Paths of the planned modules and the place of their parameters."""
    for path, (set_name, role) in plan.outside.items():
        yield prefix + path, _Place(set_name, role)
    for stack_plan, stack in zip(plan.stacks, stacks, strict=True):
        paths = layer_paths(model, stack_plan, prefix)
        for path, layer in zip(paths, stack.layers, strict=True):
            for block_plan, block in zip(stack_plan.blocks, layer.blocks, strict=True):
                yield from _block_places(path, block_plan, block)


def _block_places(layer: str, plan: BlockPlan, block: Block) -> Iterator[tuple[str, _Place]]:
    where = (block.stack, block.layer, block.kind)
    counts = (block.n_heads, block.n_key_heads, block.head_dim, block.n_neurons)
    for role, path in block.modules.items():
        yield path, _Place("matrices", role, *where, strips(plan, role, *counts))
    for path in plan.norms:
        yield f"{layer}.{path}", _Place("norms", "norm", *where)
    if plan.head_table:
        heads = (Strip(0, block.n_heads, 1),)
        yield (
            f"{layer}.{plan.head_table}",
            _Place("embeddings", "relative_position", *where, heads),
        )


def _place_of(name: str, places: dict[str, _Place], prefix: str) -> _Place:
    """The place of the parameter itself, of the module that holds it, or of one around that."""
    if not name.startswith(prefix):
        return _Place("task_head", name.partition(".")[0])
    path = name
    while path:
        if path in places:
            return places[path]
        path = path.rpartition(".")[0]
    raise RuntimeError(f"the adapter has no place for the parameter {name}")


def _tensors(model: nn.Module, plan: Plan, prefix: str) -> Iterator[tuple[list[str], nn.Parameter]]:
    """Every learnt tensor once, with all its names."""
    names: dict[int, list[str]] = {}
    tensors: dict[int, nn.Parameter] = {}
    for name, tensor in model.named_parameters(remove_duplicate=False):
        if not _is_fixed(name, plan, prefix):
            names.setdefault(id(tensor), []).append(name)
            tensors[id(tensor)] = tensor
    for key, tensor in tensors.items():
        yield names[key], tensor


def _is_fixed(name: str, plan: Plan, prefix: str) -> bool:
    return any(name.startswith(f"{prefix}{path}.") for path in plan.fixed)


def _stack(
    model: nn.Module, modules: Mapping[str, nn.Module], plan: StackPlan, prefix: str
) -> Stack:
    layers = []
    for index, path in enumerate(layer_paths(model, plan, prefix)):
        blocks = tuple(_block(modules, plan, index, path, block) for block in plan.blocks)
        layers.append(Layer(plan.name, index, blocks, plan.n_uses))
    return Stack(plan.name, tuple(layers))


def _block(
    modules: Mapping[str, nn.Module], stack: StackPlan, index: int, layer: str, plan: BlockPlan
) -> Block:
    paths = {role: f"{layer}.{path}" for role, path in plan.modules.items()}
    by_role = {role: modules[path] for role, path in paths.items()}
    if plan.kind == "mlp":
        return Block(stack.name, index, "mlp", paths, n_neurons=n_inputs(by_role["down"]))
    n_heads, n_key_heads = count_heads(by_role, stack.head_dim)
    return Block(
        stack.name,
        index,
        plan.kind,
        paths,
        n_heads=n_heads,
        head_dim=stack.head_dim,
        n_key_heads=n_key_heads,
        head_removal=plan.head_removal,
        reason=plan.reason,
    )
