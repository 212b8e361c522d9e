from .build import report as report
from .figures import FIGURES as FIGURES
from .figures import figure as figure
from .reading import Study as Study
from .reading import Tables as Tables
