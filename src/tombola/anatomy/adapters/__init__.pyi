from .plan import FAMILIES as FAMILIES
from .plan import BlockPlan as BlockPlan
from .plan import Names as Names
from .plan import Plan as Plan
from .plan import StackPlan as StackPlan
