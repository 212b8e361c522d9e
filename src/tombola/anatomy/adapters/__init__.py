"""What each model family calls its parts: one short file per layout."""

from tombola.anatomy.adapters import (
    albert,
    bart,
    bert,
    deberta,
    distilbert,
    gpt2,
    gpt_neox,
    llama,
    modernbert,
    mpnet,
    opt,
    phi3,
    t5,
    vit,
)
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan, Settings, StackPlan

__all__ = [
    "FAMILIES",
    "BlockPlan",
    "Plan",
    "Settings",
    "StackPlan",
    "albert",
    "bart",
    "bert",
    "deberta",
    "distilbert",
    "gpt2",
    "gpt_neox",
    "llama",
    "modernbert",
    "mpnet",
    "opt",
    "phi3",
    "t5",
    "vit",
]
