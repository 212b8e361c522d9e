"""`python -m kills --times 200`: as many kills as you like."""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


import torch

from kills.campaign import WAYS, Campaign


def main() -> int:
    parser = argparse.ArgumentParser(prog="kills", description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--figures", action="store_true", help="write every figure's files: slow")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        campaign = Campaign(Path(place), chosen.seed, figures=chosen.figures)
        ways = tuple(chosen.way or WAYS)
        found = campaign.go(chosen.times, ways, lambda text: print(text, flush=True))
    for how, n in sorted(found.ended.items()):
        print(f"{n:5} {how}")
    print(
        f"{found.kills} kills, {found.struck} of them before the end; {found.studies} studies "
        f"ended, {len(found.problems)} problems; {time.monotonic() - began:.0f} s, "
        f"seed {chosen.seed}"
    )
    for problem in found.problems:
        print(problem)
    return 1 if found.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
