"""The built-in language written out in standard formats, so that other tools can read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tombola.errors import UserError, allowed_for
from tombola.language.knobs import Language
from tombola.language.splits import Split
from tombola.tasks.data.source import from_language
from tombola.tasks.loaders.builtin import load_builtin
from tombola.tasks.task import check_count
from tombola.text.examples import Example, SentenceExample, TranslationExample
from tombola.text.writers import WRITERS, write_glue, write_parallel, write_texts

SPLITS: tuple[Split, ...] = ("train", "dev", "test")
GLUE_OF = {
    "builtin-acceptability": "CoLA",
    "builtin-sentiment": "SST-2",
    "builtin-paraphrase": "MRPC",
    "builtin-paraphrase-questions": "QQP",
    "builtin-similarity": "STS-B",
    "builtin-inference": "MNLI",
    "builtin-question-inference": "QNLI",
    "builtin-entailment": "RTE",
    "builtin-coreference-inference": "WNLI",
}
"""The task of GLUE that a built-in sentence task is shaped like."""

FORMS = (*WRITERS, "parallel", "glue")
"""Everything that can be asked for."""


@dataclass(frozen=True)
class Written:
    """One file that was written."""

    path: str
    form: str
    n: int
    """Sentences, documents or pairs in it."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return vars(self).copy()


def write_data(
    out: Path | str,
    forms: Sequence[str] = FORMS,
    *,
    n_train: int = 1000,
    n_dev: int = 100,
    n_test: int = 100,
    seed: int = 0,
    language: Language | None = None,
) -> list[Written]:
    """Write train, dev and test of the built-in language into a new folder, in each of the forms.

    A file is named after its split, `train.conllu`; GLUE's tasks have a folder each. Splits share
    no sentence. The same arguments give the same bytes. Each file appears when it is whole. Raises
    UserError for an unknown form, a folder that holds something, and where the language has not
    that many sentences.
    """
    out = Path(out)
    unknown = [form for form in forms if form not in FORMS]
    if unknown:
        raise UserError(f"unknown form {unknown[0]!r}; {allowed_for(unknown[0], FORMS)}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out}: exists already; choose another folder")
    sizes: dict[Split, int] = {"train": n_train, "dev": n_dev, "test": n_test}
    for split, n in sizes.items():
        check_count(n, split)
    knobs = language or Language()
    written: list[Written] = []
    for form in dict.fromkeys(forms):
        if form == "glue":
            written += _glue(out, sizes, seed, knobs)
        elif form == "parallel":
            written += _parallel(out, sizes, seed, knobs)
        else:
            written += _annotated(out, form, sizes, seed, knobs)
    return written


def _annotated(
    out: Path, form: str, sizes: dict[Split, int], seed: int, language: Language
) -> list[Written]:
    writer = WRITERS[form]
    written = []
    for split, n in sizes.items():
        path = out / f"{split}{writer.ending}"
        texts = from_language(writer.needs, n, seed, split, language)
        written.append(Written(str(path), form, write_texts(texts, path, writer)))
    return written


def _parallel(out: Path, sizes: dict[Split, int], seed: int, language: Language) -> list[Written]:
    written = []
    for split, examples in _splits("builtin-translation", sizes, seed, language)[1].items():
        pairs = cast(list[TranslationExample], examples)
        written += [
            Written(str(path), "parallel", len(pairs)) for path in write_parallel(pairs, out, split)
        ]
    return written


def _glue(out: Path, sizes: dict[Split, int], seed: int, language: Language) -> list[Written]:
    written = []
    for name, glue in GLUE_OF.items():
        labels, examples = _splits(name, sizes, seed, language)
        splits = cast(dict[str, Sequence[SentenceExample]], examples)
        paths = write_glue(glue, splits, out / glue, labels)
        written += [
            Written(str(path), "glue", len(splits[split]))
            for split, path in zip(splits, paths, strict=True)
        ]
    return written


def _splits(
    name: str, sizes: dict[Split, int], seed: int, language: Language
) -> tuple[Sequence[str], dict[str, list[Any]]]:
    """Labels, and the examples of each split."""
    # Tasks have no test split: it is cut off a larger dev split, where pairs may share a sentence.
    n_dev, n_test = sizes["dev"], sizes["test"]
    task = load_builtin(name, sizes["train"], n_dev + 2 * n_test, seed, language)
    dev = task.dev[:n_dev]
    known = {sentence for example in dev for sentence in _sentences(example)}
    test = [example for example in task.dev[n_dev:] if known.isdisjoint(_sentences(example))]
    if len(test) < n_test:
        said = f"{len(test)} of {n_test} test examples share no sentence with dev"
        raise UserError(f"{name}: {said}; turn up lexicon, depth or modified")
    return task.labels or (), {"train": [*task.train], "dev": [*dev], "test": test[:n_test]}


def _sentences(example: Example) -> set[str]:
    match example:
        case SentenceExample(text, pair):
            return {text} if pair is None else {text, pair}
        case TranslationExample(source):
            return {source}
        case _:
            raise TypeError(f"no sentences in {example}")
