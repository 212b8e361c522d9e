"""Which noun decides the form of which verb."""

from dataclasses import dataclass

from tombola.language.trees import Number, Phrase, Word, words


@dataclass(frozen=True)
class Agreement:
    """A finite verb (or auxiliary) and the noun that decides its form."""

    noun: int
    """Position of the noun, name or pronoun; of a coordination, its first."""
    verb: int
    """Position of the verb or auxiliary."""
    number: Number
    """Number of the subject."""
    attractors: int
    """Nouns of the other number between the two."""


def agreements(sentence: Phrase) -> list[Agreement]:
    """Every subject and each of its finite verbs, in the order of the verbs."""
    found: list[tuple[int, int, Number]] = []
    _walk(sentence, 0, None, found)
    flat = words(sentence)
    return [
        Agreement(noun, verb, number, _attractors(flat[noun + 1 : verb], number))
        for noun, verb, number in sorted(found, key=lambda pair: pair[1])
    ]


def head_of(phrase: Phrase, start: int = 0) -> int:
    """Position of the head of a phrase that begins at `start`."""
    for child, relation in zip(phrase.children, phrase.relations, strict=True):
        if relation == "head":
            return start if isinstance(child, Word) else head_of(child, start)
        start += 1 if isinstance(child, Word) else len(words(child))
    raise AssertionError(f"a phrase without a head: {phrase}")


def _attractors(between: list[Word], number: Number) -> int:
    return sum(word.number != number for word in between if word.tag in ("NOUN", "PROPN"))


def _walk(
    phrase: Phrase, start: int, subject: int | None, found: list[tuple[int, int, Number]]
) -> None:
    """`subject` is the position that finite verbs directly under the phrase agree with.

    It is handed from a clause to its verb phrase, and from a noun to a relative clause that lacks a
    subject of its own.
    """
    position = start
    if phrase.label == "S":
        for child, relation in zip(phrase.children, phrase.relations, strict=True):
            if relation.startswith("nsubj"):
                assert isinstance(child, Phrase)
                subject = head_of(child, position)
            position += 1 if isinstance(child, Word) else len(words(child))
        position = start
    antecedent = head_of(phrase, start) if phrase.label == "NP" else None
    for child, relation in zip(phrase.children, phrase.relations, strict=True):
        if isinstance(child, Word):
            if child.tense and phrase.number:
                assert subject is not None
                found.append((subject, position, phrase.number))
            position += 1
            continue
        passed = antecedent if relation == "acl:relcl" else subject
        _walk(child, position, passed if child.label in ("S", "SBAR", "VP") else None, found)
        position += len(words(child))
