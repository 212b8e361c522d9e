"""Data files over all readers: formats of annotated text, tables, GLUE, parallel and plain text."""

import gzip
import itertools
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

sys.path.append(str(Path(__file__).parent.parent / "tasks"))  # where the formats' examples are

from test_format_brackets import PTB
from test_format_ccgbank import HAND_MADE
from test_format_columns import WHOLE
from test_format_conllu import SENTENCE
from test_format_mutilated_layers import FILES, beside, check

from fuzz.judge import Case
from fuzz.mutate import mangled
from study.small import cola_folder
from tombola.text import FORMATS, GLUE, Annotated, read_parallel, read_plain
from tombola.text.formats.guess import guesses
from tombola.text.glue import read_split
from tombola.text.tables import read_table

Read = Callable[[Path], Any]
CSV = b'text,label,pair\n"one, two",good,a\n"say ""so""",bad,b\nthree,good,\n'
JSONL = b'{"text": "one", "label": 1}\n{"text": "two", "label": 0, "pair": null}\n'
RECORDS = b'{"text": "He left", "targets": [{"span1": [1, 2], "label": "x"}]}\n'
FACTUALITY = b"1\tHe\t_\n2\tleft\t2.5\n\n1\tYes\t_\n\n"


def examples(place: Path) -> Iterator[tuple[str, bytes, Read]]:
    """A file's name, what is in it, and what reads it."""
    for name, content, read in FILES.values():
        yield name, content.encode(), read
    for name, text in WHOLE.items():
        yield f"{name}.txt", text.encode(), FORMATS[name].read
    for name in ("brackets", "brackets-conjuncts", "brackets-functions"):
        yield f"{name}.mrg", PTB.encode(), FORMATS[name].read
    for name in ("conllu", "conllu-documents", "conllu-upos"):
        yield f"{name}.conllu", SENTENCE.encode(), FORMATS[name].read
    yield "a.auto", HAND_MADE.encode(), FORMATS["ccgbank"].read
    yield "a.records.jsonl", RECORDS, FORMATS["records"].read
    yield "a.unified", FACTUALITY, FORMATS["factuality-unified"].read
    yield "a.txt", b"# A title\n\nSome words here.\nAnd more.\n", read_plain
    yield "b.txt", b"eins zwei\ndrei\n", lambda path: read_parallel(path, path)
    yield "guess.txt", SENTENCE.encode(), guesses
    cola = (cola_folder(place / "cola") / "dev.tsv").read_bytes()
    yield "cola.tsv", cola, lambda path: read_split(path, GLUE["CoLA"])[0]
    rte = b"index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\tc\td\tnot_entailment\n"
    yield "rte.tsv", rte, lambda path: read_split(path, GLUE["RTE"])[0]
    hub = b'{"sentence": "a b", "label": 1, "idx": 0}\n{"sentence": "c", "label": 0, "idx": 1}\n'
    yield "cola.jsonl", hub, lambda path: read_split(path, GLUE["CoLA"])[0]
    for ending, content in (("csv", CSV), ("tsv", CSV.replace(b",", b"\t")), ("jsonl", JSONL)):
        yield f"a-table.{ending}", content, _rows
    table = pa.table({"text": ["one", "two"], "label": [1, 0]})
    pa.parquet.write_table(table, place / "whole.parquet")
    yield "a-table.parquet", (place / "whole.parquet").read_bytes(), _rows


def data_files(seed: int, place: Path) -> Iterator[Case]:
    """Mangled files, each format in its turn, now and then gzipped."""
    rng = random.Random(seed)
    place = place / "data"
    place.mkdir(exist_ok=True)
    for name, content, read in itertools.cycle(list(examples(place))):
        raw = mangled(rng, content)
        ending = rng.random()
        if ending < 0.1:  # a damaged file within a sound one, or a sound one that is damaged
            raw = gzip.compress(raw) if ending < 0.05 else mangled(rng, gzip.compress(content))
            name = f"{name}.gz"
        yield f"{name}: {raw[:1200]!r}", lambda n=name, r=raw, read=read: _read(place / n, r, read)


def _read(path: Path, raw: bytes, read: Read) -> None:
    beside(path.parent)
    path.write_bytes(raw)
    try:
        for each in read(path):
            if isinstance(each, Annotated):
                check(each)
    finally:
        path.unlink()


def _rows(path: Path) -> Iterator[Any]:
    return iter(read_table(path).read())
