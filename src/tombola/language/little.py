"""The little words of the built-in language: English ones, the same in every lexicon."""

from tombola.language.lexemes import Frame, Modal, Preposition, Sort, Verb
from tombola.language.trees import Number, Phrase, Tense, Word

THAT = Word("that", "SCONJ", "that", pos="IN", sense="SUB")
WHICH = Phrase("WHNP", (Word("that", "PRON", "that", pos="WDT", sense="REL"),), ("head",))
"""The relative pronoun."""
NOT = Word("not", "PART", "not", pos="RB", sense="NOT")
TO = Word("to", "PART", "to", pos="TO", sense="SUB")
CONJUNCTIONS = {
    "and": Word("and", "CCONJ", "and", pos="CC", sense="AND"),
    "or": Word("or", "CCONJ", "or", pos="CC", sense="DIS"),
    "but": Word("but", "CCONJ", "but", pos="CC", sense="BUT"),
}

_DETERMINERS: dict[Number, dict[str, str]] = {
    "sg": {"the": "DEF", "a": "DIS", "this": "PRX", "every": "AND"},
    "pl": {"the": "DEF", "these": "PRX", "many": "QUV", "several": "QUV"},
}
DETERMINERS: dict[Number, dict[str, Word]] = {
    number: {
        form: Word(form, "DET", form, number, pos="JJ" if sense == "QUV" else "DT", sense=sense)
        for form, sense in forms.items()
    }
    for number, forms in _DETERMINERS.items()
}

_PRONOUNS: dict[str, tuple[str, str, str]] = {
    "he": ("he", "him", "his"),
    "she": ("she", "her", "her"),
    "it": ("it", "it", "its"),
    "they": ("they", "them", "their"),
}


def _pronoun(lemma: str, form: str, pos: str) -> Word:
    number: Number = "pl" if lemma == "they" else "sg"
    if pos == "PRP":
        return Word(form, "PRON", lemma, number, pos=pos, sense="PRO")
    return Word(form, "PRON", lemma, number, "", pos, "HAS", "Possessor", "Possessor")


PRONOUNS = {
    lemma: tuple(
        _pronoun(lemma, form, pos) for form, pos in zip(forms, ("PRP", "PRP", "PRP$"), strict=True)
    )
    for lemma, forms in _PRONOUNS.items()
}
"""As a subject, as an object, and as an owner."""

MODALS = tuple(
    Modal(Word(form, "AUX", form, pos="MD", sense=sense), certainty)
    for form, sense, certainty in (
        ("will", "FUT", 5 / 6), ("may", "POS", 1 / 3), ("must", "NEC", 2 / 3),
    )
)  # fmt: skip


def _uses(form: str, of_noun: bool, *uses: tuple[Sort, str, str]) -> list[Preposition]:
    """Uses by sort of what follows, role and function."""
    return [
        Preposition(Word(form, "ADP", form, "", "", "IN", "REL", role, function), of_noun, sort)
        for sort, role, function in uses
    ]


_HERE: tuple[tuple[Sort, str, str], ...] = ("place", "Locus", "Locus"), ("thing", "Locus", "Locus")

TELLING = {
    "verb": [
        *_uses("to", False, ("place", "Goal", "Goal"), ("person", "Recipient", "Goal")),
        *_uses("into", False, ("place", "Goal", "Goal"), ("thing", "Goal", "Goal")),
        *_uses("during", False, ("time", "Time", "Time")),
        *_uses("until", False, ("time", "EndTime", "EndTime")),
        *_uses("through", False, ("place", "Path", "Path"), ("time", "Duration", "Path")),
    ],
    "noun": [
        *_uses("of", True, ("person", "Possessor", "Gestalt"), ("thing", "Whole", "Gestalt"),
               ("place", "Locus", "Gestalt"), ("time", "Time", "Gestalt")),
        *_uses("about", True, ("person", "Topic", "Topic"), ("thing", "Topic", "Topic")),
    ],
}  # fmt: skip
"""Prepositions that tell what their phrase belongs to."""

OPEN = {
    "verb": [
        *_uses("with", False, ("thing", "Instrument", "Instrument"),
               ("person", "Accompanier", "Accompanier")),
        *_uses("from", False, ("place", "Source", "Source"), ("person", "Originator", "Source")),
        *_uses("for", False, ("person", "Beneficiary", "Beneficiary"),
               ("time", "Duration", "Duration")),
        *(use for form in ("near", "under", "behind", "inside")
          for use in _uses(form, False, *_HERE)),
    ],
    "noun": [
        *_uses("with", True, ("thing", "Possession", "Accompanier"),
               ("person", "Accompanier", "Accompanier")),
        *_uses("from", True, ("place", "Locus", "Source"), ("person", "Originator", "Source")),
        *_uses("for", True, ("person", "Beneficiary", "Possessor"),
               ("time", "Duration", "Duration")),
        *(use for form in ("near", "under", "behind", "inside")
          for use in _uses(form, True, *_HERE)),
    ],
}  # fmt: skip
"""Prepositions that do not."""

BY = Word("by", "ADP", "by", "", "", "IN", "REL", "Agent", "Agent")


def verb(
    lemma: str,
    frame: Frame,
    third: str,
    past: str,
    signature: tuple[float, float] = (0.0, 0.0),
    projects: bool = False,
    participle: str | None = None,
) -> Verb:
    """A main verb of which the forms are known."""

    def form(spelled: str, pos: str, sense: str, number: Number = "", tense: Tense = "") -> Word:
        return Word(spelled, "VERB", lemma, number, tense, pos, sense)

    went = form(past, "VBD", "EPS", "", "past")
    finite: dict[tuple[Tense, Number], Word] = {
        ("present", "sg"): form(third, "VBZ", "ENS", "sg", "present"),
        ("present", "pl"): form(lemma, "VBP", "ENS", "pl", "present"),
        ("past", "sg"): went,
        ("past", "pl"): went,
    }
    base = form(lemma, "VB", "EXS")
    return Verb(
        lemma, frame, base, form(participle or past, "VBN", "EXS"), finite, signature, projects
    )


def _auxiliary(lemma: str, *forms: str) -> Verb:
    def form(spelled: str, pos: str, sense: str, number: Number = "", tense: Tense = "") -> Word:
        return Word(spelled, "AUX", lemma, number, tense, pos, sense)

    third, plural, was, were = forms
    pasts: tuple[Number, Number] = ("sg", "pl") if was != were else ("", "")
    finite: dict[tuple[Tense, Number], Word] = {
        ("present", "sg"): form(third, "VBZ", "NOW", "sg", "present"),
        ("present", "pl"): form(plural, "VBP", "NOW", "pl", "present"),
        ("past", "sg"): form(was, "VBD", "PST", pasts[0], "past"),
        ("past", "pl"): form(were, "VBD", "PST", pasts[1], "past"),
    }
    base = form(lemma, "VB", "EXS")
    return Verb(lemma, "copula", base, base, finite)


BE = _auxiliary("be", "is", "are", "was", "were")
DO = _auxiliary("do", "does", "do", "did", "did")

EMBEDDING = {
    "finite": (
        verb("know", "finite", "knows", "knew", (1.0, 1.0), True, "known"),
        verb("think", "finite", "thinks", "thought", (1 / 3, -1 / 3)),
        verb("regret", "finite", "regrets", "regretted", (1.0, 1.0), True),
        verb("doubt", "finite", "doubts", "doubted", (-1 / 3, 1 / 3)),
        verb("pretend", "finite", "pretends", "pretended", (-1.0, -1.0), True),
        verb("say", "finite", "says", "said", (1 / 2, 0.0)),
    ),
    "infinitive": (
        verb("manage", "infinitive", "manages", "managed", (1.0, -1.0)),
        verb("want", "infinitive", "wants", "wanted", (0.0, 0.0)),
        verb("fail", "infinitive", "fails", "failed", (-1.0, 1.0)),
        verb("refuse", "infinitive", "refuses", "refused", (-1.0, 1 / 3)),
    ),
}  # fmt: skip
"""Verbs that embed a clause: factive, implicative and neither, of either sign (Karttunen 1971)."""
