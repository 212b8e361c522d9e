from .base import FIGURES as FIGURES
from .base import Drawing as Drawing
from .base import Figure as Figure
from .base import drawings as drawings
from .base import figure as figure
