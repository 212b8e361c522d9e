"""The figures: one short file each, entered in a registry by name."""

from tombola.report.figures import blocks as blocks
from tombola.report.figures import difference as difference
from tombola.report.figures import layers as layers
from tombola.report.figures import matrix as matrix
from tombola.report.figures import probe as probe
from tombola.report.figures import score as score
from tombola.report.figures import where as where
from tombola.report.figures.base import FIGURES as FIGURES
from tombola.report.figures.base import Drawing as Drawing
from tombola.report.figures.base import Figure as Figure
from tombola.report.figures.base import drawings as drawings
from tombola.report.figures.base import plot as plot
