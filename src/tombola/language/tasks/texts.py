"""Translation, parts of speech, and the text alone."""

from tombola.language.knobs import Language
from tombola.language.splits import Split, sentences
from tombola.language.tasks.make import BUILTIN, Made, noisy
from tombola.language.translation import translator
from tombola.language.trees import TAGS, words
from tombola.text.examples import Passage, TaggedSentence, TranslationExample


@BUILTIN.register("builtin-translation")
def _translation(n_train: int, n_dev: int, seed: int, language: Language) -> Made:
    return Made(
        kind="translation",
        labels=None,
        metric="bleu",
        train=_translated(n_train, seed, "train", language),
        dev=_translated(n_dev, seed, "dev", language),
    )


@BUILTIN.register("builtin-pos")
def _pos(n_train: int, n_dev: int, seed: int, language: Language) -> Made:
    return Made(
        kind="tagging",
        labels=TAGS,
        metric="accuracy",
        train=_tagged(n_train, seed, "train", language),
        dev=_tagged(n_dev, seed, "dev", language),
    )


@BUILTIN.register("builtin-masked-lm")
def _masked(n_train: int, n_dev: int, seed: int, language: Language) -> Made:
    train = _passages(n_train, seed, "train", language)
    return Made("masked-lm", None, "loss", train, _passages(n_dev, seed, "dev", language))


@BUILTIN.register("builtin-causal-lm")
def _causal(n_train: int, n_dev: int, seed: int, language: Language) -> Made:
    return _masked(n_train, n_dev, seed, language)._replace(kind="causal-lm")


def _passages(n: int, seed: int, split: Split, language: Language) -> tuple[Passage, ...]:
    """Sentences; noise is of labels, and these have none."""
    return tuple(Passage(sentence.text) for sentence in sentences(n, seed, split, language))


def _translated(
    n: int, seed: int, split: Split, language: Language
) -> tuple[TranslationExample, ...]:
    translate = translator(language).translate
    found = sentences(n, seed, split, language)
    targets = [translate(sentence.meaning).split() for sentence in found]
    flat = [word for target in targets for word in target]
    left = iter(noisy(flat, "builtin-translation", seed, split, language))
    return tuple(
        TranslationExample(sentence.text, " ".join(next(left) for _ in target))
        for sentence, target in zip(found, targets, strict=True)
    )


def _tagged(n: int, seed: int, split: Split, language: Language) -> tuple[TaggedSentence, ...]:
    found = [words(sentence.tree) for sentence in sentences(n, seed, split, language)]
    flat = [word.tag for sentence in found for word in sentence]
    left = iter(noisy(flat, "builtin-pos", seed, split, language))
    return tuple(
        TaggedSentence(tuple(word.form for word in sentence), tuple(next(left) for _ in sentence))
        for sentence in found
    )
