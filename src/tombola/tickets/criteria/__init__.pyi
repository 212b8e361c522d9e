from .criterion import CRITERIA as CRITERIA
from .criterion import Choice as Choice
from .criterion import Criterion as Criterion
from .criterion import Evidence as Evidence
from .criterion import Lazy as Lazy
from .criterion import Need as Need
