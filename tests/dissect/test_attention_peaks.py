"""How peaked attention is, and what is no map of attention."""

import pytest
from attention_maps import SOURCE, TARGET, maps, visible
from dissect_models import batches, marian

from tombola import UserError
from tombola.dissect import attention_peaks


def test_peaks_are_counted_head_by_head() -> None:
    model = marian(seed=3)
    found = {
        (one.stack, one.layer, one.head, one.rows): one
        for one in attention_peaks(model, batches(SOURCE, 5, targets=TARGET), bar=0.5)
    }
    for stack, layers in maps(model).items():
        every = []
        for number, layer in enumerate(layers, 1):
            for head in range(2):
                peaked = [
                    (float(row.max()) > 0.5, int(seen.sum()) > 1)
                    for one in layer
                    for row, seen in zip(one[head], visible(stack, one[head][None]), strict=True)
                ]
                every += peaked
                own = found[stack, number, head, "all"]
                assert (own.share, own.n) == pytest.approx(share([p for p, _ in peaked]))
                some = found[stack, number, head, "several"]
                assert (some.share, some.n) == pytest.approx(share([p for p, m in peaked if m]))
                assert own.low <= own.share <= own.high
        whole = found[stack, 0, -1, "all"]
        assert (whole.share, whole.n) == pytest.approx(share([p for p, _ in every]))
    assert found["decoder", 0, -1, "all"].share > found["decoder", 0, -1, "several"].share


def share(of: list[bool]) -> tuple[float, int]:
    return sum(of) / len(of), len(of)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("decoder_attentions", lambda maps: None, "does not show its attention"),
        ("decoder_attentions", lambda maps: maps[:0], "no map for each of its layers"),
        ("decoder_attentions", lambda maps: maps[:1] + maps[:1], "no map for each of its layers"),
        ("decoder_attentions", lambda maps: [m.flip(3) for m in maps], "later positions"),
        ("cross_attentions", lambda maps: [m.transpose(2, 3) for m in maps], "shows attention of"),
        ("cross_attentions", lambda maps: [m / 2 for m in maps], "not to 1"),
        ("encoder_attentions", lambda maps: [m.mean(1)[:, None] for m in maps], "1 maps for 2"),
    ],
)
def test_maps_that_are_none_are_an_error(monkeypatch, name: str, change, words: str) -> None:
    model = marian(seed=3)
    forward = type(model.model).forward

    def spoilt(self, *args, **more):
        out = forward(self, *args, **more)
        out[name] = change(out[name])
        return out

    monkeypatch.setattr(type(model.model), "forward", spoilt)
    with pytest.raises(UserError, match=words):
        attention_peaks(model, batches(SOURCE, 8, targets=TARGET))


def test_a_model_without_eager_attention_is_an_error_and_comes_back(monkeypatch) -> None:
    model = marian(seed=3)
    before = model.config._attn_implementation

    def refuse(self, name: str) -> None:
        if name == "eager":
            raise ValueError("none here")

    monkeypatch.setattr(type(model), "set_attn_implementation", refuse)
    with pytest.raises(UserError, match="cannot show its attention: none here"):
        attention_peaks(model, batches(SOURCE, 8, targets=TARGET))
    assert model.config._attn_implementation == before
