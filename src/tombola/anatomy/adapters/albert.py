"""ALBERT (Lan et al. 2020): a BERT whose depths share one layer, or one for each group of depths.

A head of a shared layer is one head: closed or removed, it is gone at every depth, and the gradient
of its gate is the sum over the depths.
"""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.bert import EMBEDDINGS, SETTINGS
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan, StackPlan


@FAMILIES.register("albert")
def albert(config: PreTrainedConfig) -> Plan:
    """Plan an ALBERT of any class."""
    attention = BlockPlan(
        "self",
        {
            "query": "attention.query",
            "key": "attention.key",
            "value": "attention.value",
            "output": "attention.dense",
        },
        norms=("attention.LayerNorm",),
    )
    mlp = BlockPlan("mlp", {"up": "ffn", "down": "ffn_output"}, norms=("full_layer_layer_norm",))
    stack = StackPlan(
        name="encoder",
        layers="encoder.albert_layer_groups.*.albert_layers",
        head_dim=config.hidden_size // config.num_attention_heads,
        blocks=(attention, mlp),
        settings=SETTINGS,
        n_uses=config.num_hidden_layers // config.num_hidden_groups,
        layer_removal="the depths share it",
    )
    return Plan(
        stacks=(stack,),
        outside={
            **EMBEDDINGS,
            "encoder.embedding_hidden_mapping_in": ("embeddings", "projection"),
            "pooler": ("pooler", "pooler"),
        },
    )
