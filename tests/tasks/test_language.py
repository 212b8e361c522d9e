"""The grammar of the built-in language: what it says, what it refuses, what its knobs turn."""

from random import Random

import pytest
from nltk import CFG, ChartParser, Nonterminal
from nltk.grammar import Production

from tombola.errors import UserError
from tombola.language import (
    TAGS,
    Agreement,
    Fresh,
    Grammar,
    Language,
    Phrase,
    Sentence,
    Word,
    agreements,
    corrupted,
    grammar,
    sentences,
    split_of,
    text,
    texts,
    translator,
    words,
)
from tombola.language.agreement import head_of
from tombola.language.corruption import far_agreements, wrong_agreement, wrong_order
from tombola.language.lexicon import SHARES, class_sizes, lexicon
from tombola.language.meaning import (
    Clause,
    Clauses,
    Predicate,
    Predicates,
    Relation,
    Relative,
    Thing,
    Things,
)

RICH = Language(lexicon=60, ambiguity=0.6, modified=0.7, depth=3)
SMALL = Language(lexicon=30, depth=0)
FAR = Language(distance=2)
LANGUAGES = (Language(), RICH, SMALL, FAR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_accepted_and_agrees(language):
    for sentence in sentences(60, 3, language=language):
        flat = words(sentence.tree)
        assert grammar(language).accepts([word.form for word in flat])
        found = agreements(sentence.tree)
        assert [a.verb for a in found] == [i for i, word in enumerate(flat) if word.tense]
        for agreement in found:
            assert flat[agreement.verb].number in ("", agreement.number)
            noun = flat[agreement.noun]
            assert noun.tag in ("NOUN", "PROPN")
            assert noun.number == agreement.number or {"and", "or"} & {w.form for w in flat}


def chart_parser(rules: Grammar) -> ChartParser:
    """The same rules in another program."""
    productions = [
        Production(Nonterminal(symbol), [Nonterminal(part) for part in rule] if len(rule) else [])
        for symbol, found in rules.rules.items()
        for rule in found
    ]
    productions += [
        Production(Nonterminal(symbol), [form])
        for symbol, forms in rules.forms.items()
        for form in sorted(forms)
    ]
    return ChartParser(CFG(Nonterminal("S"), productions))


def test_the_recogniser_against_a_chart_parser():
    """On sentences, broken sentences, and sentences with two words exchanged at random."""
    rules = grammar(SMALL)
    parser = chart_parser(rules)
    rng = Random(2)
    verdicts = {True: 0, False: 0}
    for sentence in sentences(40, 5, language=SMALL):
        forms = sentence.text.split()
        if len(forms) > 9:
            continue
        i, j = (int(rng.random() * len(forms)) for _ in range(2))
        exchanged = forms.copy()
        exchanged[i], exchanged[j] = forms[j], forms[i]
        for candidate in (forms, exchanged, corrupted(sentence.tree, SMALL, rng).forms):
            parses = next(iter(parser.parse(candidate)), None)
            assert rules.accepts(candidate) == (parses is not None), candidate
            verdicts[parses is not None] += 1
    assert min(verdicts.values()) > 25


@pytest.mark.parametrize(
    ("pattern", "accepted"),
    [
        ("DET.sg N.sg IV.sg", True),
        ("DET.sg N.sg IV.pl", False),
        ("NAME CC NAME IV.pl", True),
        ("NAME CC NAME IV.sg", False),
        ("DET.pl N.pl P NAME IV.pl", True),
        ("DET.pl N.pl P NAME IV.sg", False),
        ("DET.sg N.sg THAT DET.pl N.pl TV.pl IV.sg", True),
        ("DET.sg N.sg THAT DET.pl N.pl TV.pl IV.pl", False),
        ("DET.sg N.sg THAT DET.pl N.pl TV.sg IV.sg", False),
        ("DET.sg N.sg THAT TV.sg DET.pl N.pl IV.sg", True),
        ("DET.sg N.sg THAT TV.pl DET.pl N.pl IV.sg", False),
        ("DET.sg N.sg THAT DET.pl N.pl TV.pl DET.sg N.sg IV.sg", False),
        ("DET.sg N.sg DO.sg NOT IV.base", True),
        ("DET.sg N.sg DO.pl NOT IV.base", False),
        ("DET.sg N.sg NOT DO.sg IV.base", False),
        ("DET.sg N.sg MODAL NOT IV.base", True),
        ("DET.sg N.sg MODAL IV.sg", False),
        ("DET.sg ADJ N.sg ADV TV.sg NAME", True),
        ("DET.sg N.sg ADJ ADV TV.sg NAME", False),
        ("DET.pl N.pl BE.pl NOT ADJ", True),
        ("DET.pl N.pl BE.sg NOT ADJ", False),
        ("DET.pl N.pl BE.pl TV.participle BY DET.sg N.sg", True),
        ("DET.pl N.pl BE.pl TV.base BY DET.sg N.sg", False),
        ("NAME THINK.sg THAT DET.pl N.pl IV.pl", True),
        ("NAME THINK.sg THAT DET.pl N.pl IV.sg", False),
        ("NAME WANT.sg TO TV.base NAME", True),
        ("NAME WANT.sg TV.base NAME", False),
        ("NAME IV.sg CC TV.sg NAME", True),
        ("NAME IV.sg CC TV.pl NAME", False),
        ("P DET.sg N.sg NAME IV.sg", True),
        ("NAME IV.sg CC DET.pl N.pl IV.pl", True),
        ("DET.sg N.sg TV.sg", False),
        ("N.sg IV.sg", False),
        ("DET.sg N.sg", False),
        ("", False),
    ],
)
def test_judgements_made_by_hand(pattern, accepted):
    language = Language(ambiguity=0.0)
    own = lexicon(language)
    rules = grammar(language)
    past = {form for symbol in ("TV", "IV") for form in rules.forms[f"{symbol}.sg"]} & {
        form for symbol in ("TV", "IV") for form in rules.forms[f"{symbol}.pl"]
    }
    past |= {"knew", "thought", "regretted", "doubted", "pretended", "said", "did"}
    past |= {"managed", "wanted", "failed", "refused"}
    assert own.nouns.things

    def form(symbol: str) -> str:
        present = rules.forms[symbol] - past if symbol != "TV.participle" else rules.forms[symbol]
        return min(present - {"the"})

    assert rules.accepts([form(symbol) for symbol in pattern.split()]) is accepted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_corruption_is_one_small_change_and_no_sentence(language):
    rng = Random(0)
    kinds = {"agreement": 0, "order": 0}
    for sentence in sentences(45, 1, language=language):
        flat = words(sentence.tree)
        before = [word.form for word in flat]
        after, wrong = corrupted(sentence.tree, language, rng)
        assert not grammar(language).accepts(after)
        assert [i for i in range(len(flat)) if before[i] != after[i]] == list(wrong)
        if len(wrong) == 2:
            kinds["order"] += 1
            i, j = wrong
            assert (after[i], after[j]) == (before[j], before[i])
        else:
            kinds["agreement"] += 1
            (i,) = wrong
            lemma = flat[i].lemma
            pair = {"be": {("is", "are"), ("was", "were")}, "do": {("does", "do")}}.get(
                lemma, {(lemma + "s", lemma)}
            )
            assert (before[i], after[i]) in pair | {(b, a) for a, b in pair}
    assert min(kinds.values()) > 8


def test_where_a_verb_stands_apart_its_number_is_what_is_broken():
    for sentence in sentences(50, 2, language=FAR):
        far = {agreement.verb for agreement in far_agreements(sentence.tree)}
        broken = wrong_agreement(sentence.tree, FAR, Random(0))
        if far and broken is not None:
            assert set(broken.wrong) <= far
        assert len(wrong_order(sentence.tree, FAR, Random(0)).wrong) == 2


def modifiers(part: object) -> int:
    """Nesting of modifiers, embedded clauses and coordinations of predicates and clauses."""
    match part:
        case Thing():
            return max((1 + modifiers(one) for one in part.modifiers), default=0)
        case Relation():
            return modifiers(part.thing)
        case Relative():
            return modifiers(part.clause)
        case Things() | Predicates() | Clauses():
            below = max(modifiers(part.first), modifiers(part.rest))
            return below + (not isinstance(part, Things))
        case Clause():
            return max(modifiers(part.subject), modifiers(part.predicate))
        case Predicate():
            inner = [modifiers(one) for one in (part.thing, *part.relations) if one is not None]
            inner += [1 + modifiers(one) for one in (part.clause, part.action) if one is not None]
            return max(inner, default=0)
    return 0


def test_knobs_turn_what_they_say():
    for depth in (0, 1, 3):
        found = sentences(150, 0, language=Language(depth=depth, modified=0.6))
        assert max(modifiers(sentence.meaning) for sentence in found) == depth
    gaps = []
    for modified in (0.0, 0.4, 0.8):
        found = sentences(150, 0, language=Language(modified=modified))
        pairs = [pair for sentence in found for pair in agreements(sentence.tree)]
        gaps.append(sum(abs(a.verb - a.noun) for a in pairs) / len(pairs))
    assert gaps == sorted(gaps)
    assert gaps[2] > 1.5 * gaps[0]
    for share in (0.0, 0.5, 1.0):
        own = lexicon(Language(lexicon=200, ambiguity=share))
        nouns = {noun.lemma for noun in own.nouns.things}
        for kind in (own.transitive, own.intransitive):
            verbs = [verb.lemma for verb in kind.things]
            n = int(len(verbs) * share)
            assert [verb in nouns for verb in verbs] == [True] * n + [False] * (len(verbs) - n)


def test_distance_is_the_least_number_of_modifiers_of_a_subject():
    for distance in (0, 1, 3):
        for sentence in sentences(40, 0, language=Language(distance=distance)):
            clause = sentence.meaning
            while isinstance(clause, Clauses):
                clause = clause.first
            if isinstance(clause.subject, Thing) and clause.subject.determiner:
                assert len(clause.subject.modifiers) >= distance


def test_ambiguity_is_of_what_a_phrase_behind_an_object_belongs_to():
    """Without it the preposition tells: no form occurs in both places."""
    for share, shared in ((0.0, False), (1.0, True)):
        forms: dict[bool, set[str]] = {True: set(), False: set()}
        for sentence in sentences(250, 0, language=Language(ambiguity=share, depth=1)):
            clause = sentence.meaning
            if isinstance(clause, Clause) and isinstance(clause.predicate, Predicate):
                thing = clause.predicate.thing
                if isinstance(thing, Thing):
                    for relation in clause.predicate.relations:
                        forms[False].add(relation.preposition.word.form)
                    for one in thing.modifiers:
                        if isinstance(one, Relation):
                            forms[True].add(one.preposition.word.form)
        assert all(forms.values())
        assert bool(forms[True] & forms[False]) is shared


@pytest.mark.parametrize("size", [*range(30, 60), 77])
def test_the_lexicon_has_its_size(size):
    sizes = class_sizes(Language(lexicon=size))
    assert sum(sizes.values()) == size
    assert set(sizes) == {*SHARES, "name"}
    if size in (30, 34, 77):
        own = lexicon(Language(lexicon=size, ambiguity=1.0))
        assert len(own.nouns.things) == sizes["noun"]
        assert len(own.names.stems()) == sizes["name"]
        assert all(choice.things for choice in (own.adverbs, own.names.men, own.names.surnames))
        assert set(own.of_sort) == {"person", "thing", "place", "time"}
        assert {one.praise for one in own.adjectives.things} == {1, -1, 0}


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"lexicon": 29}, "lexicon 29: 30 to 5000"),
        ({"lexicon": 5001}, "lexicon 5001: 30 to 5000"),
        ({"depth": -1}, "depth -1: 0 or more"),
        ({"distance": 6}, "distance 6: 0 to 5"),
        ({"ambiguity": 1.5}, "ambiguity 1.5: a number from 0 to 1"),
        ({"noise": -0.1}, "noise -0.1: a number from 0 to 1"),
        ({"modified": float("nan")}, "modified nan"),
    ],
)
def test_knobs_out_of_range(knobs, message):
    with pytest.raises(UserError, match=message):
        Language(**knobs)


def test_biggest_lexicon_is_possible():
    biggest = Language(lexicon=5000, ambiguity=1.0)
    assert translator(biggest).translate(sentences(1, 0, language=biggest)[0].meaning)


def test_words_are_what_they_are_tagged_as_and_frequencies_fall():
    found = sentences(1200, 0)
    flat = [word for sentence in found for word in words(sentence.tree)]
    assert {word.tag for word in flat} == set(TAGS)
    # As an object of no preposition, a noun may be any: there the frequencies are Zipf's.
    counts: dict[object, int] = {}
    for sentence in found:
        if isinstance(sentence.meaning, Clause) and isinstance(sentence.meaning.subject, Thing):
            noun = sentence.meaning.subject.noun
            counts[noun] = counts.get(noun, 0) + 1
    ranked = lexicon(Language()).nouns.things
    total = sum(counts.get(noun, 0) for noun in ranked)
    harmonic = sum(1 / rank for rank in range(1, len(ranked) + 1))
    for rank in (1, 2, 3, 5, 10):
        share = counts[ranked[rank - 1]] / total
        assert share == pytest.approx(1 / rank / harmonic, abs=0.04)


def test_subjects_and_verbs_are_singular_as_often_as_plural():
    verbs = [w for s in sentences(1000, 1) for w in words(s.tree) if w.tense and w.number]
    share = sum(word.number == "sg" for word in verbs) / len(verbs)
    assert share == pytest.approx(0.5, abs=0.04)


def test_part_of_speech_needs_context():
    seen: dict[str, list[str]] = {}
    for sentence in sentences(400, 0, language=Language(ambiguity=0.5)):
        for word in words(sentence.tree):
            seen.setdefault(word.form, []).append(word.tag)
    right = sum(max(map(tags.count, set(tags))) for tags in seen.values())
    share = right / sum(map(len, seen.values()))
    assert 0.8 < share < 0.95  # what the most frequent tag of each word gets right


def noun(form: str, number: str = "sg") -> Word:
    return Word(form, "NOUN", form.removesuffix("s"), number)


def phrase(label: str, *parts: tuple[str, object], number: str = "") -> Phrase:
    return Phrase(label, tuple(p for _, p in parts), tuple(r for r, _ in parts), number)


def test_agreements_read_off_a_tree_made_by_hand():
    the, that = Word("the", "DET", "the"), Word("that", "PRON", "that")
    sees = Word("sees", "VERB", "see", "sg", "present")
    do, sleep = Word("do", "AUX", "do", "pl", "present"), Word("sleep", "VERB", "sleep")
    cat = phrase("NP", ("det", the), ("head", noun("cat")), number="sg")
    dogs = phrase("NP", ("det", the), ("head", noun("dogs", "pl")), number="pl")
    clause = phrase("S", ("nsubj", cat), ("head", phrase("VP", ("head", sees), number="sg")))
    relative = phrase("SBAR", ("obj", phrase("WHNP", ("head", that))), ("head", clause))
    subject = phrase("NP", ("head", dogs), ("acl:relcl", relative), number="pl")
    inner = phrase("VP", ("head", sleep))
    negated = ("advmod", Word("not", "PART", "not"))
    verb_phrase = phrase("VP", ("aux", do), negated, ("head", inner), number="pl")
    tree = phrase("S", ("nsubj", subject), ("head", verb_phrase))
    assert text(tree) == "the dogs that the cat sees do not sleep"
    assert agreements(tree) == [Agreement(4, 5, "sg", 0), Agreement(1, 6, "pl", 1)]
    assert head_of(tree) == 8
    # A relative clause without a subject agrees with its noun; a coordination is plural.
    see = Word("see", "VERB", "see", "pl", "present")
    gap = phrase("S", ("head", phrase("VP", ("head", see), ("obj", cat), number="pl")))
    relative = phrase("SBAR", ("nsubj", phrase("WHNP", ("head", that))), ("head", gap))
    modified = phrase("NP", ("head", dogs), ("acl:relcl", relative), number="pl")
    conjunction = ("cc", Word("and", "CCONJ", "and"))
    both = phrase("NP", ("head", cat), conjunction, ("conj", modified), number="pl")
    tree = phrase("S", ("nsubj", both), ("head", verb_phrase))
    assert text(tree) == "the cat and the dogs that see the cat do not sleep"
    assert agreements(tree) == [Agreement(4, 6, "pl", 0), Agreement(1, 9, "pl", 1)]


def test_splits_share_no_sentence_whatever_the_seed():
    drawn = {
        (split, seed): {s.text for s in sentences(60, seed, split, Language(depth=0))}
        for split in ("train", "dev", "test")
        for seed in range(3)
    }
    for (split, _), found in drawn.items():
        assert len(found) == 60
        assert {split_of(sentence) for sentence in found} == {split}
    assert drawn["train", 0] != drawn["train", 1]
    assert sentences(50, 1) == sentences(80, 1)[:50]


def test_length_is_that_of_everyday_sentences():
    lengths = [len(sentence.text.split()) for sentence in sentences(600, 0)]
    assert 8 < sum(lengths) / len(lengths) < 12


def test_a_used_up_language_says_so():
    fresh = Fresh("train")
    few = [f"{i}" for i in range(20)]
    endless = iter(few * 1000)
    own = [word for word in few if split_of(word) == "train"]

    def draw() -> tuple[str, str]:
        word = next(endless)
        return word, word

    assert [fresh.first(draw) for _ in own] == own
    with pytest.raises(UserError, match=f"too few sentences: after {len(own)} for train, 5000"):
        fresh.first(draw)


def test_text_tree_and_meaning_go_together():
    for sentence in sentences(50, 4):
        assert isinstance(sentence, Sentence)
        assert sentence.text == text(sentence.tree)
    assert texts(50, 4) == [sentence.text for sentence in sentences(50, 4)]
