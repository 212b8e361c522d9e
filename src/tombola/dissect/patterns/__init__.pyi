from .labelled import LabelledMaps as LabelledMaps
from .labelled import read_labelled as read_labelled
from .pattern import NAMES as NAMES
from .pattern import PATTERNS as PATTERNS
from .pattern import Pattern as Pattern
from .synthetic import Look as Look
from .synthetic import synthetic_map as synthetic_map
from .synthetic import synthetic_maps as synthetic_maps
