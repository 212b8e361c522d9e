from .build import report as report
from .figures import FIGURES as FIGURES
from .figures import figure as figure
from .parts import PARTS as PARTS
from .parts import Part as Part
from .reading import Tables as Tables
from .study import Study as Study
