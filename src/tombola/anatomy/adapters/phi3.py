"""Phi-3 (Abdin et al. 2024): a Llama whose matrices are fused."""

from dataclasses import replace

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.llama import OUTSIDE, SETTINGS, head_dim
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan, StackPlan


@FAMILIES.register("phi3")
def phi3(config: PreTrainedConfig) -> Plan:
    """Plan a Phi-3 of any class."""
    attention = BlockPlan(
        "self",
        {"query_key_value": "self_attn.qkv_proj", "output": "self_attn.o_proj"},
        norms=("input_layernorm",),
        head_removal="evenly",
        reason="the forward pass reads the number of heads from the configuration",
        counts={"self_attn.num_key_value_heads": "key_heads"},
    )
    mlp = BlockPlan(
        "mlp",
        {"gate_up": "mlp.gate_up_proj", "down": "mlp.down_proj"},
        norms=("post_attention_layernorm",),
    )
    stack = StackPlan(
        name="decoder",
        layers="layers",
        head_dim=head_dim(config),
        blocks=(attention, mlp),
        settings=replace(SETTINGS, heads_are_read=True),
    )
    return Plan(stacks=(stack,), outside=OUTSIDE)
