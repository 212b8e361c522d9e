"""What each model family calls its parts: one short file per family."""

from tombola.anatomy.adapters import bert, marian
from tombola.anatomy.adapters.plan import FAMILIES, BlockPlan, Plan, StackPlan

__all__ = ["FAMILIES", "BlockPlan", "Plan", "StackPlan", "bert", "marian"]
