"""ViT (Dosovitskiy et al. 2021): an encoder of image patches."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.llama import head_dim
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Plan, StackPlan


@FAMILIES.register("vit")
def vit(config: PreTrainedConfig) -> Plan:
    """Plan a ViT of any class."""
    attention = BlockPlan(
        "self",
        {
            "query": "attention.q_proj",
            "key": "attention.k_proj",
            "value": "attention.v_proj",
            "output": "attention.o_proj",
        },
        norms=("layernorm_before",),
    )
    mlp = BlockPlan("mlp", {"up": "mlp.fc1", "down": "mlp.fc2"}, norms=("layernorm_after",))
    stack = StackPlan(
        name="encoder",
        layers="layers",
        head_dim=head_dim(config),
        blocks=(attention, mlp),
        settings=Names(
            "num_hidden_layers", "num_attention_heads", "intermediate_size", head_dim="head_dim"
        ),
    )
    return Plan(
        stacks=(stack,),
        outside={
            "embeddings.cls_token": ("embeddings", "class"),
            "embeddings.mask_token": ("embeddings", "mask"),
            "embeddings.position_embeddings": ("embeddings", "position"),
            "embeddings.patch_embeddings": ("embeddings", "patch"),
            "layernorm": ("norms", "final"),
            "pooler": ("pooler", "pooler"),
        },
    )
