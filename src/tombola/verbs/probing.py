"""What every layer of a model still tells a probe."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import dissect, tasks
from tombola.errors import UserError
from tombola.results import Listed
from tombola.settings import validate
from tombola.verbs.asked import Asked, check_no_table, remembered_language, said
from tombola.verbs.datasets.knobs import language_of
from tombola.verbs.given import given
from tombola.verbs.tagging import TAGS, TOKENS, tagged

if TYPE_CHECKING:
    import torch

    from tombola.dissect import ProbeResult
    from tombola.tickets import Ticket

ALL = "all"
"""In place of a task's name: all word tasks."""
MADE = "pos"
"""What is asked where neither task nor data are named."""
SHOWN = ("task", "stack", "layer", "hidden", "metric", "value", "low", "high", "n", "chance",
         "word_baseline")  # fmt: skip
"""Fields of a probe that are printed."""
APART = 0.1
"""Share of one table alone that is scored; a probe is trained on the rest."""


def probe(
    model: "torch.nn.Module | Ticket | str | Path",
    task: str | Sequence[str] | Callable[[list[str]], Sequence[Any]] | None = None,
    folder: str | Path | None = None,
    *,
    files: Mapping[str, str | Path] | None = None,
    format: str | None = None,  # noqa: A002 — the word that users know
    knobs: dict[str, Any] | None = None,
    train: int | None = None,
    dev: int | None = None,
    test: int | None = None,
    seed: int = 0,
    stack: str | None = None,
    too_long: str = "window",
    cache: str | Path | None = None,
    tokenizer: Any = None,
    **more: Any,
) -> "list[ProbeResult]":
    """Train probes on every layer of a model: what can still be read off it.

    Args:
        model: where to load the model from, a ticket, or a model in memory.
        task: word tasks by name (`pos`, `ner`, `parent`, …), or `all` of them; or `builtin-pos`.
            By default parts of speech; or the tags of `data` as they are. Or a function of a
            sentence's words that gives a label for each; `data` are then sentences, by default
            those of the built-in language.
        folder: with a file of the task for each split; none for the built-in language, by default
            with the knobs of the language that the model was trained on.
        files: instead of a folder, the file of each split: train, dev, test.
        format: of the files; by default what their ending tells.
        knobs: of the built-in language.
        train: texts to train on; all where not given.
        dev: texts of the second split, which decides when to stop; where there is no test, they are
            scored, and a tenth of the training texts decides.
        test: texts to score on.
        seed: of the probes, and of the negatives of arcs.
        stack: encoder or decoder.
        too_long: window, refuse or skip: what becomes of texts too long for the model.
        cache: folder where vectors of words are kept, and found again.
        tokenizer: what reads the text for a model in memory.
        more: fields of `tombola.dissect.ProbeSettings` (`hidden=[0, 1024]`, `replicates=5`, …), and
            of `tombola.verbs.Asked`: `data` of your own with `text` (lists of words) and `label`
            (lists of tags).

    Raises:
        UserError: missing or malformed text, no such model, or a setting of no use.
    """
    words = said({name: more.pop(name) for name in Asked.model_fields if name in more})
    for name in ("examples", "pair", "target", "kind"):
        if getattr(words, name) is not None:
            raise UserError(
                f"{name}: of no use to a probe; train, dev and test are counts of texts"
            )
    chosen = validate(dissect.ProbeSettings, more)
    _check_choice("stack", stack, ("encoder", "decoder", None))
    _check_choice("too_long", too_long, ("window", "refuse", "skip"))
    about = given(model, tokenizer, pads=False)
    if callable(task):
        own = words.data if words.data is not None else _made_sentences(train, dev, seed)
        told = {"data": tagged(task, own), "text": TOKENS, "label": TAGS}
        words = words.model_copy(update={**told, "metric": words.metric or "accuracy"})
        task = getattr(task, "__name__", "function").strip("<>")
    if words.data is not None:
        asked = {task or tasks.OWN: words} if isinstance(task, str | None) else {}
        if not asked or folder is not None or files is not None or knobs is not None:
            raise UserError("data of your own take one task, and neither folder, files nor knobs")
        made = {name: _own(name, one, train, dev, seed, format) for name, one in asked.items()}
    else:
        check_no_table(words)
        read = folder is not None or files is not None
        remembered = None if read else remembered_language(about.provenance)
        language = remembered if knobs is None else language_of(knobs)
        by_split = None if files is None else {split: Path(file) for split, file in files.items()}
        made = {
            name: tasks.load_task(
                name,
                folder,
                train,
                dev,
                seed,
                language,
                format,
                test,
                by_split,
                metric=words.metric,
                reading=words.reading(),
            )
            for name in _names(MADE if task is None else task)
        }
    _warn_of_left_out(made)
    found = dissect.probe(
        about.model,
        about.tokenizer,
        {name: tasks.as_words(one) for name, one in made.items()},
        seed=seed,
        settings=chosen,
        stack=stack,  # type: ignore[arg-type]  # checked above
        too_long=too_long,  # type: ignore[arg-type]
        max_tokens=words.max_tokens,
        folder=None if cache is None else Path(cache),
    )
    return Listed(found, "probes", SHOWN)


def _made_sentences(train: int | None, dev: int | None, seed: int) -> list[tuple[str, ...]]:
    """Sentences of the built-in language, to ask a function about."""
    made = tasks.as_words(tasks.load_task(MADE, None, train, dev, seed))
    return [one.words for split in (made.train, made.dev) for one in split]


def _own(
    name: str,
    words: Asked,
    train: int | None,
    dev: int | None,
    seed: int,
    form: str | None,
) -> "tasks.Task":
    """A table of words and tags; tags of no word task are asked for as they are."""
    metric = "accuracy" if words.metric is None and name == tasks.OWN else words.metric
    return tasks.load_task(
        name, data=words.data, train=train, dev=dev, seed=seed, format=form, split=words.split,
        metric=metric, apart=APART, reading=words.reading(), **words.columns(),
    )  # fmt: skip


class ExamplesLeftOut(UserWarning):
    """Examples could not be read, and are left out as was asked."""


def _warn_of_left_out(made: "Mapping[str, tasks.Task]") -> None:
    for name, one in made.items():
        if one.n_dropped:
            warnings.warn("; ".join((name, *one.notes)), ExamplesLeftOut, stacklevel=3)


def _names(task: str | Sequence[str]) -> tuple[str, ...]:
    if task == ALL:
        return tuple(tasks.WORD_TASKS)
    names = (task,) if isinstance(task, str) else tuple(task)
    if not names:
        raise UserError("name a task to probe for")
    return names


def _check_choice(name: str, value: str | None, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        names = ", ".join(each for each in allowed if each is not None)
        raise UserError(f"{name}: one of {names}, not {value!r}")
