"""MPNet (Song et al. 2020): a BERT with relative positions, shared by all its layers."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.bert import EMBEDDINGS, MLP, stack
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan


@FAMILIES.register("mpnet")
def mpnet(config: PreTrainedConfig) -> Plan:
    """Plan an MPNet of any class."""
    attention = BlockPlan(
        "self",
        {
            "query": "attention.attn.q",
            "key": "attention.attn.k",
            "value": "attention.attn.v",
            "output": "attention.attn.o",
        },
        norms=("attention.LayerNorm",),
        head_removal="alike",
        reason="all layers share one table of relative positions, by head",
        counts={
            "attention.attn.num_attention_heads": "heads",
            "attention.attn.all_head_size": "channels",
        },
    )
    return Plan(
        stacks=(stack(config, attention, MLP),),
        outside={
            **EMBEDDINGS,
            "encoder.relative_attention_bias": ("embeddings", "relative_position"),
            "pooler": ("pooler", "pooler"),
        },
        head_table="encoder.relative_attention_bias",
    )
