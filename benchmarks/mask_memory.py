"""How much more memory training takes with a mask, in bytes per weight of the masked matrices."""

import sys
from statistics import median

import torch
from torch.nn.utils import clip_grad_norm_
from transformers import BertConfig, BertForSequenceClassification

from benchmarks._measure import header, in_fresh_process, peak_bytes, table
from tombola.anatomy import anatomy
from tombola.masks import Enforcer, Mask, prunable

REPEATS, STEPS = 3, 3


def train(side: str) -> None:
    """Train a little; print the peak of resident memory and the number of masked weights."""
    torch.manual_seed(0)
    model = BertForSequenceClassification(BertConfig(vocab_size=100, num_hidden_layers=4))
    optimizer = torch.optim.AdamW(model.parameters(), foreach=False)
    enforcer = None
    parameters = prunable(anatomy(model))
    if side == "masked":
        mask = Mask((p.name, torch.rand(p.shape) < 0.5) for p in parameters)
        enforcer = Enforcer(model, mask)
    ids = torch.randint(0, 100, (2, 16))
    for _ in range(STEPS):
        model(input_ids=ids, labels=torch.tensor([0, 1])).loss.backward()
        if enforcer:
            enforcer.gradients()
        clip_grad_norm_(model.parameters(), 1.0, foreach=False)
        optimizer.step()
        if enforcer:
            enforcer.optimizer_state(optimizer)
            enforcer.weights()
        optimizer.zero_grad()
    print(peak_bytes(), sum(p.size for p in parameters))


def main() -> None:
    peaks: dict[str, list[float]] = {"dense": [], "masked": []}
    n = 0.0
    for _ in range(REPEATS):
        for side, found in peaks.items():
            peak, n = in_fresh_process("benchmarks.mask_memory", side)
            found.append(peak)
    header(f"Memory of training, {n / 1e6:.1f} million masked weights, mask and enforcement held")
    dense = median(peaks["dense"])
    table(
        ("training", "peak MB", "extra bytes per masked weight (aim: at most 1)"),
        [
            (side, f"{median(found) / 1e6:.1f}", f"{(median(found) - dense) / n:.3f}")
            for side, found in peaks.items()
        ],
    )


if __name__ == "__main__":
    train(sys.argv[1]) if len(sys.argv) > 1 else main()
