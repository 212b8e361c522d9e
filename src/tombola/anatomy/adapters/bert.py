"""BERT (Devlin et al. 2019) and what is built like it: RoBERTa, XLM-RoBERTa, ELECTRA.

An encoder; a decoder where the configuration says so.
"""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Outside, Plan, StackPlan
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


MLP = BlockPlan(
    "mlp", {"up": "intermediate.dense", "down": "output.dense"}, norms=("output.LayerNorm",)
)
EMBEDDINGS: Outside = {
    "embeddings.word_embeddings": ("embeddings", "word"),
    "embeddings.position_embeddings": ("embeddings", "position"),
    "embeddings.token_type_embeddings": ("embeddings", "segment"),
    "embeddings.LayerNorm": ("norms", "embeddings"),
}
SETTINGS = Names("num_hidden_layers", "num_attention_heads", "intermediate_size")


def stack(config: PreTrainedConfig, *blocks: BlockPlan, name: str = "encoder") -> StackPlan:
    """Layers named and sized as BERT's are."""
    return StackPlan(
        name=name,
        layers="encoder.layer",
        head_dim=config.hidden_size // config.num_attention_heads,
        blocks=blocks,
        settings=SETTINGS,
    )


@FAMILIES.register("bert")
@FAMILIES.register("roberta")
@FAMILIES.register("xlm-roberta")
@FAMILIES.register("electra")
def bert(config: PreTrainedConfig) -> Plan:
    """Plan a BERT of any class: bare, with a task head, for pre-training."""
    blocks = [_attention("self", "attention")]
    if config.add_cross_attention:
        blocks.append(_attention("cross", "crossattention"))
    blocks.append(MLP)
    name = "decoder" if config.is_decoder else "encoder"
    return Plan(
        stacks=(stack(config, *blocks, name=name),),
        outside={
            **EMBEDDINGS,
            # ELECTRA's small words are made as wide as its layers.
            "embeddings_project": ("embeddings", "projection"),
            "pooler": ("pooler", "pooler"),
        },
    )
