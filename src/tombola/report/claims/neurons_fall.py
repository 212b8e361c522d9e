"""Movva & Zhao 2020: NeuronSim to dense falls with sparsity, faster in higher layers."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.falling import falls
from tombola.report.claims.layerwise import NEURONS
from tombola.report.reading import Tables


def test(tables: Tables) -> Finding:
    """The slope over sparsity is below 0, and lower in the upper half of layers."""
    return falls(tables, NEURONS)


CLAIMS.add(
    Claim(
        "mz-neuron-fall",
        "Neurons grow less like those of dense with sparsity, faster in higher layers.",
        "Movva & Zhao 2020, section 5.2 and Fig. 4",
        test,
    )
)
