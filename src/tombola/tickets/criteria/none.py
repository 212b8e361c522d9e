"""The control that prunes nothing: a dense model that trains as long as the tickets do."""

from collections.abc import Mapping

from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Lazy, NoSettings


class Nothing(Criterion[NoSettings]):
    """Every round goes back and retrains as the others do, and no weight is taken.

    Tickets of learning-rate rewinding see more steps than the dense model they were drawn from; a
    gain over that model may be no merit of pruning. This model is the fair one to hold them to.
    """

    name = "none"
    version = 1
    about = "prunes nothing: dense, trained as long as the tickets"
    prunes = False
    settings = NoSettings

    def score(self, evidence: Evidence, settings: NoSettings) -> Mapping[str, Tensor]:
        """All alike; nobody asks."""
        return Lazy(evidence.weights, lambda _, weight: weight.new_zeros(weight.shape))


CRITERIA.add(Nothing())
