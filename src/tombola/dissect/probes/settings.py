"""How probes are trained."""

from typing import Annotated, Literal

from pydantic import Field

from tombola.dissect.probes.words import Pooling, Precision
from tombola.settings import ONCE, ONE_OR_MORE, Settings

Width = Annotated[int, Field(ge=0, le=2**20)]
Penalty = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ProbeSettings(Settings):
    """How probes are trained. The defaults are Liu et al. 2019's, which Movva & Zhao 2020 use."""

    hidden: Annotated[tuple[Width, ...], ONE_OR_MORE, ONCE] = Field((0,), min_length=1)
    """Widths of a hidden layer with ReLU, a probe for each; 0 is a linear probe. The published
    second probe has 1024."""
    penalty: Annotated[tuple[Penalty, ...], ONE_OR_MORE, ONCE] = Field((0.0,), min_length=1)
    """Strengths of an L2 penalty, a probe for each: half of it times the sum of squared weights is
    added to the loss. The published probes have none."""
    replicates: int = Field(1, gt=0, le=1000)
    """Probes that differ in their seed alone: first weights, order of batches, and which sentences
    are held out where there is no other text to decide when to stop."""
    control: bool = False
    """Train the same probes on labels that were drawn for each word form, too (Hewitt & Liang
    2019): a score less that on these, the probe's selectivity, is not mere memory of words."""
    code: bool = False
    """Tell the training labels by the online code, too (Voita & Titov 2020): in how many bits what
    a layer knows can be told. Trains ten further probes on growing parts of the text."""
    mix: bool = False
    """Train a probe on a mix of all layers, too, whose weights it learns (Peters et al. 2018): what
    the model gives away where no layer is chosen."""
    epochs: int = Field(50, gt=0)
    """At most so many."""
    patience: int = Field(3, gt=0)
    """Stop after so many epochs without a better score on the text that decides when to stop."""
    batch_sentences: int | None = Field(None, gt=0)
    """Texts in a batch; by default what the task says: 80 sentences, 10 documents."""
    learning_rate: float = Field(1e-3, gt=0, allow_inf_nan=False)
    """Of Adam."""
    held_out: float = Field(0.1, gt=0, lt=1)
    """Share of the training texts that is not trained on but decides when to stop: only where there
    are two splits. With three, dev decides, and test is scored."""
    average: Literal["words", "sentences"] = "words"
    """`sentences`: the mean within each sentence first, so that words of short sentences weigh
    more, as allennlp's loss did in the published probes."""
    standardise: bool = False
    """Give every feature mean 0 and variance 1 over the training split. The published probes do
    not; do it to compare models or layers whose features differ much in scale, since steps of one
    size are then small for one and large for the other."""
    pooling: Pooling = "mean"
    """How a word's vector is made of its sub-tokens': `represent_words` says."""
    precision: Precision = "half"
    """In which vectors are kept."""
