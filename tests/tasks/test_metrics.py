import math

import numpy as np
import pytest
import sacrebleu
import scipy.stats
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from tombola.errors import UserError
from tombola.statistics import influences
from tombola.tasks import METRICS
from tombola.tasks.metrics.of_function import OfFunction

CLASSES = {
    "accuracy": sklearn.metrics.accuracy_score,
    "matthews": sklearn.metrics.matthews_corrcoef,
    "f1": lambda y, p: sklearn.metrics.f1_score(y, p, zero_division=0),
}
OF_TOKENS = {"bits_per_character", "loss", "perplexity", "token_accuracy"}
"""Metrics of sums over the tokens of a sequence."""
OF_TEXT = ("bleu", "bleu-compound-split", "chrf")
NUMBERS = {"pearson": scipy.stats.pearsonr, "spearman": scipy.stats.spearmanr}


def noisy(n: int, k: int, seed: int) -> tuple[list[int], list[int]]:
    rng = np.random.default_rng(seed)
    references = rng.integers(k, size=n)
    predictions = np.where(rng.random(n) < 0.3, rng.integers(k, size=n), references)
    return predictions.tolist(), references.tolist()


def undefined(name: str, references: list[int], predictions: list[int]) -> bool:
    """Matthews' correlation with one class in the references, F1 with nothing to find."""
    if name == "matthews":
        return len(set(references)) == 1
    return name == "f1" and not any([*references, *predictions])


@pytest.mark.filterwarnings("ignore:A single label was found")  # by scikit-learn
@given(pairs=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30))
@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("name", sorted(CLASSES))
def test_values_of_two_classes_equal_those_of_scikit_learn(name, pairs):
    predictions, references = [p for p, _ in pairs], [r for _, r in pairs]
    score = METRICS[name](predictions, references)
    assert score.n == len(pairs)
    if undefined(name, references, predictions):
        assert all(map(math.isnan, (score.value, score.low, score.high)))
        return
    expected = CLASSES[name](references, predictions)
    assert score.value == pytest.approx(expected, abs=1e-12)
    assert score.low <= score.value <= score.high
    frequent = 1 if name == "f1" else max((0, 1), key=references.count)
    if name == "f1" or references.count(0) != references.count(1):
        constant = CLASSES[name](references, [frequent] * len(references))
        assert score.chance == pytest.approx(constant, abs=1e-12)


@pytest.mark.parametrize("name", ["accuracy", "matthews"])
def test_values_of_more_classes_and_of_names(name):
    predictions, references = noisy(200, 5, seed=1)
    expected = CLASSES[name](references, predictions)
    assert METRICS[name](predictions, references).value == pytest.approx(expected)
    as_names = (
        [["NOUN", "VERB", "ADJ", "X", "DET"][i] for i in predictions],
        [["NOUN", "VERB", "ADJ", "X", "DET"][i] for i in references],
    )
    assert METRICS[name](*as_names).value == pytest.approx(expected)


def test_wilson_interval_by_its_formula():
    predictions, references = [1] * 8 + [0] * 2, [1] * 10
    score = METRICS["accuracy"](predictions, references)
    z, n, p = scipy.stats.norm.ppf(0.975), 10, 0.8
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert (score.low, score.high) == pytest.approx((middle - half, middle + half))


@pytest.mark.parametrize("name", ["matthews", "f1"])
def test_intervals_of_classes_are_nearly_those_of_resampled_examples(name):
    """Against 4000 float64 bootstrap samples of the examples themselves, scored by formula."""
    predictions, references = map(np.array, noisy(600, 2, seed=2))
    score = METRICS[name](predictions.tolist(), references.tolist())
    rng = np.random.default_rng(99)
    values = []
    for _ in range(4000):
        drawn = rng.integers(600, size=600)
        p, r = predictions[drawn], references[drawn]
        hits, both = (p * r).sum(), (p + r).sum()
        f1 = 2 * hits / both
        values.append(f1 if name == "f1" else np.corrcoef(p, r)[0, 1])
    expected = np.percentile(values, [2.5, 97.5])
    width = expected[1] - expected[0]
    assert (score.low, score.high) == pytest.approx(tuple(expected), abs=0.08 * width)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_correlations_equal_scipys(name):
    rng = np.random.default_rng(3)
    references = np.round(rng.normal(size=300), 1)  # with ties
    predictions = references + rng.normal(size=300)
    score = METRICS[name](predictions, references)
    correlate = NUMBERS[name]
    assert score.value == pytest.approx(correlate(predictions, references).statistic, abs=1e-14)
    drawn = [rng.integers(300, size=300) for _ in range(1000)]
    values = [correlate(predictions[d], references[d]).statistic for d in drawn]
    width = np.diff(np.percentile(values, [2.5, 97.5]))[0]
    assert score.high - score.low == pytest.approx(width, rel=0.1)
    assert score.chance is None


def test_what_one_example_does_to_ranks_is_what_leaving_it_out_does():
    """Spearman's influences, against the jackknife that ranks anew each time."""
    rng = np.random.default_rng(9)
    x = np.round(rng.normal(size=200), 1)
    y = np.round(x + rng.normal(size=200), 1)
    metric = METRICS["spearman"]
    fast = influences(metric.counts(x, y), metric.value)
    whole = scipy.stats.spearmanr(x, y).statistic
    for i in range(0, 200, 10):
        left = scipy.stats.spearmanr(np.delete(x, i), np.delete(y, i)).statistic
        assert fast[i] == pytest.approx(199 * (whole - left), abs=0.05)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_undefined_correlations_are_not_a_number(name):
    for predictions in ([1.0, 1.0, 1.0], [math.nan, 1.0, 2.0], [math.inf, 1.0, 2.0]):
        score = METRICS[name](predictions, [1.0, 2.0, 3.0])
        assert all(map(math.isnan, (score.value, score.low, score.high)))


@pytest.mark.parametrize("name", sorted(set(METRICS) - set(OF_TEXT) - {"span_f1"}))
def test_an_answer_that_is_not_a_number_leaves_no_number(name):
    """No score, no interval, no difference: neither 0 nor a perfect one."""
    said, right = [0.0, 1.0] * 10, [0, 1] * 10
    if name in OF_TOKENS:
        said, right = [(1.0 + i % 3, 4, i % 3, 16) for i in range(20)], list(range(20))
    lost = [(math.nan, 4, 1, 16) if name in OF_TOKENS else math.nan, *said[1:]]
    score, metric = METRICS[name](lost, right), METRICS[name]
    assert all(map(math.isnan, (score.value, score.low, score.high)))
    assert score.reason
    counts = metric.counts(lost, right), metric.counts(said, right)
    for found in (metric.difference([counts[0]], [counts[1]]), metric.mean([*counts])):
        assert all(map(math.isnan, (found.value, found.low, found.high)))


def test_a_function_that_gives_no_number_says_so():
    score = OfFunction(lambda said, right: math.nan if said else 1.0)([1, 0, 0], [1, 0, 1])
    assert all(map(math.isnan, (score.value, score.low, score.high)))
    assert score.reason == "of 1 of 3 answers the function makes no number"


@pytest.mark.parametrize("name", sorted(set(METRICS) - OF_TOKENS))
def test_two_perfect_models_may_differ(name):
    kind = {"span_f1": [["B-x", "O"], ["O", "B-y"]]}.get(name, [0.0, 1.0])
    kind = ["a b c d e f", "g h i j k"] if name in OF_TEXT else kind
    counts = METRICS[name].counts(kind * 25, kind * 25)
    for seeds in (1, 3):
        found = METRICS[name].difference([counts] * seeds, [counts] * seeds)
        assert found.value == 0
        assert found.low < -0.02 * METRICS[name].highest < 0.02 * METRICS[name].highest < found.high


@pytest.mark.parametrize("name", sorted(set(METRICS) - OF_TOKENS))
def test_a_perfect_score_is_not_sure(name):
    answers = [[0, 1], [0.5, 1.5], ["a b c d e f", "g h i j k"], [["B-x", "O"], ["O", "B-y"]]]
    kind = {"span_f1": 3, "pearson": 1, "spearman": 1, **dict.fromkeys(OF_TEXT, 2)}.get(name, 0)
    score = METRICS[name](answers[kind] * 25, answers[kind] * 25)
    best = METRICS[name].highest
    assert score.value == score.high == best
    # as wide as an interval of right answers would be, or wider
    assert 0.8 * best < score.low <= METRICS["accuracy"]([1] * 50, [1] * 50).low * best + 1e-9


def test_one_answer_to_several_classes_is_worth_nothing_and_said_with_care():
    score = METRICS["matthews"]([0] * 50, [0, 1] * 25)
    assert score.value == 0
    assert -0.2 < score.low < 0 < score.high < 0.2


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_pearson_at_any_scale(scale):
    x, y = [1.0, 2.0, 4.0, 3.0], [1.0, 3.0, 3.0, 2.0]
    score = METRICS["pearson"]([v * scale for v in x], y)
    assert score.value == pytest.approx(scipy.stats.pearsonr(x, y).statistic)


HYPOTHESES = [
    "the cat sat on the mat .",
    "a dog barks loudly at night",
    "he went",
    "",
    "rain is falling on the old town again",
    "the the the the",
] * 6
REFERENCES = [
    "the cat sat upon the mat .",
    "a dog barked loudly at night",
    "she went home",
    "nothing here",
    "rain is falling on the old town",
    "the end of it",
] * 6


def test_bleu_and_its_interval_equal_sacrebleu():
    score = METRICS["bleu"](HYPOTHESES, REFERENCES, resamples=4000)
    direct = sacrebleu.corpus_bleu(HYPOTHESES, [REFERENCES])
    assert score.value == direct.score
    assert "tok:13a" in score.signature
    assert sacrebleu.__version__ in score.signature
    rng = np.random.default_rng(17)
    values = []
    for _ in range(600):
        drawn = rng.integers(len(HYPOTHESES), size=len(HYPOTHESES))
        hypotheses = [HYPOTHESES[i] for i in drawn]
        references = [REFERENCES[i] for i in drawn]
        values.append(sacrebleu.corpus_bleu(hypotheses, [references]).score)
    expected = np.percentile(values, [2.5, 97.5])
    width = expected[1] - expected[0]
    assert (score.low, score.high) == pytest.approx(tuple(expected), abs=0.1 * width)


def test_bleu_of_one_sentence_has_no_spread():
    score = METRICS["bleu"](["a b c d e f"], ["a b c d e g"])
    assert score.low == pytest.approx(score.value)
    assert score.high == pytest.approx(score.value)
    assert METRICS["bleu"](["", ""], ["a b", "c"]).value == 0


def test_chrf_equals_sacrebleus_and_comes_with_its_signature():
    score = METRICS["chrf"](HYPOTHESES, REFERENCES)
    assert score.value == pytest.approx(sacrebleu.corpus_chrf(HYPOTHESES, [REFERENCES]).score)
    assert f"nc:6|nw:0|space:no|version:{sacrebleu.__version__}" in score.signature
    assert METRICS["chrf"](["", "ab"], ["a", "ab"]).value == pytest.approx(
        sacrebleu.corpus_chrf(["", "ab"], [["a", "ab"]]).score
    )
    assert METRICS["chrf"](["x"], ["y"]).value == 0


def test_compounds_are_split_on_both_sides_as_the_common_script_does_it():
    said, wanted = ["a well-known man - and a-b-c ."], ["the well-known man - and a-b-d."]
    apart = [
        text.replace("well-known", "well ##AT##-##AT## known").replace("a-b", "a ##AT##-##AT## b")
        for text in (said[0], "the well-known man - and a-b-d .")
    ]
    expected = sacrebleu.corpus_bleu(apart[:1], [apart[1:]], tokenize="none", force=True).score
    score = METRICS["bleu-compound-split"](said, wanted)
    assert score.value == pytest.approx(expected)
    assert score.value > METRICS["bleu"](said, wanted).value
    assert "split:hyphens" in score.signature


@pytest.mark.parametrize("name", sorted(METRICS))
def test_intervals_are_decided_by_the_seed_and_hold_the_value(name):
    if name in OF_TEXT:
        predictions, references = HYPOTHESES, REFERENCES
    elif name in OF_TOKENS:  # nats, tokens, those that are right, characters of each sequence
        predictions, references = [(2.0 + i % 5, 4, i % 3, 16) for i in range(80)], range(80)
    else:
        predictions, references = noisy(80, 2, seed=4)
    if name == "span_f1":
        predictions = [["B-x"] if label else ["O"] for label in predictions]
        references = [["B-x"] if label else ["O"] for label in references]
    first = METRICS[name](predictions, references, seed=1)
    assert first == METRICS[name](predictions, references, seed=1)
    assert first.low <= first.value <= first.high
    other = METRICS[name](predictions, references, seed=2)
    assert other.value == first.value
    if name in OF_TEXT:  # the others draw nothing
        assert (other.low, other.high) != (first.low, first.high)
        assert other.signature != first.signature


def test_misuse_is_refused():
    with pytest.raises(
        UserError, match="unknown metric 'bleurt'; allowed: accuracy, bits_per_character"
    ):
        METRICS["bleurt"]
    with pytest.raises(ValueError, match="2 predictions for 1 references"):
        METRICS["accuracy"]([1, 0], [1])
    with pytest.raises(ValueError, match="nothing to score"):
        METRICS["bleu"]([], [])
    with pytest.raises(ValueError, match="classes 0 and 1"):
        METRICS["f1"]([2, 0], [1, 0])


def test_accuracy_of_tags_is_that_of_words_and_as_sure_as_resampled_sentences():
    rng = np.random.default_rng(10)
    references, predictions = [], []
    for _ in range(300):
        wrong = rng.random() * 0.4  # words of a sentence are alike
        tags = rng.choice(["A", "B"], size=rng.integers(1, 20))
        references.append(tags.tolist())
        predictions.append(np.where(rng.random(len(tags)) < wrong, "C", tags).tolist())
    score = METRICS["accuracy"](predictions, references)
    pairs = zip(predictions, references, strict=True)
    hits = np.array([(sum(map(str.__eq__, p, r)), len(r)) for p, r in pairs])
    assert score.value == pytest.approx(hits[:, 0].sum() / hits[:, 1].sum())
    assert score.n == 300
    assert "of:words" in score.signature
    sums = hits[rng.integers(300, size=(2000, 300))].sum(axis=1)
    expected = np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5])
    width = expected[1] - expected[0]
    assert (score.low, score.high) == pytest.approx(tuple(expected), abs=0.12 * width)
    with pytest.raises(ValueError, match="sentence 0: 1 tags for 2 words"):
        METRICS["accuracy"]([["A"]], [["A", "B"]])
