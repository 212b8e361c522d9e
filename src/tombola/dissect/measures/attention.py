"""AttentionSim: linear CKA of attention, on pairs of a token and a position that it sees.

Movva & Zhao 2020, section 5.4, after Wu et al. 2020 (AttnLinCKA): a layer's representation of such
a pair are the weights that its heads give it, and layers are compared by linear CKA of these. There
are so many pairs for so few heads that the biased estimator and the debiased one agree.

attention               debiased; of all pairs that the masks let through.
attention_as_published  biased; without pairs to which a head of the first network gives exactly 0,
                        see `LooksAsPublished`.

Whose attention is in the column of stacks: that of encoder or decoder to itself, or `cross`, of the
decoder to the encoder. n counts pairs; the width is the number of heads. Rows of weights sum to 1,
so a head is large where sentences are short, whatever it does: layers share that, and the noise
floor, which pairs sentences at random, does not show it.
"""

from typing import ClassVar

from tombola.dissect.attention.looks import Looks, LooksAsPublished
from tombola.dissect.measures.cka import AsPublished, Debiased
from tombola.dissect.measures.measure import MEASURES
from tombola.dissect.moments import Moments
from tombola.dissect.representations import Reads


class AttentionSim(Debiased):
    """On the pairs that masks let through."""

    name = "attention"
    title = "AttentionSim"
    sums: ClassVar[type[Moments]] = Looks
    reads: ClassVar[Reads] = "attention"


class AttentionSimAsPublished(AsPublished):
    """On the pairs without a zero in the first network."""

    name = "attention_as_published"
    title = "AttentionSim, as published"
    sums: ClassVar[type[Moments]] = LooksAsPublished
    reads: ClassVar[Reads] = "attention"


for _measure in (AttentionSim(), AttentionSimAsPublished()):
    MEASURES.add(_measure)
