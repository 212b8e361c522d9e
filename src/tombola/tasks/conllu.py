"""Part-of-speech tagging from CoNLL-U, the format of Universal Dependencies."""

from collections.abc import Iterator
from pathlib import Path

from conllu.exceptions import ParseException
from conllu.parser import parse_id_value

from tombola.errors import UserError
from tombola.tasks.examples import TaggedSentence
from tombola.tasks.lines import check_folder, read_lines
from tombola.tasks.task import TASKS, Task, sample

UPOS = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN",
    "PUNCT", "SCONJ", "SYM", "VERB", "X",
)  # fmt: skip
"""The seventeen universal parts of speech (universaldependencies.org/u/pos)."""

N_COLUMNS = 10

Block = list[tuple[int, str]]
"""Numbered lines of one sentence."""


def read_conllu(path: Path) -> Iterator[TaggedSentence]:
    """The sentences of a file, plain or gzipped, with universal parts of speech, one at a time.

    Words are the syntactic words: the ranges of multiword tokens and empty nodes are skipped.
    Raises UserError with file and line where the file is not CoNLL-U or holds no sentence.
    """
    n = 0
    for block in _blocks(path):
        yield _sentence(path, block)
        n += 1
    if not n:
        raise UserError(f"{path}: no sentences")


def load_pos(
    train: Path,
    dev: Path,
    n_train: int | None = None,
    n_dev: int | None = None,
    seed: int = 0,
) -> Task:
    """Part-of-speech tagging from two CoNLL-U files.

    With `n_train` or `n_dev`, that many sentences drawn by `seed`, in the file's order. Raises
    UserError as `read_conllu` does.
    """
    return Task(
        name="pos",
        kind="tagging",
        labels=UPOS,
        metric="accuracy",
        train=sample(tuple(read_conllu(train)), n_train, seed, str(train)),
        dev=sample(tuple(read_conllu(dev)), n_dev, seed, str(dev)),
    )


def _blocks(path: Path) -> Iterator[Block]:
    block: Block = []
    for number, line in read_lines(path):
        if line.strip():
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _sentence(path: Path, block: Block) -> TaggedSentence:
    rows = [(number, line) for number, line in block if not line.startswith("#")]
    if not rows:
        raise UserError(f"{path}:{block[0][0]}: comments without a sentence")
    words: list[str] = []
    tags: list[str] = []
    for number, line in rows:
        cells = line.split("\t")
        if len(cells) != N_COLUMNS:
            raise UserError(f"{path}:{number}: {len(cells)} columns, expected {N_COLUMNS}")
        form, tag = cells[1], cells[3]
        identity = _identity(path, number, cells[0])
        if isinstance(identity, tuple):  # a range (1, "-", 2) or an empty node (1, ".", 1)
            continue
        if identity != len(words) + 1:
            raise UserError(f"{path}:{number}: word {cells[0]!r}, expected {len(words) + 1}")
        if not form.strip():
            raise UserError(f"{path}:{number}: a word without a form")
        if tag not in UPOS:
            raise UserError(f"{path}:{number}: part of speech {tag!r}; allowed: {', '.join(UPOS)}")
        words.append(form)
        tags.append(tag)
    if not words:
        raise UserError(f"{path}:{rows[0][0]}: a sentence without words")
    return TaggedSentence(tuple(words), tuple(tags))


def _identity(path: Path, number: int, cell: str) -> int | tuple[int, str, int] | None:
    # Only the first column goes through conllu: its own split takes two spaces within a form for
    # a tab, and the other columns are plain text.
    try:
        return parse_id_value(cell)
    except (ParseException, ValueError) as problem:
        raise UserError(f"{path}:{number}: {cell[:20]!r} is no number of a word") from problem


@TASKS.register("pos")
def _load(*, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int) -> Task:
    folder = check_folder(folder, "pos", "one *train*.conllu and one *dev*.conllu, plain or .gz")
    return load_pos(_only(folder, "train"), _only(folder, "dev"), n_train, n_dev, seed)


def _only(folder: Path, split: str) -> Path:
    patterns = f"*{split}*.conllu", f"*{split}*.conllu.gz"
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise UserError(f"{folder}: expected one {patterns[0]} (or .gz), found {names}")
    return found[0]
