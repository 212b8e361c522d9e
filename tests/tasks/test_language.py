import re
from functools import cache
from random import Random

import pytest

from tombola.errors import UserError
from tombola.tasks.language import (
    TAGS,
    Agreement,
    Fresh,
    Grammar,
    Language,
    Phrase,
    Word,
    agreements,
    corrupt,
    grammar,
    sentences,
    split_of,
    text,
    translator,
    words,
)

RICH = Language(lexicon=60, ambiguity=0.6, modified=0.7, depth=3)


def random_trees(language: Language, n: int, seed: int = 0) -> list[Phrase]:
    rng = Random(seed)
    return [grammar(language).sentence(rng) for _ in range(n)]


def regular(rules: Grammar, depth: int) -> re.Pattern[str]:
    """The language down to a depth, written down a second time: as a regular expression."""

    def word(symbol: str) -> str:
        forms = sorted({re.escape(word.form) for word in rules.lexicon.classes[symbol].things})
        return f"(?:{'|'.join(forms)}) "

    def noun_phrase(n: str, levels: int) -> str:
        modified = plain(n)
        if levels:
            modified += f"(?:{prepositional(levels - 1)}|{relative(n, levels - 1)})?"
        if n == "sg":
            return f"(?:{word('NAME')}|{modified})"
        part = f"(?:{word('NAME')}|{plain('sg')}|{plain('pl')})"
        return f"(?:{modified}|{part}and {part})"

    def plain(n: str) -> str:
        return f"{word(f'DET.{n}')}(?:{word('ADJ')})*{word(f'N.{n}')}"

    def any_noun_phrase(levels: int) -> str:
        return f"(?:{noun_phrase('sg', levels)}|{noun_phrase('pl', levels)})"

    def prepositional(levels: int) -> str:
        return f"(?:{word('P')}{any_noun_phrase(levels)})"

    def verb(kind: str, n: str) -> str:
        finite = f"(?:{word('ADV')})?{word(f'{kind}.{n}')}"
        return f"(?:{finite}|{word(f'AUX.{n}')}not {word(f'{kind}.base')})"

    def verb_phrase(n: str, levels: int) -> str:
        alone = f"{verb('IV', n)}(?:{prepositional(levels)})?"
        return f"(?:{alone}|{verb('TV', n)}{any_noun_phrase(levels)})"

    def relative(n: str, levels: int) -> str:
        gaps = "|".join(f"{noun_phrase(m, levels)}{verb('TV', m)}" for m in ("sg", "pl"))
        return f"(?:that (?:{verb_phrase(n, levels)}|{gaps}))"

    whole = "|".join(noun_phrase(n, depth) + verb_phrase(n, depth) for n in ("sg", "pl"))
    return re.compile(whole)


def readings(rules: Grammar, forms: list[str]) -> int:
    """Number of trees over the word forms, by spans, counted over spans."""

    @cache
    def of_symbol(symbol: str, start: int, end: int) -> int:
        if symbol in rules.lexicon.classes:
            things = rules.lexicon.classes[symbol].things
            return int(end == start + 1 and forms[start] in {word.form for word in things})
        return sum(of_sequence(rule.symbols, start, end) for rule in rules.rules[symbol])

    @cache
    def of_sequence(symbols: tuple[str, ...], start: int, end: int) -> int:
        if len(symbols) == 1:
            return of_symbol(symbols[0], start, end)
        return sum(
            of_symbol(symbols[0], start, middle) * of_sequence(symbols[1:], middle, end)
            for middle in range(start + 1, end)
            if of_symbol(symbols[0], start, middle)
        )

    return of_symbol("S", 0, len(forms))


def test_grammar_and_corruptions_against_a_regular_expression():
    language = Language(lexicon=40, ambiguity=0.8, modified=0.6, depth=1)
    rules = grammar(language)
    pattern = regular(rules, depth=1)
    rng = Random(1)
    for tree in random_trees(language, 200):
        assert pattern.fullmatch(text(tree) + " ")
        assert rules.accepts(text(tree).split())
        broken = corrupt(tree, rules, rng)
        assert not pattern.fullmatch(broken + " ")
        assert not rules.accepts(broken.split())


def test_what_the_recogniser_takes_at_random_is_what_the_expression_takes():
    """All orders and numbers of small sets of words, most of them nonsense."""
    language = Language(lexicon=40, ambiguity=0.8, modified=0.6, depth=1)
    rules = grammar(language)
    pattern = regular(rules, depth=2)
    rng = Random(2)
    n_accepted = 0
    for tree in random_trees(language, 350, seed=3):
        forms = text(tree).split()
        if len(forms) > 9:
            continue
        i, j = (int(rng.random() * len(forms)) for _ in range(2))
        forms[i], forms[j] = forms[j], forms[i]
        accepted = rules.accepts(forms)
        n_accepted += accepted
        if accepted != bool(pattern.fullmatch(" ".join(forms) + " ")):
            raise AssertionError(forms)
    assert 20 < n_accepted < 200


def test_every_sentence_has_one_reading():
    for tree in random_trees(RICH, 150):
        forms = text(tree).split()
        if len(forms) < 22:
            assert readings(grammar(RICH), forms) == 1, forms
            assert readings(grammar(RICH), corrupt(tree, grammar(RICH), Random(0)).split()) == 0


def test_corruption_is_one_small_change():
    rng = Random(0)
    rules = grammar(RICH)
    kinds = {"agreement": 0, "order": 0}
    for tree in random_trees(RICH, 250):
        before, after = text(tree).split(), corrupt(tree, rules, rng).split()
        changed = [
            i for i, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]
        ]
        if sorted(before) == sorted(after):
            kinds["order"] += 1
            assert len(changed) == 2
            assert changed[1] == changed[0] + 1
        else:
            kinds["agreement"] += 1
            (i,) = changed
            flat = words(tree)[i]
            assert flat.tag in ("VERB", "AUX")
            assert {before[i], after[i]} in ({flat.lemma, flat.lemma + "s"}, {"do", "does"})
    assert min(kinds.values()) > 75


@pytest.mark.parametrize(
    ("pattern", "accepted"),
    [
        ("DET.sg N.sg IV.sg", True),
        ("DET.sg N.sg IV.pl", False),
        ("NAME AND NAME IV.pl", True),
        ("NAME AND NAME IV.sg", False),
        ("DET.pl N.pl P NAME IV.pl", True),
        ("DET.pl N.pl P NAME IV.sg", False),
        ("DET.sg N.sg THAT DET.pl N.pl TV.pl IV.sg", True),
        ("DET.sg N.sg THAT DET.pl N.pl TV.pl IV.pl", False),
        ("DET.sg N.sg THAT DET.pl N.pl TV.sg IV.sg", False),
        ("DET.sg N.sg THAT TV.sg DET.pl N.pl IV.sg", True),
        ("DET.sg N.sg THAT TV.pl DET.pl N.pl IV.sg", False),
        ("DET.sg N.sg AUX.sg NOT IV.base", True),
        ("DET.sg N.sg AUX.pl NOT IV.base", False),
        ("DET.sg N.sg NOT AUX.sg IV.base", False),
        ("DET.sg ADJ N.sg ADV TV.sg NAME", True),
        ("DET.sg N.sg ADJ ADV TV.sg NAME", False),
        ("DET.sg N.sg TV.sg", False),
        ("N.sg IV.sg", False),
        ("DET.sg N.sg", False),
        ("", False),
    ],
)
def test_judgements_made_by_hand(pattern, accepted):
    rules = grammar(Language())

    def present(symbol: str) -> str:
        things = rules.lexicon.classes[symbol].things
        return next(w.form for w in things if w.tense != "past" and w.form not in ("the", "lumak"))

    assert rules.accepts([present(symbol) for symbol in pattern.split()]) is accepted


def nesting(tree: Phrase, levels: int = 0) -> int:
    levels += tree.label == "NP" and any(
        isinstance(child, Phrase) and child.label in ("PP", "RC") for child in tree.children
    )
    below = [nesting(child, levels) for child in tree.children if isinstance(child, Phrase)]
    return max([levels, *below])


def test_knobs_turn_what_they_say():
    for depth in (0, 1, 3):
        trees = random_trees(Language(depth=depth, modified=0.6), 200)
        assert max(map(nesting, trees)) == depth
    distances = []
    for modified in (0.0, 0.4, 0.8):
        trees = random_trees(Language(modified=modified), 300)
        found = [agreement for tree in trees for agreement in agreements(tree)]
        distances.append(sum(a.verb - a.noun for a in found) / len(found))
    assert distances == sorted(distances)
    assert distances[2] > 1.5 * distances[0]
    for share in (0.0, 0.5, 1.0):
        classes = grammar(Language(lexicon=200, ambiguity=share)).lexicon.classes
        nouns = {word.form for word in classes["N.sg"].things}
        for kind in ("TV.base", "IV.base"):
            verbs = [word.form for word in classes[kind].things]
            n = int(len(verbs) * share)
            assert [verb in nouns for verb in verbs] == [True] * n + [False] * (len(verbs) - n)
    for size in (30, 77, 1000):
        classes = grammar(Language(lexicon=size)).lexicon.classes
        open_classes = ("N.sg", "TV.base", "IV.base", "ADJ", "ADV", "NAME")
        assert sum(len(classes[name].things) for name in open_classes) == size
        assert all(len(classes[name].things) for name in open_classes)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"lexicon": 29}, "lexicon 29: 30 to 5000"),
        ({"lexicon": 5001}, "lexicon 5001: 30 to 5000"),
        ({"depth": -1}, "depth -1: 0 or more"),
        ({"ambiguity": 1.5}, "ambiguity 1.5: a number from 0 to 1"),
        ({"modified": float("nan")}, "modified nan"),
    ],
)
def test_knobs_out_of_range(knobs, message):
    with pytest.raises(UserError, match=message):
        Language(**knobs)


def test_biggest_lexicon_is_possible():
    assert grammar(Language(lexicon=5000, ambiguity=1.0)).lexicon.classes["N.sg"].things
    biggest = Language(lexicon=5000)
    assert translator(biggest).translate(sentences(1, 0, language=biggest)[0])


def test_words_are_what_they_are_tagged_as_and_frequencies_fall():
    trees = random_trees(Language(), 2000)
    flat = [word for tree in trees for word in words(tree)]
    assert {word.tag for word in flat} == set(TAGS)
    ranked = grammar(Language()).lexicon.classes["N.sg"].things
    counts = [sum(word == noun for word in flat) for noun in ranked]
    total = sum(counts)
    harmonic = sum(1 / rank for rank in range(1, len(ranked) + 1))
    for rank in (1, 2, 3, 5, 10):
        assert counts[rank - 1] / total == pytest.approx(1 / rank / harmonic, abs=0.02)


def test_part_of_speech_needs_context():
    language = Language(ambiguity=0.5)
    seen: dict[str, list[str]] = {}
    for tree in random_trees(language, 1000):
        for word in words(tree):
            seen.setdefault(word.form, []).append(word.tag)
    right = sum(max(map(tags.count, set(tags))) for tags in seen.values())
    share = right / sum(map(len, seen.values()))
    assert 0.8 < share < 0.94  # what the most frequent tag of each word gets right


def test_agreements_read_off_a_tree_made_by_hand():
    the, dogs = Word("the", "DET", "the"), Word("dogs", "NOUN", "dog", "pl")
    cat = Word("cat", "NOUN", "cat", "sg")
    bird = Word("bird", "NOUN", "bird", "sg")
    that = Word("that", "PRON", "that")
    sees = Word("sees", "VERB", "see", "sg", "present")
    do, sleep = Word("do", "AUX", "do", "pl", "present"), Word("sleep", "VERB", "sleep")
    inner = Phrase("NP", "sg", (the, cat))
    relative = Phrase("RC", "pl", (that, inner, Phrase("VP", "sg", (sees,))))
    subject = Phrase("NP", "pl", (the, dogs, relative))
    tree = Phrase("S", "", (subject, Phrase("VP", "pl", (do, Word("not", "PART", "not"), sleep))))
    assert text(tree) == "the dogs that the cat sees do not sleep"
    assert agreements(tree) == [Agreement(4, 5, "sg", 0), Agreement(1, 6, "pl", 1)]
    a_bird = Phrase("NP", "sg", (the, bird))
    ran = Word("ran", "VERB", "run", "", "past")
    near = Phrase("PP", "", (Word("near", "ADP", "near"), a_bird))
    of_subject = Phrase("RC", "pl", (that, Phrase("VP", "pl", (ran, near))))
    both = Phrase("NP", "pl", (inner, Word("and", "CCONJ", "and"), a_bird))
    see = Word("see", "VERB", "see", "pl", "present")
    subject = Phrase("NP", "pl", (the, dogs, of_subject))
    tree = Phrase("S", "", (subject, Phrase("VP", "pl", (see, both))))
    assert text(tree) == "the dogs that ran near the bird see the cat and the bird"
    assert agreements(tree) == [Agreement(1, 3, "pl", 0), Agreement(1, 7, "pl", 1)]
    tree = Phrase("S", "", (both, Phrase("VP", "pl", (do, Word("not", "PART", "not"), sleep))))
    assert agreements(tree) == [Agreement(1, 5, "pl", 1)]


def test_every_finite_verb_agrees():
    for tree in random_trees(RICH, 250):
        flat = words(tree)
        found = agreements(tree)
        finite = [i for i, word in enumerate(flat) if word.tag in ("VERB", "AUX") and word.tense]
        assert [agreement.verb for agreement in found] == finite
        for agreement in found:
            assert flat[agreement.verb].number in ("", agreement.number)
            noun = flat[agreement.noun]
            assert noun.number == agreement.number or noun.tag in ("NOUN", "PROPN")


def test_splits_share_no_sentence_whatever_the_seed():
    drawn = {
        (split, seed): {text(tree) for tree in sentences(150, seed, split, Language(depth=0))}
        for split in ("train", "dev", "test")
        for seed in range(3)
    }
    for (split, _), found in drawn.items():
        assert len(found) == 150
        assert {split_of(sentence) for sentence in found} == {split}
    assert drawn["train", 0] != drawn["train", 1]
    assert sentences(50, 1) == sentences(80, 1)[:50]


def test_a_used_up_language_says_so():
    fresh = Fresh("train")
    few = [f"{i}" for i in range(20)]
    endless = iter(few * 1000)
    own = [word for word in few if split_of(word) == "train"]

    def draw() -> tuple[str, str]:
        word = next(endless)
        return word, word

    assert [fresh.first(draw) for _ in own] == own
    with pytest.raises(UserError, match=f"too few sentences: after {len(own)} for train, 2000"):
        fresh.first(draw)


def first(rules: Grammar, symbol: str, **features: str) -> Word:
    things = rules.lexicon.classes[symbol].things
    return next(w for w in things if all(getattr(w, k) == v for k, v in features.items()))


def test_translation_marks_what_the_tree_knows():
    language = Language(ambiguity=1.0)
    rules = grammar(language)
    translate = translator(language).translate
    the = first(rules, "DET.sg", form="the")
    noun, nouns = first(rules, "N.sg"), first(rules, "N.pl")
    name = first(rules, "NAME")
    adjective = first(rules, "ADJ")
    past = first(rules, "TV.sg", tense="past")

    def sentence(subject: tuple, verb: Word, n: str = "sg") -> str:
        return translate(
            Phrase("S", "", (Phrase("NP", n, subject),
                             Phrase("VP", n, (verb, Phrase("NP", "sg", (name,))))))
        )  # fmt: skip

    one, article, object_, verb = sentence((the, noun), past).split()
    many, article_2, object_2, verbs = sentence((the, nouns), past, "pl").split()
    assert (article, object_) == (article_2, object_2)
    assert many == one + "ri"  # number
    assert object_ == name.form + "n"  # accusative
    assert verbs == verb + "m"  # a past verb tells its subject's number, unlike in the source
    # Adjectives follow their noun and agree with it.
    stem, adjectives, _, *_ = sentence((the, adjective, nouns), past, "pl").split()
    assert stem == many
    assert adjectives.endswith("ri")
    # A noun and a verb that look alike have different translations.
    alike = rules.lexicon.classes["N.sg"].things[:40]
    verb_2 = next(w for w in alike if w.lemma == past.lemma)
    translated = sentence((the, verb_2), past).split()
    assert translated[0] != translated[-1].removesuffix("lo")
    # The relative pronoun shows the gap: subject, then object.
    that = first(rules, "THAT")
    verb_phrase = Phrase("VP", "sg", (past,))
    lacks_object = Phrase("RC", "sg", (that, Phrase("NP", "sg", (name,)), verb_phrase))
    own_object = Phrase("VP", "sg", (past, Phrase("NP", "sg", (name,))))
    lacks_subject = Phrase("RC", "sg", (that, own_object))
    assert sentence((the, noun, lacks_object), past).split()[2:5] == ["ken", name.form, verb]
    assert sentence((the, noun, lacks_subject), past).split()[2:5] == ["ke", object_, verb]


def test_translation_keeps_every_word_but_auxiliaries_and_ends_in_the_verb():
    translate = translator(RICH).translate
    for tree in random_trees(RICH, 250):
        flat = words(tree)
        target = translate(tree).split()
        assert len(target) == len(flat) - sum(word.tag == "AUX" for word in flat)
        after_subject = len(words(tree.children[0]))
        main = next(found for found in agreements(tree) if found.verb >= after_subject)
        tense = {"present": "ka", "past": "lo"}[flat[main.verb].tense]
        assert target[-1].endswith(tense + {"sg": "", "pl": "m"}[main.number])
    stems = list(translator(RICH)._stems.values())
    assert len(set(stems)) == len(stems)
