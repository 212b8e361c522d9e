"""Llama (Touvron et al. 2023) and what is built like it: Mistral, Qwen2, Qwen3, Gemma 2.

Gated MLPs, rotary positions, and keys and values that groups of heads share.
"""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Outside, Plan, StackPlan

OUTSIDE: Outside = {"embed_tokens": ("embeddings", "word"), "norm": ("norms", "final")}
SETTINGS = Names(
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    key_heads="num_key_value_heads",
    head_dim="head_dim",
    per_layer=("layer_types",),
)


def head_dim(config: PreTrainedConfig) -> int:
    """Rows per head: a setting of its own, or what the width leaves for each head."""
    given: int | None = getattr(config, "head_dim", None)
    return given or config.hidden_size // config.num_attention_heads


@FAMILIES.register("llama")
@FAMILIES.register("mistral")
@FAMILIES.register("qwen2")
@FAMILIES.register("qwen3")
def llama(config: PreTrainedConfig) -> Plan:
    """Plan a model of any class; only Qwen3 has norms of queries and keys."""
    attention_norms = ("input_layernorm", "self_attn.q_norm", "self_attn.k_norm")
    return _plan(config, attention_norms, _mlp(("post_attention_layernorm",)))


@FAMILIES.register("gemma2")
def gemma2(config: PreTrainedConfig) -> Plan:
    """Plan a Gemma 2, which normalises before and after each block."""
    after = "post_feedforward_layernorm"
    mlp = _mlp(("pre_feedforward_layernorm", after), gate_at=after)
    return _plan(config, ("input_layernorm", "post_attention_layernorm"), mlp)


def _mlp(norms: tuple[str, ...], gate_at: str | None = None) -> BlockPlan:
    modules = {"gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj"}
    return BlockPlan("mlp", modules, norms, gate_at=gate_at)


def _plan(config: PreTrainedConfig, attention_norms: tuple[str, ...], mlp: BlockPlan) -> Plan:
    attention = BlockPlan(
        "self",
        {
            "query": "self_attn.q_proj",
            "key": "self_attn.k_proj",
            "value": "self_attn.v_proj",
            "output": "self_attn.o_proj",
        },
        norms=attention_norms,
    )
    stack = StackPlan(
        name="decoder",
        layers="layers",
        head_dim=head_dim(config),
        blocks=(attention, mlp),
        settings=SETTINGS,
    )
    return Plan(stacks=(stack,), outside=OUTSIDE)
