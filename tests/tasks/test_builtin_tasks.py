import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from transformers import BertConfig, BertForSequenceClassification

from tombola.errors import UserError
from tombola.tasks import (
    METRICS,
    TASKS,
    Batches,
    Language,
    encode,
    load_builtin,
    load_task,
    word_tokenizer,
)
from tombola.tasks.language import grammar, split_of

NAMES = ("builtin-acceptability", "builtin-pos", "builtin-translation")

DIGESTS = {
    "builtin-acceptability": "23db9aeedb53",
    "builtin-pos": "a08863a28a07",
    "builtin-translation": "2995d53a9f9d",
}


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_bytes_everywhere(name):
    """The digests were written down once: they hold on every platform and version of Python."""
    task = load_task(name, train=100, dev=50, seed=7)
    assert task.digest == DIGESTS[name]
    assert task.digest != load_task(name, train=100, dev=50, seed=8).digest
    assert task.dev == load_task(name, train=20, dev=50, seed=7).dev  # whatever train is


@pytest.mark.parametrize("name", NAMES)
def test_splits_are_of_their_size_and_share_no_sentence(name):
    task = load_builtin(name, 200, 80, seed=1)

    def texts(examples):
        return [getattr(e, "text", None) or getattr(e, "source", None) or " ".join(e.words)
                for e in examples]  # fmt: skip

    train, dev = texts(task.train), texts(task.dev)
    assert (len(set(train)), len(set(dev))) == (200, 80)
    assert not set(train) & set(dev)
    assert {split_of(sentence) for sentence in train} == {"train"}


def test_acceptability_is_balanced_and_right():
    task = load_builtin("builtin-acceptability", 201, 100)
    labels = [example.label for example in task.train]
    assert abs(labels.count(0) - labels.count(1)) == 1
    assert labels[:100].count(0) not in (0, 100)  # not sorted by label
    for example in task.train:
        assert grammar(Language()).accepts(example.text.split()) == bool(example.label)
    assert METRICS["accuracy"]([1] * 100, [e.label for e in task.dev]).chance == 0.5


def test_acceptability_is_chance_for_a_bag_of_words():
    task = load_builtin("builtin-acceptability", 1500, 600)
    bags = CountVectorizer(token_pattern=r"\S+", lowercase=False)
    train = bags.fit_transform([example.text for example in task.train])
    dev = bags.transform([example.text for example in task.dev])
    model = LogisticRegression(C=0.1, max_iter=1000)
    model.fit(train, [example.label for example in task.train])
    accuracy = model.score(dev, [example.label for example in task.dev])
    assert abs(accuracy - 0.5) < 3 * np.sqrt(0.25 / 600)


def test_translation_and_tags_go_with_their_sentences():
    translation = load_builtin("builtin-translation", 100, 20, seed=3)
    tagged = load_builtin("builtin-pos", 100, 20, seed=3)
    assert (translation.kind, tagged.kind) == ("translation", "tagging")
    assert translation.labels is None
    for pair, sentence in zip(translation.train, tagged.train, strict=True):
        assert pair.source == " ".join(sentence.words)
        assert len(pair.target.split()) == len(sentence.words) - sentence.tags.count("AUX")
        assert set(sentence.tags) <= set(tagged.labels)


def test_names_and_arguments_are_checked(tmp_path):
    with pytest.raises(UserError, match=r"unknown task 'cola'; allowed: CoLA, .*builtin-pos.*pos"):
        load_task("cola")
    with pytest.raises(UserError, match="unknown built-in task 'pos'; allowed: builtin-acc"):
        load_builtin("pos")
    with pytest.raises(UserError, match="is made, not read: it takes no folder"):
        load_task("builtin-pos", tmp_path)
    with pytest.raises(UserError, match="builtin-pos dev: 0 examples asked for"):
        load_task("builtin-pos", train=5, dev=0)
    assert len(TASKS) == 13


def test_digest_is_of_everything():
    tasks = [load_builtin(name, 20, 10) for name in NAMES]
    tasks += [load_builtin(NAMES[0], 20, 11), load_builtin(NAMES[0], 21, 10)]
    tasks += [load_builtin(NAMES[0], 20, 10, language=Language(lexicon=121))]
    digests = {task.digest for task in tasks}
    assert len(digests) == len(tasks)
    assert all(len(digest) == 12 and int(digest, 16) >= 0 for digest in digests)


def accuracy_of_a_small_transformer(language: Language, n_train: int, epochs: int) -> float:
    task = load_builtin("builtin-acceptability", n_train, 500, language=language)
    tokenizer = word_tokenizer(example.text for example in task.train)
    train, dev = (
        Batches(encode(split, tokenizer, 40), 32, tokenizer.pad_token_id, window=20)
        for split in (task.train, task.dev)
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BertForSequenceClassification(
            BertConfig(
                vocab_size=len(tokenizer),
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=4,
                intermediate_size=128,
                max_position_embeddings=40,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                initializer_range=0.1,
            )
        )
    steps = epochs * len(train)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, steps, pct_start=0.1)
    for epoch in range(epochs):
        for batch in train.epoch(0, epoch):
            model(**batch).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    model.eval()
    with torch.no_grad():
        answers = [model(**batch).logits.argmax(-1) for batch in dev.in_order()]
    return METRICS["accuracy"](
        torch.cat(answers).tolist(), [example.label for example in task.dev]
    ).low


@pytest.mark.whole
def test_a_small_transformer_learns_acceptability():
    assert accuracy_of_a_small_transformer(Language(lexicon=30, depth=0), 16_000, epochs=6) > 0.8
