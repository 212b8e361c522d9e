"""How a model is trained."""

import math
from typing import Literal

from pydantic import Field, model_validator

from tombola.settings import Settings

USUAL_TOKENS = 16
"""Of a sentence; captions and headlines have fewer, news twice as many."""
MOST_AT_ONCE = 256
"""Examples that are answered together; each is followed by several beams."""


class Training(Settings):
    """Length, batches, optimizer and learning rate of one training run (AdamW)."""

    epochs: float | None = Field(None, gt=0)
    """Passes over the training split; give this or `steps`."""
    steps: int | None = Field(None, gt=0)
    """Optimizer steps; give this or `epochs`."""
    batch_size: int = Field(32, gt=0)
    """Examples in a batch."""
    batch_tokens: int | None = Field(None, gt=0)
    """Tokens in a batch, padding included, instead of a number of examples; where both sides of an
    example are read, those of the longer one. Batches are of examples of like length."""
    accumulate: int = Field(1, gt=0)
    """Batches whose gradients make one optimizer step: a batch of so many times the size, where
    memory has no room for it. What is averaged is labels, not batches, so it is the same step."""
    processes: int = Field(1, gt=0, le=1024)
    """Processes of one machine that share each batch, each with a GPU of its own, or all on the CPU
    (data-parallel training, DDP). Batches, steps and rates stay as they are: an example's gradient
    is computed in one of them. Dropout and the order of sums differ, so this is a fact."""
    precision: Literal["float32", "bf16", "fp16"] = "float32"
    """Of products in training; weights, sums and optimizer stay in float32 (autocast). With fp16
    the loss is scaled so that small gradients are not lost; a step whose gradients the scale made
    too large is done again with half of it, so that none is left out. Models are scored in float32
    either way."""
    compile: bool = False
    """Whether `torch.compile` makes one program of the model for training: faster on a GPU, minutes
    to begin with. Sums come in another order, so this is a fact like any other."""
    learning_rate: float = Field(5e-5, gt=0)
    """Peak learning rate."""
    schedule: Literal["linear", "constant", "inverse-sqrt"] = "linear"
    """How the learning rate falls after the warm-up."""
    warmup: float = Field(0.0, ge=0, le=1)
    """Share of all steps over which the learning rate rises from 0."""
    stretch: float = Field(1.0, ge=1)
    """The rate falls as if training lasted so many times as long, and training ends before it is
    down. Chen et al. (2020) searched like this, by their code: one schedule over all ten rounds,
    begun anew in each, so that the rate fell by a tenth only."""
    weight_decay: float = Field(0.0, ge=0)
    """Decoupled weight decay of matrices and embeddings; vectors are never decayed."""
    betas: tuple[float, float] = (0.9, 0.999)
    """Decay rates of Adam's two moments."""
    epsilon: float = Field(1e-8, gt=0)
    """Adam's epsilon."""
    max_grad_norm: float | None = Field(1.0, gt=0)
    """Gradients are clipped to this norm; null for no clipping."""
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    """Share of the target probability spread over all labels or tokens."""

    @model_validator(mode="after")
    def _one_length(self) -> "Training":
        if (self.epochs is None) == (self.steps is None):
            raise ValueError("give either epochs or steps")
        if self.batch_tokens is not None and "batch_size" in self.model_fields_set:
            raise ValueError("give either batch_size (examples) or batch_tokens")
        if self.stretch != 1 and self.schedule != "linear":
            raise ValueError(f"stretch is for a linear schedule; {self.schedule} has no end")
        if self.schedule == "inverse-sqrt" and not self.warmup:
            raise ValueError(
                "schedule: inverse-sqrt peaks at the end of the warm-up and falls from there: give "
                "`warmup`, a share of the steps (without one it is at a third by step 10)"
            )
        return self

    def steps_per_epoch(self, batches: int) -> int:
        """Optimizer steps of an epoch of so many batches; the last may have fewer of them."""
        return -(-batches // self.accumulate)

    def total_steps(self, batches: int) -> int:
        """Optimizer steps of a whole run, with so many batches in each epoch."""
        if self.steps is not None:
            return self.steps
        assert self.epochs is not None  # the validator saw to it
        return max(1, math.ceil(self.epochs * self.steps_per_epoch(batches)))

    @property
    def answered_at_once(self) -> int:
        """Examples of a batch that is answered, not learned from; no number depends on it.

        A budget of tokens is as many sentences of a usual length: no activations are kept for
        gradients, so that a few long ones do no harm.
        """
        if self.batch_tokens is None:
            return self.batch_size
        return min(MOST_AT_ONCE, max(self.batch_size, self.batch_tokens // USUAL_TOKENS))

    def examples_per_step(self, tokens: int) -> float:
        """About how many examples of so many tokens an optimizer step sees."""
        size = self.batch_size if self.batch_tokens is None else self.batch_tokens / tokens
        return float(self.accumulate * max(1.0, size))


def learning_rate_at(training: Training, step: int, total_steps: int) -> float:
    """Learning rate of the optimizer step number `step` (the first is 0).

    A pure function, so that rewinding the learning rate is nothing but a smaller `step`.
    `inverse-sqrt` follows Vaswani et al. (2017), section 5.3, scaled to peak at `learning_rate`.
    """
    warmup_steps = round(training.warmup * total_steps)
    if step < warmup_steps:
        return training.learning_rate * (step + 1) / warmup_steps
    if training.schedule == "constant":
        return training.learning_rate
    if training.schedule == "linear":
        total = total_steps * training.stretch
        left = (total - step) / max(1, total - warmup_steps)
        return training.learning_rate * max(0.0, left)
    return training.learning_rate * math.sqrt(max(1, warmup_steps) / (step + 1))
