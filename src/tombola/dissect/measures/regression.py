"""Linear regression: how much of one layer a linear map of another gives, on a sample of tokens.

Kornblith et al. 2019, section 3: R² = 1 - min ‖X - YB‖² / ‖X‖² of centred X and Y. With n tokens,
and a map from e neurons, unrelated representations reach about e / n.

regression               of the dense model's layer, from the ticket's.
regression_back          of the ticket's, from the dense model's.
regression_as_published  Wu et al. 2020: the mean over the dense model's neurons of the multiple
                         correlation R (not R²), every neuron of one variance.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.measures.measure import MEASURES
from tombola.dissect.measures.sampled import Sampled, basis, centred


class Fitted(NamedTuple):
    """A layer's rows, centred, and an orthonormal basis of all that their neurons span."""

    rows: Float[Tensor, "n d"]
    basis: Float[Tensor, "n k"]


class Regression(Sampled):
    """Share of the dense model's variance."""

    name = "regression"
    title = "linear regression"

    def prepared(self, rows: Float[Tensor, "n d"]) -> Fitted:
        """Centred, and its span."""
        left = centred(rows)
        return Fitted(left, basis(left)[0])

    def between(self, x: Fitted, y: Fitted) -> Tensor | float:
        """R² of x from y; none where either is constant."""
        if not y.basis.shape[1]:
            return torch.nan
        return (y.basis.T @ x.rows).square().sum() / x.rows.square().sum()


class RegressionBack(Regression):
    """Share of the ticket's variance."""

    name = "regression_back"
    title = "linear regression, back"

    def between(self, x: Fitted, y: Fitted) -> Tensor | float:
        """R² of y from x."""
        return super().between(y, x)


class RegressionAsPublished(Regression):
    """Mean multiple correlation."""

    name = "regression_as_published"
    title = "linear regression, as published"

    def between(self, x: Fitted, y: Fitted) -> Tensor | float:
        """Mean R of x's neurons from y; of a constant neuron there is none."""
        lengths = x.rows.norm(dim=0)
        explained = (y.basis.T @ x.rows).norm(dim=0)
        return torch.where(lengths > 0, explained / lengths, torch.nan).nanmean()


for _measure in (Regression(), RegressionBack(), RegressionAsPublished()):
    MEASURES.add(_measure)
