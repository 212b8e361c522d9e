"""Movva & Zhao (2020): what they say of where weights go, and of scores by sparsity."""

from pathlib import Path

import pytest
from module_tables import Shares, made, tables_of
from module_tables import published as read_published
from test_claims import study, verdict

from tombola.report import CLAIMS, Tables


@pytest.fixture(scope="module")
def published() -> Shares:
    return read_published()


@pytest.mark.parametrize("name", ["mz-ff-late", "mz-self-first", "mz-cross-least"])
def test_the_papers_own_tickets_support_its_claims(published: Shares, name: str) -> None:
    found = CLAIMS[name].test(tables_of(published, (1, 2)))
    assert found.verdict == "supported", found.statistic
    assert found.seeds == 2
    alone = CLAIMS[name].test(tables_of(published, (1,)))
    assert alone.verdict == "undecided"  # one seed says nothing of others
    assert "no interval" in alone.statistic


def test_values_and_outputs_are_sparser_in_their_self_attentions_only(published: Shares) -> None:
    found = CLAIMS["mz-value-out"].test(tables_of(published, (1, 2)))
    assert found.verdict == "contradicted"
    assert "Encoder self-attention (supported)" in found.statistic
    assert "Decoder self-attention (supported)" in found.statistic
    assert "Encoder-decoder attention (contradicted)" in found.statistic


@pytest.mark.parametrize("name", ["mz-ff-late", "mz-self-first", "mz-cross-least", "mz-value-out"])
def test_the_opposite_contradicts_them_and_nothing_is_silence(name: str) -> None:
    assert CLAIMS[name].test(tables_of({"a": made()}, (1, 2))).verdict == "supported"
    assert CLAIMS[name].test(tables_of({"a": made(-1)}, (1, 2))).verdict == "contradicted"
    assert CLAIMS[name].test(Tables({})).verdict == "silent"


def test_a_knee_is_a_steeper_slope_behind_it(tmp_path: Path) -> None:
    def rows(*ends: float) -> list[tuple[str, float, float, float]]:
        sparsities = (0.2, 0.5, 0.79, 0.87)
        return [("none", s, e - 0.01, e + 0.01) for s, e in zip(sparsities, ends, strict=True)]

    found = {
        "supported": rows(0, 0, -0.01, -0.2),
        "contradicted": rows(0, -0.2, -0.4, -0.38),
        "undecided": rows(0, -0.02, -0.03, -0.03),
        "silent": rows(0, 0, -0.01, -0.2)[:3],
    }
    for expected, held in found.items():
        assert verdict("mz-knee", study(tmp_path / expected, *held)) == expected


def test_random_must_fall_behind_more_with_sparsity(tmp_path: Path) -> None:
    falling = ("random", 0.4, 0.4, 0.45), ("random", 0.8, 0.1, 0.15)
    assert verdict("mz-random", study(tmp_path, *falling)) == "contradicted"
