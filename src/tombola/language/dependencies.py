"""Syntactic and semantic dependencies, read off trees."""

from collections.abc import Sequence

from tombola.language.trees import Phrase, Word
from tombola.text.annotated import ROOT, Arc


def dependencies(tree: Phrase) -> list[Arc]:
    """The arcs of a sentence, as Universal Dependencies draws them, one per word in order.

    Every phrase has a head; the heads of what it is made of hang from it, but for a conjunction,
    which hangs from the conjunct behind it. So arcs never cross.
    """
    found: list[Arc] = []
    root = _hang(tree, 0, found)
    found.append(Arc(root, ROOT, "root"))
    found.sort()
    return found


def _hang(phrase: Phrase, start: int, found: list[Arc]) -> int:
    """Adds the arcs within a phrase that begins at `start`; the position of its head."""
    heads = []
    position = start
    for child in phrase.children:
        if isinstance(child, Word):
            heads.append(position)
            position += 1
        else:
            before = len(found)
            heads.append(_hang(child, position, found))
            position += len(found) - before + 1  # each of its words but the head has an arc
    relations = phrase.relations
    head = heads[relations.index("head")]
    for i, relation in enumerate(relations):
        if relation == "cc":
            found.append(Arc(heads[i], heads[i + 1], "cc"))
        elif relation != "head":
            found.append(Arc(heads[i], head, relation))
    return head


def semantic_dependencies(flat: Sequence[Word], arcs: Sequence[Arc]) -> list[Arc]:
    """Predicates and their arguments, after the DM dependencies of Oepen et al. 2015.

    The head of each arc is a predicate. Verbs, adjectives, adverbs, modals, prepositions and
    determiners are; auxiliaries, `to`, `that` and the `by` of a passive mean nothing. Whoever does
    it is ARG1 of a verb, in the passive too, and also of verbs that are coordinated or embedded
    without a subject of their own. Of coordinated arguments the first stands for all.
    """
    found: list[Arc] = []
    subjects = _subjects(flat, arcs)
    for word, head, label in arcs:
        if label == "det":
            found.append(Arc(head, word, "BV"))
        elif label in ("amod", "advmod"):
            found.append(Arc(head, word, "neg" if flat[word].form == "not" else "ARG1"))
        elif label == "nmod:poss":
            found.append(Arc(head, word, "poss"))
        elif label == "aux":
            if flat[word].pos == "MD":
                found.append(Arc(head, word, "ARG1"))
        elif label == "case":
            if arcs[head].label != "obl:agent":
                found.append(Arc(arcs[head].head, word, "ARG1"))
                found.append(Arc(head, word, "ARG2"))
        elif label == "obj":
            found.append(Arc(_antecedent(word, flat, arcs), head, "ARG2"))
        elif label == "obl:agent":
            found.append(Arc(word, head, "ARG1"))
        elif label in ("ccomp", "xcomp", "nsubj:pass"):
            found.append(Arc(word, head, "ARG2"))
        elif label == "conj":
            conjunction = next(a.dependent for a in arcs if a.head == word and a.label == "cc")
            found.append(Arc(word, head, f"_{flat[conjunction].form}_c"))
        elif label in ("flat", "compound"):
            found.append(Arc(word, head, label))
        if word in subjects:
            found.append(Arc(subjects[word], word, "ARG1"))
    return sorted(found)


def _subjects(flat: Sequence[Word], arcs: Sequence[Arc]) -> dict[int, int]:
    """Who does what verbs, and who is what adjectives, say; of a passive, nobody."""
    own = {head: _antecedent(word, flat, arcs) for word, head, label in arcs if label == "nsubj"}
    passive = {head for _, head, label in arcs if label == "nsubj:pass"}
    found = dict(own)
    for word, _, label in arcs:
        if label not in ("conj", "xcomp"):
            continue
        holder = word
        while holder not in own and holder not in passive and arcs[holder].label in (
            "conj", "xcomp",
        ):  # fmt: skip
            holder = arcs[holder].head
        if holder in own:
            found[word] = own[holder]
    return found


def _antecedent(word: int, flat: Sequence[Word], arcs: Sequence[Arc]) -> int:
    """Of a relative pronoun, the noun that its clause belongs to; any other word itself."""
    if flat[word].pos != "WDT":
        return word
    return arcs[arcs[word].head].head
