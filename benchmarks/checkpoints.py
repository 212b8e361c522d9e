"""Writing a training's state beside a plain safetensors write of the same bytes."""

import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from benchmarks._measure import against_first, header
from tombola.training.checkpoint import Checkpoint

PARAMETERS, SIZE, REPEATS = 64, 2**18, 15


def main() -> None:
    torch.manual_seed(0)
    weights = {f"layer.{i}.weight": torch.randn(SIZE) for i in range(PARAMETERS)}
    moments = {f"{n}/{m}": torch.rand(SIZE) for n in weights for m in ("exp_avg", "exp_avg_sq")}
    state = Checkpoint(1000, weights, moments)
    plain = {f"{n}": t for kind in (weights, moments) for n, t in kind.items()}
    megabytes = sum(t.nbytes for t in plain.values()) / 2**20
    header(f"Checkpoint of {megabytes:.0f} MiB: weights and AdamW's moments")
    with tempfile.TemporaryDirectory() as folder:
        against_first(
            ("what", "median ms", "over plain (aim: at most 1.1)"),
            {
                "plain safetensors": lambda: save_file(plain, Path(folder) / "plain.safetensors"),
                "checkpoint": lambda: state.save(Path(folder) / "state.safetensors"),
            },
            REPEATS,
            warm_up=2,
        )


if __name__ == "__main__":
    main()
