"""Marian (Junczys-Dowmunt et al. 2018): the translation Transformer of Vaswani et al. (2017)."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan, StackPlan
from tombola.anatomy.parts import BlockKind


def _attention(kind: BlockKind, path: str) -> BlockPlan:
    return BlockPlan(
        kind,
        {
            "query": f"{path}.q_proj",
            "key": f"{path}.k_proj",
            "value": f"{path}.v_proj",
            "output": f"{path}.out_proj",
        },
        norms=(f"{path}_layer_norm",),
    )


_SELF = _attention("self", "self_attn")
_CROSS = _attention("cross", "encoder_attn")
_MLP = BlockPlan("mlp", {"up": "fc1", "down": "fc2"}, norms=("final_layer_norm",))


@FAMILIES.register("marian")
def marian(config: PreTrainedConfig) -> Plan:
    """Plan a Marian model: encoder-decoder, or its decoder alone (`MarianForCausalLM`)."""
    encoder = StackPlan(
        name="encoder",
        layers="encoder.layers",
        head_dim=config.d_model // config.encoder_attention_heads,
        blocks=(_SELF, _MLP),
    )
    decoder = StackPlan(
        name="decoder",
        layers="decoder.layers",
        head_dim=config.d_model // config.decoder_attention_heads,
        blocks=(_SELF, _CROSS, _MLP),
    )
    return Plan(
        stacks=(encoder, decoder) if config.is_encoder_decoder else (decoder,),
        outside={
            "shared": ("embeddings", "word"),
            "encoder.embed_tokens": ("embeddings", "word"),
            "decoder.embed_tokens": ("embeddings", "word"),
        },
        # Sinusoids: stored as parameters by transformers, but frozen and left out of checkpoints.
        fixed=("encoder.embed_positions", "decoder.embed_positions"),
    )
