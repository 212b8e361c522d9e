"""How a person reads a study: figures, paper tables and one page, from its tables alone."""

from tombola.report.build import report as report
from tombola.report.figures import FIGURES as FIGURES
from tombola.report.figures import plot as figure
from tombola.report.reading import Study as Study
from tombola.report.reading import Tables as Tables

__all__ = ["FIGURES", "Study", "Tables", "figure", "report"]
