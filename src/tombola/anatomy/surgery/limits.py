"""What cannot be removed from a model, and why, in sentences."""

from collections.abc import Iterator

from torch import nn

from tombola.anatomy.adapters import BlockPlan, StackPlan
from tombola.anatomy.locate import plan_of
from tombola.anatomy.parts import Anatomy, Stack

_RULES = {
    "evenly": "can be removed only in equal number from every layer",
    "alike": "can be removed only if the same ones go from every layer",
    "never": "can be gated, but not removed",
}


def limits(model: nn.Module, body: Anatomy) -> tuple[str, ...]:
    """A sentence for each thing that `remove` refuses by the nature of the family.

    `body` is the model's anatomy.
    """
    stacks = {stack.name: stack for stack in body.stacks}
    return tuple(
        sentence for plan in plan_of(model).stacks for sentence in _of(plan, stacks[plan.name])
    )


def _of(plan: StackPlan, stack: Stack) -> Iterator[str]:
    for block in plan.blocks:
        if block.kind != "mlp":
            yield from _of_heads(plan, block, stack)
    if plan.layer_removal:
        yield f"{plan.name}: no layer can be removed, because {plan.layer_removal}"
    if plan.first_layer_stays:
        yield f"{plan.name}: layer 0 cannot be removed, because {plan.first_layer_stays}"
    if plan.not_shorter_than:
        yield f"{plan.name}: must keep as many layers as the {plan.not_shorter_than} has"


def _of_heads(plan: StackPlan, block: BlockPlan, stack: Stack) -> Iterator[str]:
    where = f"{plan.name}: heads of {block.kind}-attention"
    if block.head_removal != "freely":
        yield f"{where} {_RULES[block.head_removal]}, because {block.reason}"
    shared = [b.group for layer in stack.layers for b in layer.blocks if b.kind == block.kind]
    if max(shared, default=1) > 1:
        yield f"{where} share keys and values by {max(shared)}, and are removed so many together"
