"""Part-of-speech tagging from CoNLL-U, with the universal parts of speech."""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.tasks.task import TASKS, Reads, Task, sample
from tombola.text.annotated import Annotated
from tombola.text.examples import TaggedSentence
from tombola.text.formats import conllu
from tombola.text.lines import check_folder
from tombola.text.reading import Reading, reading_of


def read_conllu(path: Path, reading: Reading | None = None) -> Iterator[TaggedSentence]:
    """The sentences of a file, plain or gzipped, with universal parts of speech, one at a time.

    Raises UserError as the reader of the format does, and where a sentence has no such tags.
    """
    reading = reading_of(reading)
    return reading.each(conllu.read_conllu(path, reading, universal=True), _tagged)


def _tagged(text: Annotated) -> TaggedSentence:
    if text.universal_tags is None:
        raise UserError(f"{text.where}: a sentence without universal parts of speech")
    return TaggedSentence(text.words, text.universal_tags)


def load_pos(
    train: Path,
    dev: Path,
    n_train: int | None = None,
    n_dev: int | None = None,
    seed: int = 0,
    reading: Reading | None = None,
) -> Task:
    """Part-of-speech tagging from two CoNLL-U files.

    With `n_train` or `n_dev`, that many sentences drawn by `seed`, in the file's order. Raises
    UserError as `read_conllu` does.
    """
    return Task(
        name="pos",
        kind="tagging",
        labels=conllu.UPOS,
        metric="accuracy",
        train=sample(tuple(read_conllu(train, reading)), n_train, seed, str(train)),
        dev=sample(tuple(read_conllu(dev, reading)), n_dev, seed, str(dev)),
    )


class Tags(Reads):
    """The task, from a folder."""

    def read(
        self,
        folder: Path | None,
        n_train: int | None,
        n_dev: int | None,
        seed: int,
        reading: Reading,
    ) -> Task:
        """By a reading's policy."""
        folder = check_folder(
            folder, "pos", "one *train*.conllu and one *dev*.conllu, plain or .gz"
        )
        return load_pos(_only(folder, "train"), _only(folder, "dev"), n_train, n_dev, seed, reading)


TASKS.register("pos")(Tags())


def _only(folder: Path, split: str) -> Path:
    patterns = f"*{split}*.conllu", f"*{split}*.conllu.gz"
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise UserError(f"{folder}: expected one {patterns[0]} (or .gz), found {names}")
    return found[0]
