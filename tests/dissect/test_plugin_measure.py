"""A measure from a file: with sums of its own, beside the ones that come with tombola."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dissect_models import batches, bert, sentences

from tombola.dissect import MEASURES, layer_similarity
from tombola.dissect.representations import stream
from tombola.errors import UserError
from tombola.plugins import load_plugins

FILE = Path(__file__).parents[2] / "examples" / "plugins" / "measure.py"


@pytest.fixture
def states(monkeypatch) -> Iterator[str]:
    """The plug-in's measure, for one test."""
    assert "states" not in MEASURES
    monkeypatch.setattr(MEASURES, "_things", dict(MEASURES._things))
    monkeypatch.setattr(MEASURES, "_digests", dict(MEASURES._digests))
    before = set(sys.modules)
    load_plugins([FILE])
    yield "states"
    for name in set(sys.modules) - before:  # so that it can be loaded again
        if name.startswith("tombola_plugin_"):
            del sys.modules[name]


def test_it_shares_the_pass_and_not_the_sums(states) -> None:
    texts = batches(sentences(60, seed=1), 10)
    dense, sparse = bert(1), bert(2)
    rows = layer_similarity(dense, sparse, texts, ["debiased", states], block_sentences=10)
    plain = layer_similarity(dense, sparse, texts, "debiased", block_sentences=10)
    assert rows[: len(plain)] == plain

    (x,), (y,) = (stream(own, batches(sentences(60, seed=1), 60)) for own in (dense, sparse))
    for row in rows[len(plain) :]:
        a, b = x["encoder"][row.dense_layer].double(), y["encoder"][row.sparse_layer].double()
        wanted = float((a * b).sum() / (a.norm() * b.norm()))
        pairings = float((a @ b.T).mean() * len(a) / (a.norm() * b.norm()))
        assert row.measure == "cosine of states"
        assert row.value == pytest.approx(wanted, abs=1e-6)
        assert row.noise_floor == pytest.approx(pairings, abs=1e-6)
        assert row.low < row.value < row.high
    assert len(MEASURES.digest(states)) == 12


def test_it_says_what_it_cannot_compare(states) -> None:
    wide = bert(2, hidden_size=32)
    with pytest.raises(UserError, match="one width, not of 16 and 32"):
        layer_similarity(bert(1), wide, batches(sentences(4, 1), 2), states)
