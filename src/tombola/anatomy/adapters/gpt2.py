"""GPT-2 (Radford et al. 2019): matrices stored transposed, queries, keys and values in one."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Plan, StackPlan

_SELF = BlockPlan(
    "self",
    {"query_key_value": "attn.c_attn", "output": "attn.c_proj"},
    norms=("ln_1",),
    counts={"attn.num_heads": "heads", "attn.split_size": "channels"},
)
_CROSS = BlockPlan(
    "cross",
    {
        "query": "crossattention.q_attn",
        "key_value": "crossattention.c_attn",
        "output": "crossattention.c_proj",
    },
    norms=("ln_cross_attn",),
    counts={"crossattention.num_heads": "heads", "crossattention.split_size": "channels"},
)
_MLP = BlockPlan("mlp", {"up": "mlp.c_fc", "down": "mlp.c_proj"}, norms=("ln_2",))


@FAMILIES.register("gpt2")
def gpt2(config: PreTrainedConfig) -> Plan:
    """Plan a GPT-2 of any class."""
    by_depth = "each layer divides its scores by its depth (scale_attn_by_inverse_layer_idx)"
    stack = StackPlan(
        name="decoder",
        layers="h",
        head_dim=config.hidden_size // config.num_attention_heads,
        blocks=(_SELF, _CROSS, _MLP) if config.add_cross_attention else (_SELF, _MLP),
        settings=Names("n_layer", "n_head", "n_inner"),
        layer_removal=by_depth if config.scale_attn_by_inverse_layer_idx else "",
    )
    return Plan(
        stacks=(stack,),
        outside={
            "wte": ("embeddings", "word"),
            "wpe": ("embeddings", "position"),
            "ln_f": ("norms", "final"),
        },
    )
