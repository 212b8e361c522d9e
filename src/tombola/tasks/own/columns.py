"""Which columns of a table are what, as the user names them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import model_validator

from tombola.errors import UserError
from tombola.settings import ONCE, ONE_OR_MORE, Settings
from tombola.text.tables.table import TableOfText

OWN = "own"
"""The name of a task of one's own where it has no other."""
TEXTS = ("text", "sentence", "sentence1", "premise", "question1", "question", "tokens", "words",
         "content", "review", "comment", "tweet")  # fmt: skip
"""What a column of text is usually called, the likeliest first."""
PAIRS = {"sentence1": "sentence2", "premise": "hypothesis", "question1": "question2",
         "question": "sentence"}  # fmt: skip
"""And that of the text it is paired with."""
LABELS = ("label", "labels", "gold_label", "score", "stars", "rating", "class", "category",
          "sentiment", "ner_tags", "pos_tags", "tags", "upos")  # fmt: skip

Kind = Literal["classification", "regression", "tagging", "translation"]


class Columns(Settings):
    """Columns of a table of one's own. `translation.de` is what `translation` has under `de`."""

    text: str | None = None
    """The column of sentences, or of lists of words; by default the one whose name says so."""
    pair: str | None = None
    """The column of the second sentence, where a task is of pairs."""
    label: str | None = None
    """The column of labels: names or numbers of classes, scores, or a list of tags for the words of
    each row; by default the one whose name says so."""
    target: str | None = None
    """The column of translations, in place of labels."""
    classes: Annotated[tuple[str, ...] | None, ONE_OR_MORE, ONCE] = None
    """Names of the classes in the order of their ids; by default as the data declare it, else
    sorted. F1 is of the second."""
    kind: Kind | None = None
    """What is made of labels; by default what they are: numbers with a fraction are scores."""

    @model_validator(mode="after")
    def _one_answer(self) -> "Columns":
        if self.target is not None and self.label is not None:
            raise ValueError("give either label or target (translations)")
        if self.target is not None and (self.pair is not None or self.classes is not None):
            raise ValueError("a translation has neither pair nor classes")
        return self

    @property
    def named(self) -> bool:
        """Whether the user has said anything of columns."""
        return self != Columns()


def complete(columns: Columns, table: TableOfText) -> Columns:
    """With those that names tell. Raises UserError where they tell none; it lists what there is."""
    there = table.columns
    text = columns.text or next((name for name in TEXTS if name in there), None)
    if text is None:
        raise _unnamed("text", there, table)
    label = columns.label
    if label is None and columns.target is None:
        taken = {text, columns.pair}
        label = next((name for name in LABELS if name in there and name not in taken), None)
        if label is None:
            raise _unnamed("label", there, table)
    pair = columns.pair
    # A pair is guessed only with the text: who names a column means that and no other.
    if pair is None and columns.text is None and columns.target is None:
        pair = PAIRS.get(text) if PAIRS.get(text) in there else None
    answer = label or columns.target
    if answer in {text, pair}:
        raise UserError(f"{table.where}: {answer!r} is named as text and as what is to be learned")
    for name in (text, pair, answer):
        if name is not None and name.partition(".")[0] not in there and name not in there:
            shown = ", ".join(map(str, there))[:300]
            raise UserError(f"{table.where}: no column {name!r}; there are: {shown}")
    return columns.model_copy(update={"text": text, "pair": pair, "label": label})


def _unnamed(what: str, there: Sequence[str], table: TableOfText) -> UserError:
    shown = ", ".join(map(str, there))[:300]
    return UserError(f"{table.where}: which column is the {what}? name it; there are: {shown}")
