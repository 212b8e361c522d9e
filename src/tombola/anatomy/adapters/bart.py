"""The Transformer of Vaswani et al. (2017) for sequence to sequence, under its later names.

BART (Lewis et al. 2020), mBART (Liu et al. 2020), Marian (Junczys-Dowmunt et al. 2018), Pegasus
(Zhang et al. 2020), M2M100 (Fan et al. 2021), and FSMT (Ng et al. 2019), which came from fairseq.
They differ in where they normalise and in their positions.
"""

from dataclasses import replace

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Outside, Plan, StackPlan
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


@FAMILIES.register("bart")
@FAMILIES.register("mbart")
def bart(config: PreTrainedConfig) -> Plan:
    """Plan a model with learnt positions."""
    return _plan(config)


@FAMILIES.register("marian")
@FAMILIES.register("pegasus")
@FAMILIES.register("m2m_100")
def marian(config: PreTrainedConfig) -> Plan:
    """Plan a model whose positions are sinusoids.

    transformers stores those of Marian and Pegasus as parameters, but frozen and left out of
    checkpoints; those of M2M100 are no parameters at all.
    """
    return replace(_plan(config), fixed=_POSITIONS)


@FAMILIES.register("fsmt")
def fsmt(config: PreTrainedConfig) -> Plan:
    """Plan an FSMT model: sinusoids, and examples on the second axis, behind tokens."""
    plan = _plan(config)
    reason = "the forward pass of FSMT insists on the width of the whole model"
    stacks = tuple(
        replace(
            stack,
            batch_axis=1,
            blocks=tuple(
                block
                if block.kind == "mlp"
                else replace(block, head_removal="never", reason=reason)
                for block in stack.blocks
            ),
        )
        for stack in plan.stacks
    )
    return replace(plan, stacks=stacks, fixed=_POSITIONS)


_POSITIONS = ("encoder.embed_positions", "decoder.embed_positions")


def _plan(config: PreTrainedConfig) -> Plan:
    """Plan an encoder-decoder, or its decoder alone (`BartForCausalLM` and the like)."""
    encoder = StackPlan(
        name="encoder",
        layers="encoder.layers",
        head_dim=config.d_model // config.encoder_attention_heads,
        blocks=(_SELF, _MLP),
        settings=Names("encoder_layers", "encoder_attention_heads", "encoder_ffn_dim"),
    )
    decoder = StackPlan(
        name="decoder",
        layers="decoder.layers",
        head_dim=config.d_model // config.decoder_attention_heads,
        blocks=(_SELF, _CROSS, _MLP),
        settings=Names("decoder_layers", "decoder_attention_heads", "decoder_ffn_dim"),
    )
    outside: Outside = {"shared": ("embeddings", "word")}
    for name in ("encoder", "decoder"):
        outside |= {
            f"{name}.embed_tokens": ("embeddings", "word"),
            f"{name}.embed_positions": ("embeddings", "position"),
            f"{name}.layernorm_embedding": ("norms", "embeddings"),
            f"{name}.layer_norm": ("norms", "final"),
        }
    # FSMT's output projection stands inside its base model.
    outside["decoder.output_projection"] = ("task_head", "output_projection")
    return Plan(
        stacks=(encoder, decoder) if config.is_encoder_decoder else (decoder,), outside=outside
    )
