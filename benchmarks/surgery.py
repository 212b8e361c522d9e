"""Surgery: how much faster a smaller model is, and how fast an uneven one comes back."""

import tempfile
from pathlib import Path
from statistics import median

import torch
import transformers
from transformers import BertConfig, BertModel

from benchmarks._measure import header, interleaved, ratio, table
from tombola.anatomy import anatomy, load_model, remove, save

SENTENCES, TOKENS, REPEATS = 8, 64, 15


def main() -> None:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    dense = BertModel(BertConfig()).eval()  # 12 layers, 768 wide: 109 million parameters
    body = anatomy(dense)
    heads = {b.name: range(0, b.n_heads, 2) for b in body.attention}
    mlps = [b.name for b in body.mlps][::2]
    half = remove(dense, heads, mlps)
    ids = torch.randint(1000, 30000, (SENTENCES, TOKENS))

    header(f"Half the heads and half the MLPs removed: BERT base, {SENTENCES} × {TOKENS} tokens")

    @torch.inference_mode()
    def run(model: BertModel) -> None:
        model(input_ids=ids)

    runs = {"dense": lambda: run(dense), "cut": lambda: run(half)}
    seconds = interleaved(runs, REPEATS, warm_up=2)
    table(
        ("forward pass", "median ms", "times as fast (aim: at least 1.6)"),
        [
            (name, f"{median(s) * 1e3:.1f}", f"{ratio(seconds['dense'], s):.2f}")
            for name, s in seconds.items()
        ],
    )

    uneven = remove(
        dense,
        {b.name: range(b.layer % 3) for b in body.attention},
        neurons={b.name: range(40 * b.layer) for b in body.mlps},
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        dense.save_pretrained(folder / "dense")
        save(uneven, folder / "uneven")
        n = sum(p.numel() for p in uneven.parameters())
        header(f"Reload of an uneven model of {n / 1e6:.0f} million parameters")
        runs = {
            "from_pretrained, dense, 109 million": lambda: BertModel.from_pretrained(
                folder / "dense"
            ),
            "load_model, uneven": lambda: load_model(folder / "uneven"),
        }
        seconds = interleaved(runs, REPEATS, warm_up=2)
        first = next(iter(seconds.values()))
        table(
            ("reload", "median ms", "over plain loading (aim: at most 1.2)"),
            [
                (name, f"{median(s) * 1e3:.0f}", f"{ratio(s, first):.2f}")
                for name, s in seconds.items()
            ],
        )


if __name__ == "__main__":
    main()
