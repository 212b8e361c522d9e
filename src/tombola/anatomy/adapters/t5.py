"""T5 (Raffel et al. 2020) and mT5 (Xue et al. 2021): relative positions, shared by all layers."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Plan, StackPlan
from tombola.anatomy.parts import BlockKind, HeadRemoval


def _attention(
    kind: BlockKind, path: str, table: str | None, removal: HeadRemoval, reason: str
) -> BlockPlan:
    return BlockPlan(
        kind,
        {
            "query": f"{path}.q",
            "key": f"{path}.k",
            "value": f"{path}.v",
            "output": f"{path}.o",
        },
        norms=(f"{path.rpartition('.')[0]}.layer_norm",),
        head_removal=removal,
        reason=reason,
        counts={f"{path}.n_heads": "heads", f"{path}.inner_dim": "channels"},
        head_table=table,
    )


_TABLE = "layer.0.SelfAttention.relative_attention_bias"
_SELF = _attention(
    "self",
    "layer.0.SelfAttention",
    _TABLE,
    "alike",
    "the position bias of the first layer serves all others, by head",
)
_CROSS = _attention(
    "cross",
    "layer.1.EncDecAttention",
    None,
    "evenly",
    "all layers are handed one position bias, of as many heads",
)


def _mlp(path: str, is_gated: bool) -> BlockPlan:
    inner = f"{path}.DenseReluDense"
    up = {"gate": f"{inner}.wi_0", "up": f"{inner}.wi_1"} if is_gated else {"up": f"{inner}.wi"}
    return BlockPlan("mlp", {**up, "down": f"{inner}.wo"}, norms=(f"{path}.layer_norm",))


@FAMILIES.register("t5")
@FAMILIES.register("mt5")
def t5(config: PreTrainedConfig) -> Plan:
    """Plan a T5 of any class: encoder-decoder, or its encoder alone."""
    gated = config.is_gated_act
    stacks = [
        StackPlan(
            name="encoder",
            layers="encoder.block",
            head_dim=config.d_kv,
            blocks=(_SELF, _mlp("layer.1", gated)),
            settings=Names("num_layers", "num_heads", "d_ff", head_dim="d_kv"),
            first_only=(_TABLE,),
            # generation makes a cache of as many layers as the encoder has (transformers 5.23)
            not_shorter_than="decoder" if config.is_encoder_decoder else "",
        )
    ]
    if config.is_encoder_decoder:
        stacks.append(
            StackPlan(
                name="decoder",
                layers="decoder.block",
                head_dim=config.d_kv,
                blocks=(_SELF, _CROSS, _mlp("layer.2", gated)),
                settings=Names("num_decoder_layers", "num_heads", "d_ff", head_dim="d_kv"),
                first_only=(_TABLE,),
            )
        )
    return Plan(
        stacks=tuple(stacks),
        outside={
            "shared": ("embeddings", "word"),
            "encoder.embed_tokens": ("embeddings", "word"),
            "decoder.embed_tokens": ("embeddings", "word"),
            "encoder.final_layer_norm": ("norms", "final"),
            "decoder.final_layer_norm": ("norms", "final"),
            # T5's classes hold the stacks themselves, beside their heads.
            "lm_head": ("task_head", "lm_head"),
            "qa_outputs": ("task_head", "qa_outputs"),
        },
    )
