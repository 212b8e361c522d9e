from .metric import METRICS as METRICS
from .metric import Metric as Metric
from .metric import Score as Score
