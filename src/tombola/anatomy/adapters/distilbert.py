"""DistilBERT (Sanh et al. 2019): half a BERT."""

from transformers import PreTrainedConfig

from tombola.anatomy.adapters.bert import EMBEDDINGS
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Names, Plan, StackPlan


@FAMILIES.register("distilbert")
def distilbert(config: PreTrainedConfig) -> Plan:
    """Plan a DistilBERT of any class."""
    attention = BlockPlan(
        "self",
        {
            "query": "attention.q_lin",
            "key": "attention.k_lin",
            "value": "attention.v_lin",
            "output": "attention.out_lin",
        },
        norms=("sa_layer_norm",),
    )
    mlp = BlockPlan("mlp", {"up": "ffn.lin1", "down": "ffn.lin2"}, norms=("output_layer_norm",))
    stack = StackPlan(
        name="encoder",
        layers="transformer.layer",
        head_dim=config.dim // config.n_heads,
        blocks=(attention, mlp),
        settings=Names("n_layers", "n_heads", "hidden_dim"),
    )
    return Plan(
        stacks=(stack,),
        outside=EMBEDDINGS,
    )
