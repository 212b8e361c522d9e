from .plan import FAMILIES as FAMILIES
from .plan import BlockPlan as BlockPlan
from .plan import Plan as Plan
from .plan import Settings as Settings
from .plan import StackPlan as StackPlan
