"""The annotations of the built-in language agree with each other and with what is meant."""

import hashlib
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from tombola.language import (
    Language,
    Sentence,
    annotated,
    annotated_sentences,
    documents,
    learner_sentences,
    sentences,
    split_of,
)
from tombola.language.lexemes import Name
from tombola.language.meaning import (
    Clause,
    Clauses,
    Predicate,
    Predicates,
    Relation,
    Thing,
    Things,
)
from tombola.tasks.words import WORD_TASKS
from tombola.tasks.words.chunks import base_phrases
from tombola.tasks.words.conjuncts import not_nested, tree_coordinations
from tombola.text import ROOT, Annotated, Tree

RICH = Language(lexicon=60, ambiguity=0.6, modified=0.7, depth=3)


@cache
def made() -> list[tuple[Sentence, Annotated]]:
    found = [*sentences(80, 11), *sentences(40, 11, "dev", RICH)]
    return [(sentence, annotated(sentence.tree)) for sentence in found]


def constituents(tree: Tree) -> list[tuple[str, list[int], Tree]]:
    """Label and positions of every constituent."""
    found: list[tuple[str, list[int], Tree]] = []

    def positions(node: Tree) -> list[int]:
        own: list[int] = []
        for child in node.children:
            own += [child] if isinstance(child, int) else positions(child)
        found.append((node.label, own, node))
        return own

    positions(tree)
    return found


def test_every_layer_is_there_one_entry_per_word():
    for sentence, text in made():
        n = len(text.words)
        assert list(text.words) == sentence.text.split()
        for layer in ("lemmas", "universal_tags", "tags", "supertags", "semantic_tags", "correct"):
            assert len(getattr(text, layer)) == n
            assert all(isinstance(one, bool) or one for one in getattr(text, layer))
        assert all(text.correct)
        assert [arc.dependent for arc in text.arcs] == list(range(n))
        assert text.clusters == ()
        assert [w for _, own, _ in constituents(text.tree)[-1:] for w in own] == list(range(n))


def test_arcs_are_a_tree_that_keeps_to_the_constituents():
    for _, text in made():
        heads = [arc.head for arc in text.arcs]
        assert heads.count(ROOT) == 1
        for word in range(len(heads)):
            seen = set()
            while word != ROOT:
                assert word not in seen
                seen.add(word)
                word = heads[word]
        for arc in text.arcs:
            assert (arc.label == "root") == (arc.head == ROOT)
            if arc.head != ROOT:  # projective: all between hang from the two ends
                low, high = sorted((arc.dependent, arc.head))
                for between in range(low + 1, high):
                    above = between
                    while above not in (arc.head, ROOT):
                        above = heads[above]
                    assert above == arc.head
        conjunctions = {arc.dependent for arc in text.arcs if arc.label == "cc"}
        for _, own, _ in constituents(text.tree):
            outside = [i for i in own if heads[i] not in own and i not in conjunctions]
            assert len(outside) == 1  # the head of the constituent, alone


# The categories of a sentence combine to a sentence.

Category = tuple[str, str] | tuple["Category", str, "Category"]  # S and its feature; X / Y


@cache
def parsed(text: str) -> Category:
    """A category, from its text; slashes lean to the left."""
    depth = 0
    for i in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[i], 0)
        if not depth and text[i] in "/\\":
            return parsed(text[:i]), text[i], parsed(text[i + 1 :])
    if text[0] == "(":
        return parsed(text[1:-1])
    name, _, feature = text.removesuffix("]").partition("[")
    return name, feature


def bound(pattern: Category, category: Category) -> str | None:
    """The feature that an open S of the pattern takes, "" if none does; None where they differ."""
    if len(pattern) != len(category):
        return None
    if len(pattern) == 2:
        if pattern[0] != category[0]:
            return None
        if pattern[1] == category[1]:
            return ""
        return category[1] if not pattern[1] else "" if not category[1] else None
    if pattern[1] != category[1]:
        return None
    one, other = bound(pattern[0], category[0]), bound(pattern[2], category[2])
    return None if one is None or other is None else one or other


def filled(category: Category, feature: str) -> Category:
    """The category with that feature in place of open ones."""
    if len(category) == 2:
        return (category[0], category[1] or (feature if category[0] == "S" else ""))
    return filled(category[0], feature), category[1], filled(category[2], feature)


RAISED = parsed(r"S/(S\NP)")


def combined(left: Category, right: Category) -> list[Category]:
    found: list[Category] = []
    if len(left) == 3 and left[1] == "/":
        feature = bound(left[2], right)
        if feature is not None:  # application
            found.append(filled(left[0], feature))
        if len(right) == 3 and right[1] == "/":
            feature = bound(left[2], right[0])
            if feature is not None:  # composition
                found.append((filled(left[0], feature), "/", right[2]))
    if len(right) == 3 and right[1] == "\\":
        feature = bound(right[2], left)
        if feature is not None:
            found.append(filled(right[0], feature))
    if left == ("conj", ""):
        found.append((right, "&", right))  # waits for a like one on its left
    if len(right) == 3 and right[1] == "&" and right[0] == left:
        found.append(left)
    return found


def derivable(supertags: tuple[str, ...]) -> bool:
    """Whether the categories combine to a declarative sentence, by a chart over spans."""
    n = len(supertags)
    chart: dict[tuple[int, int], set[Category]] = {}
    for i, tag in enumerate(supertags):
        chart[i, i + 1] = {parsed(tag)}
    for width in range(1, n + 1):
        for start in range(n - width + 1):
            end = start + width
            cell = chart.setdefault((start, end), set())
            for middle in range(start + 1, end):
                for left in chart[start, middle]:
                    for right in chart[middle, end]:
                        cell.update(combined(left, right))
            if ("NP", "") in cell:
                cell.add(RAISED)
    return ("S", "dcl") in chart[0, n]


def test_the_checker_of_categories_by_hand():
    assert derivable(("NP", r"S[dcl]\NP"))
    assert derivable(("NP/N", "N/N", "N", r"(S\NP)/(S\NP)", r"(S[dcl]\NP)/NP", "NP"))
    assert not derivable(("NP", r"S[b]\NP"))
    assert not derivable(("NP/N", r"S[dcl]\NP"))
    assert not derivable(("NP", r"(S[dcl]\NP)/NP"))
    assert not derivable(("NP", r"(S[dcl]\NP)/(S[b]\NP)", r"S[dcl]\NP"))


def test_supertags_combine_to_a_sentence():
    n = 0
    for _, text in made():
        if len(text.words) <= 16:
            assert derivable(text.supertags), (text.words, text.supertags)
            n += 1
            root = next(arc.dependent for arc in text.arcs if arc.head == ROOT)
            without = text.supertags[:root] + text.supertags[root + 1 :]
            assert "conj" in without or not without or not derivable(without)
    assert n > 60


def test_chunks_are_base_phrases_of_the_tree():
    for _, text in made():
        for one, next_one in pairwise(text.chunks):
            assert one.end <= next_one.start
        outside = set(range(len(text.words))) - {
            i for start, end, _ in text.chunks for i in range(start, end)
        }
        assert {text.tags[i] for i in outside} <= {"CC"}
        for start, end, label in text.chunks:
            within = [own for name, own, _ in constituents(text.tree) if name in (label, "WHNP")]
            assert any(set(range(start, end)) <= set(own) for own in within)
            assert label not in ("PP", "SBAR") or end == start + 1
        # A rule made for treebanks, over the tree and the parts of speech, finds the same.
        assert base_phrases(text.tree, text.tags) == text.chunks


def test_conjuncts_are_the_outermost_coordinations():
    n = 0
    for _, text in made():
        coordinations = tree_coordinations(text.tree, text.tags)
        assert not_nested(coordinations, "outermost") == text.conjuncts
        n += len(text.conjuncts)
        for start, end, _ in text.conjuncts:
            assert any(own == list(range(start, end)) for _, own, _ in constituents(text.tree))
        assert bool(text.conjuncts) == ("CC" in text.tags)
    assert n > 40


def test_names_are_noun_phrases_of_proper_nouns():
    kinds: Counter[str] = Counter()
    for _, text in made():
        covered = {i for start, end, _ in text.names for i in range(start, end)}
        assert covered == {i for i, tag in enumerate(text.tags) if tag == "NNP"}
        for start, end, label in text.names:
            kinds[label] += 1
            assert [
                name
                for name, own, node in constituents(text.tree)
                if own == list(range(start, end)) and all(isinstance(c, int) for c in node.children)
            ] == ["NP"]
            assert (label == "ORG") == (text.words[end - 1] in ("Bank", "Council", "Institute"))
    assert set(kinds) == {"PER", "LOC", "ORG"}


# What is meant, told a second time, as facts between lemmas.

Facts = Counter[tuple[str, str, str]]


def head(part: object) -> str:
    """The lemma that stands for a thing, predicate or clause."""
    match part:
        case Things() | Predicates() | Clauses():
            return head(part.first)
        case Clause():
            return head(part.predicate)
        case Predicate():
            return part.adjective.word.lemma if part.adjective else part.verb.lemma
        case Thing() if isinstance(part.noun, Name):
            return part.noun.parts[part.noun.relations.index("head")].lemma
        case Thing():
            return part.noun.lemma
    raise AssertionError(part)


def meant(part: object, subject: str = "", gap: str = "") -> Facts:
    """Facts of a part of a meaning; `subject` and `gap` are what it does not say itself."""
    facts: Facts = Counter()
    match part:
        case Things() | Predicates() | Clauses():
            facts += meant(part.first, subject) + meant(part.rest, subject)
            facts[head(part.first), f"_{part.conjunction}_c", head(part.rest)] += 1
        case Clause():
            own = subject if part.subject is None else head(part.subject)
            facts += meant(part.predicate, own, gap)
            if part.subject is not None:
                facts += meant(part.subject)
        case Predicate():
            name = head(part)
            facts[name, "ARG1", subject] += 1
            for other in (part.thing, part.clause, part.action):
                if other is not None:
                    facts[name, "ARG2", head(other)] += 1
                    facts += meant(other, subject if other is part.action else "")
            if gap:
                facts[name, "ARG2", gap] += 1
            if part.negated:
                facts["not", "neg", name] += 1
            if part.modal is not None:
                facts[part.modal.word.lemma, "ARG1", name] += 1
            if part.adverb is not None:
                facts[part.adverb.word.lemma, "ARG1", name] += 1
            for relation in part.relations:
                facts += meant(relation, name)
        case Relation():
            form = part.preposition.word.lemma
            facts[form, "ARG1", subject] += 1
            facts[form, "ARG2", head(part.thing)] += 1
            facts += meant(part.thing)
        case Thing():
            name = head(part)
            if part.determiner:
                facts[part.determiner, "BV", name] += 1
            for adjective in part.adjectives:
                facts[adjective.word.lemma, "ARG1", name] += 1
            if isinstance(part.noun, Name) and len(part.noun.parts) == 2:
                (other,) = (p.lemma for p in part.noun.parts if p.lemma != name)
                label = "compound" if part.noun.kind == "ORG" else "flat"
                facts[name, label, other] += 1
            for modifier in part.modifiers:
                if isinstance(modifier, Relation):
                    facts += meant(modifier, name)
                elif modifier.gap == "subject":
                    facts += meant(modifier.clause, name)
                else:
                    facts += meant(modifier.clause, "", name)
    return facts


def test_semantic_arcs_are_the_facts_that_are_meant():
    for sentence, text in made():
        told = Counter(
            (text.lemmas[arc.head], arc.label, text.lemmas[arc.dependent])
            for arc in text.semantic_arcs
        )
        assert told == meant(sentence.meaning), text.words


CERTAINTY = {"will": 2.5, "may": 1.0, "must": 2.0}


def believed(part: object, worth: float = 3.0) -> list[tuple[str, float]]:
    """Each verb of a meaning and how certain it is, in any order."""
    match part:
        case Things() | Predicates() | Clauses():
            return believed(part.first, worth) + believed(part.rest, worth)
        case Clause():
            own = [] if part.subject is None else believed(part.subject)
            return own + believed(part.predicate, worth)
        case Relation():
            return believed(part.thing)
        case Thing():
            found = []
            for one in part.modifiers:
                found += believed(one) if isinstance(one, Relation) else believed(one.clause)
            return found
        case Predicate():
            value = worth * (-1 if part.negated else 1)
            value *= 1 if part.modal is None else CERTAINTY[part.modal.word.form] / 3
            found = [] if part.adjective else [(part.verb.lemma, value)]
            for other in (part.thing, *part.relations):
                found += [] if other is None else believed(other)
            if part.clause is not None or part.action is not None:
                happened = {
                    "know": 3.0, "regret": 3.0, "pretend": -3.0, "want": 0.0,
                    "manage": value, "fail": -value, "think": value / 3, "doubt": -value / 3,
                    "say": value / 2 if value > 0 else 0.0,
                    "refuse": -value if value > 0 else -value / 3,
                }[part.verb.lemma]  # fmt: skip
                found += believed(part.clause or part.action, happened)
            return found
    raise AssertionError(part)


def test_factuality_is_what_the_meaning_holds_true():
    values: Counter[float] = Counter()
    for sentence, text in made():
        told = sorted((text.lemmas[event.word], event.factuality) for event in text.events)
        expected = sorted((lemma, round(value, 6)) for lemma, value in believed(sentence.meaning))
        assert [lemma for lemma, _ in told] == [lemma for lemma, _ in expected]
        assert [v for _, v in told] == pytest.approx([v for _, v in expected], abs=1e-5)
        assert [e.word for e in text.events] == [
            i for i, tag in enumerate(text.universal_tags) if tag == "VERB"
        ]
        values.update(value for _, value in told)
    assert {3.0, -3.0, 2.5, 1.0} <= set(values)


def test_adpositions_are_all_the_prepositions_and_owners():
    roles = set()
    for text in [*(text for _, text in made()), *documents(5, 0)]:
        marked = [i for i, pos in enumerate(text.tags) if pos == "PRP$"]
        marked += [i for i, tag in enumerate(text.universal_tags) if tag == "ADP"]
        assert [one.word for one in text.adpositions] == sorted(marked)
        roles |= {(one.role, one.function) for one in text.adpositions}
        for one in text.adpositions:
            label = text.arcs[text.arcs[one.word].head].label
            assert (one.role == "p.Agent") == (label == "obl:agent")
    assert any(role != function for role, function in roles)


def test_a_document_speaks_again_of_the_same_things():
    for text in documents(8, 1, "dev"):
        assert text.sentences[0][0] == 0
        assert text.sentences[-1][1] == len(text.words)
        assert 4 <= len(text.sentences) <= 6
        for (start, end), (next_start, _) in pairwise([*text.sentences, (len(text.words), 0)]):
            assert end == next_start
            assert split_of(" ".join(text.words[start:end])) == "dev"
            roots = [arc for arc in text.arcs[start:end] if arc.head == ROOT]
            assert len(roots) == 1
            heads = [arc.head for arc in text.arcs[start:end] if arc.head != ROOT]
            assert all(start <= h < end for h in heads)
        assert list(text.clusters) == sorted(text.clusters)
        two = [
            cluster
            for cluster in text.clusters
            if len({text.words[s] for s, e in cluster if e == s + 1}) > 1
        ]
        assert len(two) >= 2
        pronouns = {i for i, tag in enumerate(text.tags) if tag in ("PRP", "PRP$")}
        spans = [span for cluster in text.clusters for span in cluster]
        assert pronouns <= {start for start, end in spans if end == start + 1}
        covered = {i for start, end in spans for i in range(start, end)}
        again = {text.lemmas[i] for i in covered if text.universal_tags[i] in ("NOUN", "PROPN")}
        for i, tag in enumerate(text.universal_tags):  # nobody else has the name of one of them
            assert i in covered or tag not in ("NOUN", "PROPN") or text.lemmas[i] not in again
        for cluster in text.clusters:
            assert len(cluster) > 1
            kinds = set()
            for start, end in cluster:  # a noun phrase: its words have one head outside
                outside = [i for i in range(start, end) if not start <= text.arcs[i].head < end]
                assert len(outside) == 1
                assert text.universal_tags[outside[0]] in ("NOUN", "PROPN", "PRON")
                if outside[0] in pronouns:
                    kinds.add(text.lemmas[outside[0]])
            assert len(kinds) <= 1  # never both he and she


def test_learners_make_errors_in_half_of_their_sentences():
    found = list(learner_sentences(60, 0))
    wrong = [text for text in found if not all(text.correct)]
    assert 18 < len(wrong) < 42
    for text in wrong:
        assert text.correct.count(False) in (1, 2)
        assert text.arcs is None
        assert text.tree is None
    right = {" ".join(text.words) for text in found if all(text.correct)}
    assert right <= {sentence.text for sentence in sentences(60, 0)}


def test_same_seed_same_bytes_everywhere():
    """The digest was written down once: it holds on every platform and version of Python."""
    texts = [*annotated_sentences(20, 5), *documents(2, 5), *learner_sentences(10, 5)]
    assert hashlib.blake2b(repr(texts).encode(), digest_size=6).hexdigest() == "a22437c0d906"


def test_every_word_task_can_be_derived():
    plain, told = list(annotated_sentences(30, 0)), list(documents(4, 0))
    assert [text.words for text in plain] == [tuple(s.text.split()) for s in sentences(30, 0)]
    for name, task in WORD_TASKS.items():
        texts = told if name == "coreference" else plain
        targets = [task.derive(text, 0) for text in texts]
        assert sum(map(len, targets)) > 3, name
    assert len({text.name for text in [*plain, *told]}) == 34
