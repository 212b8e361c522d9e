"""Reading a treebank strictly, beside the conllu package alone; and memory against file size.

The treebank is the training part of UD English EWT where `TOMBOLA_DATA` (or `../shared/data`) has
it in `ud_ewt`, else one that is made of the built-in language.
"""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import conllu

from benchmarks._measure import (
    header,
    in_fresh_process,
    interleaved,
    peak_bytes,
    ratio,
    reset_peak,
    table,
)
from tombola.tasks.data import write_data
from tombola.text.formats import FORMATS

HERE = Path(__file__).resolve().parent
SENTENCES, TIMES, REPEATS = 12_500, 10, 5


def treebank(folder: Path) -> tuple[str, Path]:
    """Its name, and the file, unpacked so that both sides read the same plain text."""
    data = Path(os.environ.get("TOMBOLA_DATA", HERE.parent.parent / "shared" / "data"))
    packed = data / "ud_ewt" / "en_ewt-ud-train.conllu.gz"
    if not packed.exists():
        write_data(folder / "made", ["conllu"], n_train=SENTENCES, n_dev=1, n_test=1)
        return "the built-in language", folder / "made" / "train.conllu"
    plain = folder / "train.conllu"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    return "UD English EWT train", plain


@contextmanager
def ten_times(path: Path) -> Iterator[Path]:
    """A file with the text ten times over, each time with ids of its own."""
    text = path.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        larger = Path(folder) / path.name
        with larger.open("w", encoding="utf-8") as file:
            for i in range(TIMES):
                again = text
                for kind in ("sent_id", "newdoc id"):
                    again = again.replace(f"# {kind} = ", f"# {kind} = {i}-")
                file.write(again)
        yield larger


def ours(path: Path) -> int:
    return sum(len(text.words) for text in FORMATS["conllu"].read(path))


def theirs(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return sum(len(sentence) for sentence in conllu.parse_incr(file))


def extra_peak(path: Path) -> None:
    """Print by how many bytes the peak rises while the file is read."""
    reset_peak()
    before = peak_bytes()
    ours(path)
    print(peak_bytes() - before)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        name, path = treebank(Path(folder))
        megabytes = path.stat().st_size / 1e6
        header(f"Reading {name}, {megabytes:.1f} MB of CoNLL-U")
        seconds = interleaved(
            {"conllu": lambda: theirs(path), "tombola": lambda: ours(path)}, REPEATS
        )
        table(
            ("by", "median s", "ratio (aim: 1.5 at most)"),
            [
                (side, f"{median(s):.2f}", f"{ratio(s, seconds['conllu']):.2f}")
                for side, s in seconds.items()
            ],
        )
        with ten_times(path) as larger:
            rows = []
            for times, file in ((1, path), (TIMES, larger)):
                peaks = [in_fresh_process("benchmarks.reading", str(file))[0] for _ in range(3)]
                rows.append((times, f"{times * megabytes:.0f}", f"{median(peaks) / 1e6:.1f}"))
            table(("times the text", "file MB", "extra peak MB"), rows)


if __name__ == "__main__":
    extra_peak(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
