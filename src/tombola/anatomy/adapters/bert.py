"""BERT (Devlin et al. 2019): an encoder; a decoder where the configuration says so."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan, StackPlan
from tombola.anatomy.parts import BlockKind


def _attention(kind: BlockKind, path: str) -> BlockPlan:
    return BlockPlan(
        kind,
        {
            "query": f"{path}.self.query",
            "key": f"{path}.self.key",
            "value": f"{path}.self.value",
            "output": f"{path}.output.dense",
        },
        norms=(f"{path}.output.LayerNorm",),
    )


@FAMILIES.register("bert")
def bert(config: PreTrainedConfig) -> Plan:
    """Plan a BERT of any class: bare, with a task head, for pre-training."""
    blocks = [_attention("self", "attention")]
    if config.add_cross_attention:
        blocks.append(_attention("cross", "crossattention"))
    blocks.append(
        BlockPlan(
            "mlp", {"up": "intermediate.dense", "down": "output.dense"}, norms=("output.LayerNorm",)
        )
    )
    stack = StackPlan(
        name="decoder" if config.is_decoder else "encoder",
        layers="encoder.layer",
        head_dim=config.hidden_size // config.num_attention_heads,
        blocks=tuple(blocks),
    )
    return Plan(
        stacks=(stack,),
        outside={
            "embeddings.word_embeddings": ("embeddings", "word"),
            "embeddings.position_embeddings": ("embeddings", "position"),
            "embeddings.token_type_embeddings": ("embeddings", "segment"),
            "embeddings.LayerNorm": ("norms", "embeddings"),
            "pooler": ("pooler", "pooler"),
        },
    )
