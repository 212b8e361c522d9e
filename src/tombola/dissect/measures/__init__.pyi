from .measure import MEASURES as MEASURES
from .measure import Block as Block
from .measure import Estimate as Estimate
from .measure import Measure as Measure
from .measure import Sums as Sums
