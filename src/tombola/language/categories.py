"""The categories of combinatory categorial grammar, read off trees from the top down.

They are those of CCGbank in small: features on S only, prepositional phrases are adjuncts, names
and pronouns are NP. Categories of adjuncts leave the feature open. Forward and backward
application, coordination of like categories, and for objects that are missing from relative
clauses the raising of their subject and forward composition make S[dcl] of any sentence.
"""

from tombola.language.trees import Phrase, Word

OF_VERB = r"(S\NP)/(S\NP)"
OF_CLAUSE = "(S/S)/NP"
AROUND = {"nmod": r"(NP\NP)/NP", "obl": r"((S\NP)\(S\NP))/NP", "obl:agent": r"((S\NP)\(S\NP))/NP"}
"""Of prepositions behind what they belong to, by what their phrase is."""


def categories(tree: Phrase) -> list[str]:
    """The category of each word."""
    found: list[str] = []
    _clause(tree, "dcl", False, found)
    return found


def _clause(phrase: Phrase, form: str, gap: bool, found: list[str]) -> None:
    """`form` is the feature of S; with `gap`, an object is missing."""
    for child, relation in zip(phrase.children, phrase.relations, strict=True):
        if isinstance(child, Word):
            found.append("conj")
        elif relation in ("nsubj", "nsubj:pass"):
            _noun_phrase(child, found)
        elif relation == "obl":
            _prepositional(child, OF_CLAUSE, found)
        elif child.label == "S":
            _clause(child, form, gap, found)
        else:
            _verb_phrase(child, form, gap, found)


def _verb_phrase(phrase: Phrase, form: str, gap: bool, found: list[str]) -> None:
    inner = form
    for child, relation in zip(phrase.children, phrase.relations, strict=True):
        if isinstance(child, Word):
            if relation == "cc":
                found.append("conj")
            elif relation == "advmod":
                found.append(OF_VERB)
            elif relation == "head":
                found.append(_verb(phrase.relations, form, gap))
            else:  # what takes a verb phrase of another form: auxiliaries, `be`, `to`
                inner = {"cop": "adj", "aux:pass": "pss"}.get(relation, "b")
                found.append(rf"(S[{form}]\NP)/(S[{inner}]\NP)")
        elif child.label == "ADVP":
            found.append(OF_VERB)
        elif child.label == "ADJP":
            found.append(r"S[adj]\NP")
        elif child.label == "VP":
            _verb_phrase(child, inner, gap, found)
        elif child.label == "NP":
            _noun_phrase(child, found)
        elif child.label == "PP":
            _prepositional(child, AROUND[relation], found)
        elif child.label == "SBAR":
            found.append("S[em]/S[dcl]")
            _clause(_second(child), "dcl", False, found)
        else:
            _clause(child, "to", gap, found)


def _verb(relations: tuple[str, ...], form: str, gap: bool) -> str:
    category = rf"S[{form}]\NP"
    if gap or "obj" in relations:
        return rf"({category})/NP"
    if "ccomp" in relations:
        return rf"({category})/S[em]"
    if "xcomp" in relations:
        return rf"({category})/(S[to]\NP)"
    return category


def _noun_phrase(phrase: Phrase, found: list[str]) -> None:
    for child, relation in zip(phrase.children, phrase.relations, strict=True):
        if isinstance(child, Word):
            found.append(_of_noun_phrase(relation, phrase.relations))
        elif relation == "nmod:poss":
            found.append("NP/N")
        elif relation == "nmod":
            _prepositional(child, AROUND["nmod"], found)
        elif relation == "acl:relcl":
            gap = child.relations[0] == "obj"
            found.append(r"(NP\NP)/(S[dcl]/NP)" if gap else r"(NP\NP)/(S[dcl]\NP)")
            _clause(_second(child), "dcl", gap, found)
        else:
            _noun_phrase(child, found)


def _of_noun_phrase(relation: str, relations: tuple[str, ...]) -> str:
    """The category of a word directly under a noun phrase."""
    match relation:
        case "cc":
            return "conj"
        case "det":
            return "NP/N"
        case "amod":
            return "N/N"
        case "compound":
            return "NP/NP"
        case "flat":
            return r"NP\NP"
        case _:
            return "N" if relations[0] in ("det", "nmod:poss") else "NP"


def _prepositional(phrase: Phrase, category: str, found: list[str]) -> None:
    found.append(category)
    _noun_phrase(_second(phrase), found)


def _second(phrase: Phrase) -> Phrase:
    """What follows the word or relative pronoun that a phrase begins with."""
    second = phrase.children[1]
    assert isinstance(second, Phrase)
    return second
