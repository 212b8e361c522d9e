"""How sure is it? Intervals, paired tests, chance levels; it knows numbers only."""

from tombola.statistics.intervals import wilson as wilson
