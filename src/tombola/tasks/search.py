"""How answers are searched for that are written word by word."""

from pydantic import Field

from tombola.settings import Settings


class Search(Settings):
    """Beam search for translations; one beam is greedy search.

    The finished translation with the highest log-probability per length to the power of
    `length_penalty` is the answer, as in fairseq and transformers; Wu et al. (2016) divide by
    another function of the length, so their .6 is not this one's.
    """

    beams: int = Field(1, gt=0, le=100)
    """Unfinished translations that are followed at a time."""
    length_penalty: float = Field(1.0, ge=0, le=10)
    """0 compares log-probabilities as they are, which favours short translations; larger values
    favour longer ones. Movva & Zhao (2020) have 0.6. Nothing with one beam."""
    early: bool = False
    """Whether the search ends as soon as there are as many finished translations as beams, as in
    fairseq; else when none can become better than those."""
