"""DeBERTa of the second and third version (He et al. 2021): content and position apart.

The convolution of some versions follows the first layer; where that is removed, the next one.
"""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.bert import EMBEDDINGS, MLP, stack
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan


@FAMILIES.register("deberta-v2")
def deberta(config: PreTrainedConfig) -> Plan:
    """Plan a DeBERTa of any class."""
    modules = {
        "query": "attention.self.query_proj",
        "key": "attention.self.key_proj",
        "value": "attention.self.value_proj",
        "output": "attention.output.dense",
    }
    if config.relative_attention and not getattr(config, "share_att_key", False):
        positions = config.pos_att_type or ()
        if "c2p" in positions:
            modules["position_key"] = "attention.self.pos_key_proj"
        if "p2c" in positions:
            modules["position_query"] = "attention.self.pos_query_proj"
    attention = BlockPlan(
        "self",
        modules,
        norms=("attention.output.LayerNorm",),
        counts={
            "attention.self.num_attention_heads": "heads",
            "attention.self.all_head_size": "channels",
        },
    )
    return Plan(
        stacks=(stack(config, attention, MLP),),
        outside={
            **EMBEDDINGS,
            "embeddings.embed_proj": ("embeddings", "projection"),
            "encoder.rel_embeddings": ("embeddings", "relative_position"),
            "encoder.LayerNorm": ("norms", "relative_position"),
            "encoder.conv.conv": ("matrices", "convolution"),
            "encoder.conv.LayerNorm": ("norms", "convolution"),
        },
    )
