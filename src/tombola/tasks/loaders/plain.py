"""Running text: what masked and causal language models learn from."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path

from tombola.errors import UserError
from tombola.tasks.task import TASKS, Task, sample
from tombola.text.examples import Passage
from tombola.text.plain import read_plain
from tombola.text.streamed import gathered

SPLITS = {"train": ("train",), "dev": ("dev", "valid", "val", "validation")}
"""What the name of a file says of its split, where a folder has such."""
HELD_OUT = 20
"""Where no file is held out, the last of so many parts of each file is."""
TEXT = (".txt", ".tokens", ".txt.gz", ".tokens.gz")
"""Endings of files that are read from a folder."""


def load_text(
    kind: str,
    train: tuple[Path, ...],
    dev: tuple[Path, ...] = (),
    n_train: int | None = None,
    n_dev: int | None = None,
    seed: int = 0,
) -> Task:
    """Passages (lines that are not blank) of plain or gzipped files, in their order.

    Without `dev`, the last twentieth of each file's passages is held out, from every file so that
    they are of the same sort. With `n_train` or `n_dev`, that many passages drawn by `seed`.
    Passages are held in memory where they are few. Raises UserError as `read_plain` does, with file
    and line, and where nothing is left to learn from.
    """
    if dev:
        of_train, of_dev = (partial(_all, files) for files in (train, dev))
    else:
        counts = [sum(1 for _ in read_plain(file)) for file in train]
        cuts = [n - max(1, n // HELD_OUT) for n in counts]
        if not any(cuts):
            raise UserError(f"{train[0]}: one passage: none is left to learn from")
        of_train = partial(_parts, train, [(0, cut) for cut in cuts])
        of_dev = partial(_parts, train, [(cut, None) for cut in cuts])
    splits = [
        sample(gathered(read, str(train[0])), n, seed, f"{kind} {split}")
        for read, n, split in ((of_train, n_train, "train"), (of_dev, n_dev, "dev"))
    ]
    return Task(kind, kind, None, "loss", splits[0], tuple(splits[1]))


def files_of(place: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The files to learn from and those held out, of a folder (at any depth) or of one file.

    By their names where some say that they are held out; else all are to learn from. Raises
    UserError where there are none.
    """
    if place.is_file():
        return (place,), ()
    if not place.is_dir():
        raise UserError(f"{place}: no such file or folder")
    known = [path for path in place.rglob("*") if path.name.endswith(TEXT)]
    known = sorted(path for path in known if path.name != "SOURCE.txt")
    if not known:
        raise UserError(f"{place}: no text: expected files that end in {', '.join(TEXT)}")
    train, dev = (tuple(path for path in known if _says(path, names)) for names in SPLITS.values())
    if train and dev:
        return train, dev
    return tuple(known), ()


class PlainText:
    """A task of text, by the kind of model that learns it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(
        self, *, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int
    ) -> Task:
        """From a folder, or from one file."""
        if folder is None:
            raise UserError(
                f"task {self.kind!r} needs a folder or a file of text, or `files`; of the built-in "
                f"language there is builtin-{self.kind}"
            )
        return load_text(self.kind, *files_of(folder), n_train, n_dev, seed)

    def from_files(
        self, files: Mapping[str, Path], n_train: int | None, n_dev: int | None, seed: int
    ) -> Task:
        """From files by split; each may be a folder of files."""
        if "train" not in files or "test" in files:
            raise UserError(f"task {self.kind!r}: files are train, and dev where it is one")
        found = {split: sum(files_of(path), ()) for split, path in files.items()}
        return load_text(self.kind, found["train"], found.get("dev", ()), n_train, n_dev, seed)


def _all(files: tuple[Path, ...]) -> Iterator[Passage]:
    return map(Passage, chain.from_iterable(map(read_plain, files)))


def _parts(files: tuple[Path, ...], parts: list[tuple[int, int | None]]) -> Iterator[Passage]:
    for file, part in zip(files, parts, strict=True):
        yield from map(Passage, islice(read_plain(file), *part))


def _says(path: Path, names: tuple[str, ...]) -> bool:
    return any(name in path.name.lower().replace("-", ".").split(".") for name in names)


for _kind in ("masked-lm", "causal-lm"):
    TASKS.register(_kind)(PlainText(_kind))
