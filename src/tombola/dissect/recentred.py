"""Moments about a centre that is known, in place of the mean of the tokens themselves.

Of the words of one kind, centred about the mean of all words: how alike two models are in where
they put the kind counts then, and not only how its words differ from one another.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.moments import Moments, OwnMoments


def about(
    moments: Moments, x: Float[Tensor, "layers_x d"], y: Float[Tensor, "layers_y e"]
) -> Moments:
    """The same tokens' moments about other centres, as if these were their means.

    What a measure takes away at the end, the tokens' own mean, is then zero. `x` and `y` are where
    the centres are, less the shift that the moments are about.
    """
    (k, d), (m, e) = moments.x.total.shape, moments.y.total.shape
    n, own, other = moments.n, moments.x, moments.y
    found = Moments(own.shift + x, other.shift + y)
    found.n, found.pairs, found.centre_known = n, moments.pairs, True
    found.x, found.y = _own(own, x, moments.pairs), _own(other, y, moments.pairs)
    a, b = x.flatten(), y.flatten()
    t, u = own.total.flatten(), other.total.flatten()
    found.xy.copy_(moments.xy - torch.outer(t, b) - torch.outer(a, u) + n * torch.outer(a, b))
    aa, bb = x.square().sum(1)[:, None], y.square().sum(1)[None]
    # Σ (‖u‖² - 2u·a + ‖a‖²)(‖v‖² - 2v·b + ‖b‖²), multiplied out
    found.norm_norm.copy_(
        moments.norm_norm
        - 2 * torch.einsum("kme,me->km", moments.norm_y.view(k, m, e), y)
        - 2 * torch.einsum("mkd,kd->km", moments.norm_x.view(m, k, d), x)
        + own.norm[:, None] * bb
        + aa * other.norm[None]
        + 4 * torch.einsum("kd,kdme,me->km", x, moments.xy.view(k, d, m, e), y)
        - 2 * (own.total * x).sum(1)[:, None] * bb
        - 2 * aa * (other.total * y).sum(1)[None]
        + n * aa * bb
    )
    return found


def _own(own: OwnMoments, a: Float[Tensor, "layers d"], pairs: int) -> OwnMoments:
    n, t = own.n, own.total
    aa, at = a.square().sum(1), (a * t).sum(1)
    found = OwnMoments(own.shift + a)
    found.n = n
    mixed = torch.einsum("ld,le->lde", t - n / 2 * a, a)
    found.xx = own.xx - mixed - mixed.transpose(1, 2)
    found.norm = own.norm - 2 * at + n * aa
    found.norm_norm = (
        own.norm_norm
        - 4 * (own.norm_x * a).sum(1)
        + 2 * own.norm * aa
        + 4 * torch.einsum("ld,lde,le->l", a, own.xx, a)
        - 4 * aa * at
        + n * aa.square()
    )
    found.sentence_norm = own.sentence_norm - 2 * (a * own.sentence_total).sum(1) + pairs * aa
    found.whole = (t - n * a).square().sum(1)
    return found
