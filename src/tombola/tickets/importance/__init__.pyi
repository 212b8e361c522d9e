from .agreement import Agreement as Agreement
from .agreement import agreements as agreements
from .part_score import PART_SCORES as PART_SCORES
from .part_score import PartScore as PartScore
from .part_score import Per as Per
from .part_score import Sight as Sight
from .values import Importance as Importance
from .values import Norm as Norm
