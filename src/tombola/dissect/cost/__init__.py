"""What does it cost to keep and to run a model?"""

from tombola.dissect.cost.measure import measure_cost as measure_cost
from tombola.dissect.cost.result import Cost as Cost
from tombola.dissect.cost.settings import CostSettings as CostSettings
from tombola.dissect.cost.subject import subject as subject
from tombola.dissect.cost.subject import without_zeros as without_zeros
