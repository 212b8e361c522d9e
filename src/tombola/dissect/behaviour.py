"""Do two models behave alike on the same examples?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int
from scipy import stats
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.representations import Batch, evaluating
from tombola.errors import UserError
from tombola.statistics.intervals import wilson
from tombola.text import IGNORED


@dataclass(frozen=True)
class Behaviour:
    """How two models differ in what they answer."""

    unit: Literal["example", "token"]
    """What is counted: examples of a classifier, tokens (with a label) of a language model."""
    n: int
    agreement: float
    """Share of equal predictions."""
    low: float
    """Lower end of its 95% Wilson interval; tokens of one sentence are not independent, so for
    tokens the interval is somewhat too narrow."""
    high: float
    agreement_by_chance: float
    """Expected if the models chose independently, each with its own frequencies of classes."""
    kappa: float | None
    """Cohen's kappa: (agreement - chance) / (1 - chance); None where chance is 1."""
    kl: float
    """Mean Kullback-Leibler divergence of b's distribution from a's, KL(a‖b), in nats."""
    js: float
    """Mean Jensen-Shannon divergence, in nats: 0 to ln 2."""
    accuracy_a: float | None
    """None where batches have no labels."""
    accuracy_b: float | None
    only_a_right: int | None
    only_b_right: int | None
    mcnemar_p: float | None
    """Two-sided exact McNemar test of equal accuracy, on the pairs where just one is right."""


def compare(
    model_a: PreTrainedModel,
    model_b: PreTrainedModel,
    batches: Iterable[Batch],
    order: Sequence[int] | None = None,
) -> Behaviour:
    """Compare two classifiers, or two language or translation models, on the same batches.

    A classifier's logits are examples × classes; labels are optional, for all batches or none. A
    (teacher-forced) language model's are examples × positions × words; the positions whose label
    is not -100 count. Memory does not grow with the examples. `order` has, for each class of the
    first model (and of the labels), its number in the second, where these stand in another order.

    Raises UserError where the models' outputs differ in shape, are no classes or no numbers (NaN),
    or nothing counts.
    """
    tally: _Tally | None = None
    with evaluating(model_a, model_b):
        for batch in batches:
            logits = [_logits(model, batch) for model in (model_a, model_b)]
            if logits[0].shape != logits[1].shape:
                shapes = [tuple(own.shape[1:]) for own in logits]
                raise UserError(f"models differ in the shape of their outputs: {shapes}")
            for which, own in zip(("first", "second"), logits, strict=True):
                if own.isnan().any():
                    raise UserError(f"what the {which} model answers is not a number (NaN)")
            if order is not None:
                logits[1] = logits[1][..., list(order)]
            tally = tally or _Tally(logits[0])
            tally.add(logits[0], logits[1], batch.get("labels"))
    if tally is None or tally.n == 0:
        raise UserError("no examples to compare the models on")
    return tally.result()


@torch.inference_mode()
def _logits(model: PreTrainedModel, batch: Batch) -> Tensor:
    logits: Tensor = model(**{name: value.to(model.device) for name, value in batch.items()}).logits
    if logits.shape[-1] < 2:
        raise UserError("a model gives one number per example, not a choice of classes")
    return logits.cpu()


class _Tally:
    """Counts and sums over examples or tokens."""

    def __init__(self, logits: Tensor) -> None:
        self.unit: Literal["example", "token"] = "example" if logits.ndim == 2 else "token"
        self.n = self.n_labels = self.equal = 0
        self.chosen = torch.zeros(2, logits.shape[-1], dtype=torch.long)
        self.kl = self.js = 0.0
        self.right = torch.zeros(2, 2, dtype=torch.long)
        """[a right, b right]: examples."""

    def add(self, a: Tensor, b: Tensor, labels: Tensor | None) -> None:
        if self.unit == "token":
            if labels is None:
                raise UserError("a batch of a language model has no labels: no position counts")
            counts = labels.cpu() != IGNORED
            a, b, labels = a[counts], b[counts], labels.cpu()[counts]
        self._compare(a.double().log_softmax(-1), b.double().log_softmax(-1))
        if labels is not None:
            self._score(a.argmax(-1), b.argmax(-1), labels.cpu())

    def _compare(self, a: Float[Tensor, "n classes"], b: Float[Tensor, "n classes"]) -> None:
        said = torch.stack([a.argmax(-1), b.argmax(-1)])
        self.n += len(a)
        self.equal += int((said[0] == said[1]).sum())
        for counts, own in zip(self.chosen, said, strict=True):
            counts += own.bincount(minlength=len(counts))
        middle = torch.logaddexp(a, b) - torch.log(torch.tensor(2.0, dtype=a.dtype))
        self.kl += float(_divergence(a, b))
        self.js += float(_divergence(a, middle) + _divergence(b, middle)) / 2

    def _score(self, a: Int[Tensor, " n"], b: Int[Tensor, " n"], labels: Int[Tensor, " n"]) -> None:
        self.n_labels += len(labels)
        pairs = 2 * (a == labels).long() + (b == labels).long()
        self.right += pairs.bincount(minlength=4).view(2, 2)

    def result(self) -> Behaviour:
        if self.n_labels not in (0, self.n):
            raise UserError(f"only {self.n_labels} of {self.n} examples have a label")
        shares = self.chosen.double() / self.n
        agreement, chance = self.equal / self.n, float((shares[0] * shares[1]).sum())
        low, high = wilson(self.equal, self.n)
        only_a, only_b = int(self.right[1, 0]), int(self.right[0, 1])
        known = self.n_labels > 0
        return Behaviour(
            unit=self.unit,
            n=self.n,
            agreement=agreement,
            low=low,
            high=high,
            agreement_by_chance=chance,
            kappa=(agreement - chance) / (1 - chance) if chance < 1 else None,
            kl=self.kl / self.n,
            js=self.js / self.n,
            accuracy_a=int(self.right[1].sum()) / self.n if known else None,
            accuracy_b=int(self.right[:, 1].sum()) / self.n if known else None,
            only_a_right=only_a if known else None,
            only_b_right=only_b if known else None,
            mcnemar_p=_mcnemar(only_a, only_b) if known else None,
        )


def _divergence(a: Float[Tensor, "n classes"], b: Float[Tensor, "n classes"]) -> Tensor:
    # torch's kl_div gives NaN where a class is ruled out (a logit of -inf)
    return torch.where(a == -torch.inf, 0, a.exp() * (a - b)).sum()


def _mcnemar(only_a: int, only_b: int) -> float:
    if only_a + only_b == 0:
        return 1.0
    return float(stats.binomtest(only_a, only_a + only_b, 0.5).pvalue)
