"""ModernBERT (Warner et al. 2024): rotary positions, gated MLPs, local and global layers."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Plan, StackPlan


@FAMILIES.register("modernbert")
def modernbert(config: PreTrainedConfig) -> Plan:
    """Plan a ModernBERT of any class."""
    attention = BlockPlan(
        "self", {"query_key_value": "attn.Wqkv", "output": "attn.Wo"}, norms=("attn_norm",)
    )
    mlp = BlockPlan("mlp", {"gate_up": "mlp.Wi", "down": "mlp.Wo"}, norms=("mlp_norm",))
    stack = StackPlan(
        name="encoder",
        layers="layers",
        head_dim=config.hidden_size // config.num_attention_heads,
        blocks=(attention, mlp),
        settings=Names(
            "num_hidden_layers",
            "num_attention_heads",
            "intermediate_size",
            per_layer=("layer_types",),
        ),
        first_layer_stays="it alone has no normalisation before its attention",
    )
    return Plan(
        stacks=(stack,),
        outside={
            "embeddings.tok_embeddings": ("embeddings", "word"),
            "embeddings.norm": ("norms", "embeddings"),
            "final_norm": ("norms", "final"),
        },
    )
