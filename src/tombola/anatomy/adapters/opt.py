"""OPT (Zhang et al. 2022)."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Plan, StackPlan


@FAMILIES.register("opt")
def opt(config: PreTrainedConfig) -> Plan:
    """Plan an OPT of any class."""
    attention = BlockPlan(
        "self",
        {
            "query": "self_attn.q_proj",
            "key": "self_attn.k_proj",
            "value": "self_attn.v_proj",
            "output": "self_attn.out_proj",
        },
        norms=("self_attn_layer_norm",),
        counts={"self_attn.num_heads": "heads"},
    )
    mlp = BlockPlan(
        "mlp", {"up": "fc1", "down": "fc2"}, norms=("final_layer_norm",), rows_flat=True
    )
    stack = StackPlan(
        name="decoder",
        layers="decoder.layers",
        head_dim=config.hidden_size // config.num_attention_heads,
        blocks=(attention, mlp),
        settings=Names("num_hidden_layers", "num_attention_heads", "ffn_dim"),
    )
    return Plan(
        stacks=(stack,),
        outside={
            "decoder.embed_tokens": ("embeddings", "word"),
            "decoder.embed_positions": ("embeddings", "position"),
            "decoder.project_in": ("embeddings", "projection"),
            "decoder.project_out": ("embeddings", "projection"),
            "decoder.final_layer_norm": ("norms", "final"),
        },
    )
