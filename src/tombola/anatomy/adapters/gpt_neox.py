"""GPT-NeoX (Black et al. 2022), and Pythia (Biderman et al. 2023) with it."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Plan, StackPlan


@FAMILIES.register("gpt_neox")
def gpt_neox(config: PreTrainedConfig) -> Plan:
    """Plan a GPT-NeoX of any class."""
    attention = BlockPlan(
        "self",
        {"query_key_value": "attention.query_key_value", "output": "attention.dense"},
        norms=("input_layernorm",),
        interleaved=True,
    )
    mlp = BlockPlan(
        "mlp",
        {"up": "mlp.dense_h_to_4h", "down": "mlp.dense_4h_to_h"},
        norms=("post_attention_layernorm",),
    )
    stack = StackPlan(
        name="decoder",
        layers="layers",
        head_dim=config.hidden_size // config.num_attention_heads,
        blocks=(attention, mlp),
        settings=Names("num_hidden_layers", "num_attention_heads", "intermediate_size"),
    )
    return Plan(
        stacks=(stack,),
        outside={
            "embed_in": ("embeddings", "word"),
            "final_layer_norm": ("norms", "final"),
        },
    )
