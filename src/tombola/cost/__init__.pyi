from .measure import measure_cost as measure_cost
from .result import Cost as Cost
from .settings import CostSettings as CostSettings
from .subjects import subject as subject
from .subjects import without_zeros as without_zeros
