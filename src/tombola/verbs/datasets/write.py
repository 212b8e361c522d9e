"""The built-in language in standard formats."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.tasks import data as looking
from tombola.verbs.datasets.knobs import language_of

if TYPE_CHECKING:
    from tombola.tasks.data import Written


def write_data(
    out: str | Path,
    forms: tuple[str, ...] = (),
    *,
    train: int = 1000,
    dev: int = 100,
    test: int = 100,
    seed: int = 0,
    knobs: dict[str, Any] | None = None,
) -> "list[Written]":
    """Write the built-in language out in standard formats, so that other tools can read it.

    Args:
        out: a new folder.
        forms: names of forms, `conllu`, `trees`, `glue`, `parallel`, …; all of them by default.
        train: sentences, documents or pairs of the training split.
        dev: of the dev split.
        test: of the test split.
        seed: equal seeds give equal bytes.
        knobs: of the language, fields of `tombola.language.Language`.

    Raises:
        UserError: an unknown form, a folder that holds something, a language that is too small.
    """
    return looking.write_data(
        out,
        forms or looking.FORMS,
        n_train=train,
        n_dev=dev,
        n_test=test,
        seed=seed,
        language=language_of(knobs),
    )
