"""How the channels of a matrix belong to heads or neurons."""

from typing import Any

from torch import nn
from transformers.pytorch_utils import Conv1D

from tombola.anatomy.adapters import BlockPlan
from tombola.anatomy.parts import INWARD, Strip

_FUSED = {
    "query_key_value": ("query", "key", "value"),
    "key_value": ("key", "value"),
    "gate_up": ("gate", "up"),
}


def out_axis(module: nn.Module) -> int:
    """The axis of a weight that holds the outputs: GPT-2's `Conv1D` stores it transposed."""
    return 1 if isinstance(module, Conv1D) else 0


def n_outputs(module: Any) -> int:
    """Outputs of a linear module."""
    n: int = module.weight.shape[out_axis(module)]
    return n


def n_inputs(module: Any) -> int:
    """Inputs of a linear module."""
    n: int = module.weight.shape[1 - out_axis(module)]
    return n


def count_heads(modules: dict[str, nn.Module], head_dim: int) -> tuple[int, int]:
    """Heads of an attention block, and heads of its keys and values, by the shapes of matrices."""
    n_heads = n_inputs(modules["output"]) // head_dim
    if "query_key_value" in modules:
        return n_heads, (n_outputs(modules["query_key_value"]) // head_dim - n_heads) // 2
    if "key_value" in modules:
        return n_heads, n_outputs(modules["key_value"]) // head_dim // 2
    return n_heads, n_outputs(modules["key"]) // head_dim


def strips(
    plan: BlockPlan, role: str, n_heads: int, n_key_heads: int, head_dim: int, n_neurons: int
) -> tuple[Strip, ...]:
    """How the outputs (of `output` and `down`: the inputs) of a matrix split."""
    parts = _FUSED.get(role, (role,))
    if plan.kind == "mlp":
        return tuple(Strip(i * n_neurons, n_neurons, 1) for i in range(len(parts)))
    if plan.interleaved and len(parts) > 1:
        return (Strip(0, n_heads, len(parts) * head_dim),)
    found = []
    start = 0
    for part in parts:
        n = n_key_heads if part in ("key", "value") else n_heads
        found.append(Strip(start, n, head_dim))
        start += n * head_dim
    return tuple(found)


def split_axis(module: nn.Module, role: str, is_bias: bool) -> int | None:
    """The axis of a weight or bias that splits; None for a bias that is added to all together."""
    if role in INWARD:
        # Added after the heads have been mixed: no head's own.
        return None if is_bias else 1 - out_axis(module)
    return 0 if is_bias else out_axis(module)
