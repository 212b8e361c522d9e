"""Half the heads and a third of the neurons of a fine-tuned encoder, removed; see README.md.

    python surgery.py MODEL COLA OUT [SEED ...]

MODEL is an encoder's folder or hub id, COLA the folder with CoLA's train.tsv and dev.tsv. Every
result is a file in OUT: what is there is not computed again.
"""

import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from tombola.anatomy import (
    Anatomy,
    anatomy,
    gate_gradients,
    load_model,
    load_tokenizer,
    remove,
    save,
)
from tombola.files import write_json
from tombola.tasks import Batches, encode, load_task
from tombola.training import Training, evaluate, loss_for, train
from tombola.version import __version__

HEADS, NEURONS = 1 / 2, 1 / 3
RANKED_ON = 1000
TRAINING = Training(epochs=2, batch_size=32, learning_rate=1e-4, schedule="linear", warmup=0.1)
Ranks = dict[tuple[str, int], float]


def main(source: str, cola: Path, out: Path, seeds: list[int]) -> None:
    """Compute what is not in OUT yet."""
    torch.set_num_threads(1)  # the same bytes on any machine of this kind
    task, words = load_task("CoLA", cola), load_tokenizer(source)
    batches = {
        split: Batches(encode(getattr(task, split), words, 64), 32, words.pad_token_id, window=50)
        for split in ("train", "dev")
    }

    def start(where: str | Path, seed: int) -> Any:
        return load_model(where, "sequence-classification", n_labels=2, seed=seed)

    def tuned(where: str | Path, seed: int, arm: str) -> Any:
        """A model trained on CoLA, and its score on the dev split, kept in OUT."""
        folder = out / f"{arm}-{seed}"
        if not folder.exists():
            model = start(where, seed)
            train(model, batches["train"], loss_for(task.kind), TRAINING, seed=seed)
            save(model, folder, words)
        return scored(load_model(folder), seed, arm)

    def scored(model: Any, seed: int, arm: str) -> Any:
        path = out / f"{arm}-{seed}.json"
        if not path.exists():
            score = evaluate(model, task, batches["dev"], words)
            body = anatomy(model)
            row = {
                "arm": arm,
                "seed": seed,
                "score": score.value,
                "low": score.low,
                "high": score.high,
                "n": score.n,
                "heads": sum(block.n_heads for block in body.attention),
                "neurons": sum(block.n_neurons for block in body.mlps),
                "matrices": body.count(["matrices"]),
                "parameters": body.count(),
                "signature": f"surgery|task:{task.name}|text:{task.digest}|arm:{arm}|seed:{seed}"
                f"|ranked:{RANKED_ON}|{score.signature}|tombola:{__version__}",
            }
            write_json(path, row)
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()
        return model

    def cut(model: Any, gone: Any, seed: int, arm: str) -> Path:
        folder = out / f"{arm}-{seed}"
        if not folder.exists():
            save(remove(model, **gone), folder, words)
        return folder

    for seed in seeds:
        dense = tuned(source, seed, "dense")
        ranked = least(*importance(dense, batches["train"]))
        by_chance = least(*at_random(anatomy(dense), seed))
        scored(load_model(cut(dense, ranked, seed, "cut")), seed, "cut")
        scored(load_model(cut(dense, by_chance, seed, "cut-random")), seed, "cut-random")
        tuned(out / f"cut-{seed}", seed, "cut-tuned")
        for gone, arm in ((ranked, "early"), (by_chance, "early-random")):
            tuned(cut(start(source, seed), gone, seed, f"{arm}-start"), seed, f"{arm}-tuned")


def importance(model: Any, batches: Batches) -> tuple[Ranks, Ranks]:
    """Mean absolute gradient of each head's and neuron's gate; of heads, layers of equal norm.

    Michel et al. (2019), equation 2 and section 4.1.
    """
    heads: dict[str, torch.Tensor] = {}
    neurons: dict[str, torch.Tensor] = {}
    seen = 0
    for batch in batches.in_order():
        n = len(batch["labels"])

        def losses(batch: dict[str, torch.Tensor] = batch) -> torch.Tensor:
            inputs = {name: value for name, value in batch.items() if name != "labels"}
            logits = model(**inputs).logits
            return torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="none")

        found = gate_gradients(model, losses, n, neurons=True)
        for sums, gates in ((heads, found.heads), (neurons, found.neurons)):
            for name, gradient in gates.items():
                sums[name] = sums.get(name, torch.zeros(())) + gradient.abs().sum(0)
        seen += n
        if seen >= RANKED_ON:
            break
    for name in heads:
        heads[name] = heads[name] / heads[name].norm()
    return _flat(heads), _flat(neurons)


def at_random(body: Anatomy, seed: int) -> tuple[Ranks, Ranks]:
    """Ranks of heads and neurons that mean nothing."""
    rng = random.Random(f"surgery/{seed}")
    heads = {(b.name, i): rng.random() for b in body.attention for i in range(b.n_heads)}
    neurons = {(b.name, i): rng.random() for b in body.mlps for i in range(b.n_neurons)}
    return heads, neurons


def least(heads: Ranks, neurons: Ranks) -> dict[str, dict[str, list[int]]]:
    """The least important half of all heads and third of all neurons, as `remove` takes them."""

    def pick(ranks: Ranks, share: float) -> dict[str, list[int]]:
        gone: dict[str, list[int]] = {}
        for name, unit in sorted(ranks, key=ranks.__getitem__)[: round(share * len(ranks))]:
            gone.setdefault(name, []).append(unit)
        return gone

    return {"heads": pick(heads, HEADS), "neurons": pick(neurons, NEURONS)}


def _flat(ranks: Mapping[str, torch.Tensor]) -> Ranks:
    return {(n, i): float(value) for n, values in ranks.items() for i, value in enumerate(values)}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), [int(s) for s in sys.argv[4:]] or [1])
