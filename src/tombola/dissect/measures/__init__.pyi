from .measure import MEASURES as MEASURES
from .measure import Block as Block
from .measure import LayerEstimates as LayerEstimates
from .measure import Measure as Measure
from .measure import Reading as Reading
from .measure import Sums as Sums
