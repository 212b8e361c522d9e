"""`python -m fuzz recipes --count 10000 --seed 1`: as much bad input as you like."""

import argparse
import itertools
import os
import tempfile
import time
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}

from fuzz.judge import judge
from fuzz.kinds import KINDS


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600.0, help="and no longer than that")
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        cases = KINDS[chosen.kind](chosen.seed, Path(place))
        in_time = itertools.takewhile(
            lambda case: time.monotonic() - began < 60 * chosen.minutes, cases
        )
        found = judge(itertools.islice(in_time, chosen.count))
    print(f"{chosen.kind}: {found}; {time.monotonic() - began:.0f} s, seed {chosen.seed}")
    for fault, n in found.broken.most_common():
        print(f"{n:6} {fault}\n       first: {found.first[fault][:1500]}")
    return 1 if found.broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
