"""One GLUE task from whatever files a folder, or a dataset on the hub, holds of it."""

import re
from pathlib import Path

from tombola.errors import UserError, allowed_for
from tombola.reach import asking_hub, hub_said
from tombola.tasks.task import TASKS, Reads, Task, sample
from tombola.text.examples import SentenceExample
from tombola.text.glue import GLUE, Layout, read_split
from tombola.text.glue.read import ENDINGS
from tombola.text.lines import check_folder
from tombola.text.reading import Reading

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def load_glue(
    name: str,
    folder: Path,
    n_train: int | None = None,
    n_dev: int | None = None,
    seed: int = 0,
    reading: Reading | None = None,
) -> Task:
    """The GLUE task `name`, from a folder with its two splits or from a dataset on the hub.

    The folder holds GLUE's own `train.tsv` and `dev.tsv`, or the hub's forms: `train` and
    `validation` (or `dev`), as Parquet (`train-00000-of-00001.parquet`), JSON lines or CSV, in the
    folder itself or in one named as the task is on the hub (`cola`). What is no folder and looks
    like a hub id (`nyu-mll/glue`) is fetched from there, Parquet only. MNLI's dev split is the
    matched one; that of `MNLI-mismatched`, the other.

    With `n_train` or `n_dev`, that many examples drawn by `seed`, in the file's order. A `reading`
    says what is done about rows that are no example. Raises
    UserError with file and line for anything the files should not hold, where a label of the dev
    split is not in the training split, and for an unknown name.
    """
    if name not in GLUE:
        raise UserError(f"unknown GLUE task {name!r}; {allowed_for(name, sorted(GLUE))}")
    layout = GLUE[name]
    folder = folder.expanduser()
    train_files, dev_files = _find(_local(folder, name, layout), name, layout)
    train, train_dropped = _read_all(train_files, layout, reading)
    dev, dev_dropped = _read_all(dev_files, layout, reading)
    _check_labels(train, dev, layout, train_files[0], dev_files[0])
    return Task(
        name=name,
        kind=layout.kind,
        labels=layout.labels or None,
        metric=layout.metric,
        train=sample(train, n_train, seed, f"{name} train"),
        dev=sample(dev, n_dev, seed, f"{name} dev"),
        n_dropped=train_dropped + dev_dropped,
    )


def _local(folder: Path, name: str, layout: Layout) -> Path:
    """The folder, or where a dataset of the hub was put."""
    holds = f"train.tsv and {layout.dev}"
    if folder.is_dir() or folder.is_file():
        return check_folder(folder, name, holds)
    if not _HUB_ID.fullmatch(folder.as_posix()):
        raise UserError(f"{folder}: no such folder; task {name!r} expects {holds} in it")
    from huggingface_hub import snapshot_download  # takes a second to import

    splits = ("train", layout.hub_dev)
    patterns = [f"{layout.config}/{split}-*.parquet" for split in splits]
    with asking_hub():
        try:
            fetched = snapshot_download(
                folder.as_posix(), repo_type="dataset", allow_patterns=patterns
            )
        except (OSError, ValueError) as problem:
            raise UserError(
                f"{folder}: no such folder with {holds}, nor to be had from the hub: "
                f"{hub_said(problem)}"
            ) from problem
    return Path(fetched)


def _find(folder: Path, name: str, layout: Layout) -> tuple[list[Path], list[Path]]:
    """The files of the two splits, GLUE's own first."""
    if (folder / "train.tsv").exists() or (folder / "train.tsv.gz").exists():
        return [_plain_or_gz(folder / "train.tsv")], [_plain_or_gz(folder / layout.dev)]
    dev_names = dict.fromkeys(
        (layout.hub_dev, layout.dev.removesuffix(".tsv"), "validation", "dev")
    )
    for place in (folder, folder / layout.config):
        train = _split_files(place, "train")
        if train:
            for dev_name in dev_names:
                if dev := _split_files(place, dev_name):
                    return train, dev
            raise UserError(f"{place}: {train[0].name} without a split {' or '.join(dev_names)}")
    raise UserError(
        f"{folder}: no files of {name}: expected train.tsv and {layout.dev}, or train and "
        f"{layout.hub_dev} as Parquet, JSON lines or CSV, here or in {layout.config}/"
    )


def _plain_or_gz(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    return packed if packed.exists() and not path.exists() else path


def _split_files(place: Path, split: str) -> list[Path]:
    """The files of one split, in one form; several only where Parquet is in numbered parts."""
    parts = sorted(place.glob(f"{split}-[0-9]*-of-[0-9]*.parquet"))
    if parts:
        expected = int(parts[0].stem.rpartition("-")[2])
        if len(parts) != expected:
            raise UserError(f"{place}: {len(parts)} parts of {split}, expected {expected}")
        return parts
    for ending in ENDINGS[1:]:
        for path in (place / f"{split}{ending}", place / f"{split}{ending}.gz"):
            if path.exists():
                return [path]
    return []


def _read_all(
    paths: list[Path], layout: Layout, reading: Reading | None
) -> tuple[list[SentenceExample], int]:
    examples: list[SentenceExample] = []
    n_dropped = 0
    for path in paths:
        more, dropped = read_split(path, layout, reading=reading)
        examples += more
        n_dropped += dropped
    return examples, n_dropped


def _check_labels(
    train: list[SentenceExample],
    dev: list[SentenceExample],
    layout: Layout,
    train_file: Path,
    dev_file: Path,
) -> None:
    if not layout.labels:
        return
    unseen = {example.label for example in dev} - {example.label for example in train}
    for label in sorted(label for label in unseen if isinstance(label, int)):
        raise UserError(f"{dev_file}: label {layout.labels[label]!r}, which {train_file} has not")


class OfGlue(Reads):
    """A task of GLUE, from a folder or the hub."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(
        self,
        folder: Path | None,
        n_train: int | None,
        n_dev: int | None,
        seed: int,
        reading: Reading,
    ) -> Task:
        """By a reading's policy."""
        if folder is None:
            holds = f"train.tsv and {GLUE[self.name].dev}"
            raise UserError(f"task {self.name!r} needs a folder that holds {holds}, or a hub id")
        return load_glue(self.name, folder, n_train, n_dev, seed, reading)


for _name in GLUE:
    TASKS.register(_name)(OfGlue(_name))
