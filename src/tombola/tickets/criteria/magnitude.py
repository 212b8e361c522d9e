"""The absolute value of each weight."""

from collections.abc import Mapping

from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Lazy, NoSettings


class Magnitude(Criterion[NoSettings]):
    """What is near zero goes first (Han et al. 2015; Frankle & Carbin 2019)."""

    name = "magnitude"
    version = 1
    about = "the absolute value of each weight"
    settings = NoSettings

    def score(self, evidence: Evidence, settings: NoSettings) -> Mapping[str, Tensor]:
        """|w|, computed tensor by tensor."""
        return Lazy(evidence.weights, lambda _, weight: weight.abs())


CRITERIA.add(Magnitude())
