"""The picture of a model: what is drawn, in which colour, and that no name breaks out of it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import torch
from transformers import BertConfig, BertModel

from anatomy.tiny import bert_config, marian_config, transformer_big
from tombola.anatomy import Inspection, load_model, remove
from tombola.verbs import inspect
from tombola.verbs.inspection.picture import picture
from tombola.verbs.inspection.svg import shade, shortened, text_width

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script>&lt;\"'\x1b\x00\ud800" + "long " * 60


def read(inspection: Inspection) -> ET.Element:
    return ET.fromstring(picture(inspection))


def boxes(root: ET.Element, kind: str) -> list[ET.Element]:
    return [box for box in root.iter(f"{SVG}rect") if box.get("class") == kind]


def tip(box: ET.Element) -> str:
    return box.findtext(f"{SVG}title") or ""


def zeroed() -> BertModel:
    """Head 2 of layer 1 all zero, half of the MLP of layer 0."""
    model: Any = load_model(bert_config())
    attention = model.encoder.layer[1].attention
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1)
        for projection in (attention.self.query, attention.self.key, attention.self.value):
            projection.weight[8:12] = 0
        attention.output.dense.weight[:, 8:12] = 0
        model.encoder.layer[0].intermediate.dense.weight.zero_()
    return model


def test_every_part_is_drawn_once() -> None:
    root = read(inspect(transformer_big()))
    assert len(boxes(root, "head")) == 16 * (6 + 6 + 6)
    assert len(boxes(root, "mlp")) == 12
    assert len(boxes(root, "layer")) == 12
    assert len({tip(box) for box in boxes(root, "head")}) == 16 * 18
    assert len(boxes(root, "embeddings")) == 1
    assert not boxes(root, "pooler")
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert {"encoder", "decoder", "cross-attention", "16 heads × 64"} <= set(words)
    assert "sparsity is not known" in "".join(map(str, words))
    assert len({box.get("fill") for box in boxes(root, "head")}) == 1


def test_the_input_is_at_the_bottom() -> None:
    heads = boxes(read(inspect(marian_config())), "head")
    heights = {tip(box): float(box.get("y", "nan")) for box in heads}
    rows = [
        next(y for words, y in heights.items() if words.startswith(f"decoder layer {place}"))
        for place in ("0, self", "0, cross", "1, self", "1, cross")
    ]
    assert rows == sorted(rows, reverse=True)


def test_colour_is_sparsity() -> None:
    root = read(inspect(zeroed()))
    fills = {tip(box).split(":")[0]: box.get("fill") for box in boxes(root, "head")}
    assert fills.pop("encoder layer 1, self-attention, head 2") == "#08306b"
    assert set(fills.values()) == {"#ffffff"}
    bars = [box.get("fill") for box in boxes(root, "mlp")]
    assert bars == ["#ffffff", shade(0.5)]  # the upper layer first
    assert "50.0% zero" in tip(boxes(root, "mlp")[1])
    assert "100.0% zero" in "".join(map(tip, boxes(root, "head")))


def test_shades_darken_all_the_way_and_grey_is_none_of_them() -> None:
    def lightness(color: str) -> float:
        red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    shades = [shade(i / 100) for i in range(101)]
    light = [lightness(color) for color in shades]
    assert all(a > b for a, b in pairwise(light))
    assert (shades[0], shades[-1]) == ("#ffffff", "#08306b")
    assert shade(None) not in shades


def test_a_bar_is_as_long_as_it_has_neurons_and_gone_parts_are_gaps() -> None:
    model: Any = load_model(marian_config())  # 24 neurons in the encoder, 20 in the decoder
    root = read(inspect(remove(model, {"encoder.1.self": [0, 2]}, ["decoder.0.mlp"])))
    widths = [float(bar.get("width", "nan")) for bar in boxes(root, "mlp")]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 1, 20 / 24, 0])
    tips = [tip(box).split(", head")[0] for box in boxes(root, "head")]
    assert tips.count("encoder layer 1, self-attention") == 2
    assert tips.count("encoder layer 0, self-attention") == 4


def test_heads_that_cannot_be_told_apart_are_one_bar() -> None:
    found = inspect(bert_config())
    blocks = tuple(replace(block, by_head=None) for block in found.blocks)
    root = read(replace(found, blocks=blocks))
    assert not boxes(root, "head")
    assert [tip(bar).split(":")[0] for bar in boxes(root, "self")] == [
        "encoder layer 1, self-attention",
        "encoder layer 0, self-attention",
    ]


def test_names_stay_text() -> None:
    hostile = replace(inspect(bert_config()), source=HOSTILE, architecture=HOSTILE, family=HOSTILE)
    text = picture(hostile)
    root = ET.fromstring(text)
    assert not list(root.iter(f"{SVG}script"))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "rect", "text", "title", "polyline", "polygon",
    }  # fmt: skip
    assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)
    assert any(
        "<script>alert(1)</script>&lt;\"'\ufffd\ufffd\ufffd" in (element.text or "")
        for element in root.iter(f"{SVG}title")
    )
    text.encode("utf-8")


def test_the_same_model_is_the_same_picture() -> None:
    assert picture(inspect(zeroed())) == inspect(zeroed()).svg()


def test_long_words_lose_their_middle() -> None:
    words = shortened("/a/very/long/path/to/a/model", 100, 11)
    assert text_width(words, 11) <= 100
    assert words.startswith("/a/ver")
    assert words.endswith("/model")
    assert "…" in words
    assert shortened("short", 100, 11) == "short"


CHROMIUM = os.environ.get("TOMBOLA_CHROMIUM") or shutil.which("chromium")

MEASURE = """() => {
    const sheet = document.documentElement.viewBox.baseVal;
    const texts = [...document.querySelectorAll("text")].map(t => {
        const b = t.getBBox();
        return {words: t.firstChild.data, l: b.x, r: b.x + b.width, t: b.y, b: b.y + b.height};
    });
    const cells = [...document.querySelectorAll(".head, .mlp, .self")].map(t => {
        const b = t.getBBox();
        return {words: "cell", l: b.x, r: b.x + b.width, t: b.y, b: b.y + b.height};
    });
    const meet = (a, b) => a.l < b.r && b.l < a.r && a.t + 1 < b.b && b.t + 1 < a.b;
    const wrong = [];
    texts.forEach((a, i) => {
        if (a.l < 0 || a.t < 0 || a.r > sheet.width || a.b > sheet.height)
            wrong.push("outside: " + a.words);
        for (const b of [...texts.slice(i + 1), ...cells])
            if (meet(a, b)) wrong.push(a.words + " | " + b.words);
    });
    return wrong;
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright installed")
    if CHROMIUM is None:
        pytest.skip("no chromium: set TOMBOLA_CHROMIUM to its path")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_context(offline=True).new_page()
        browser.close()


@pytest.mark.parametrize("which", ["big", "deep", "tiny", "zeros", "hostile"])
def test_nothing_overlaps_in_a_browser(which: str, page: Any, tmp_path: Path) -> None:
    wide: dict[str, Any] = {"hidden_size": 8192, "num_attention_heads": 128}
    found = {
        "big": lambda: inspect(transformer_big()),
        "deep": lambda: inspect(BertConfig(num_hidden_layers=48, intermediate_size=32768, **wide)),
        "tiny": lambda: inspect(bert_config(num_hidden_layers=1, num_attention_heads=1)),
        "zeros": lambda: inspect(zeroed()),
        "hostile": lambda: replace(inspect(marian_config()), source="無" * 300, family="W" * 300),
    }[which]()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    path = tmp_path / "picture.svg"
    path.write_text(found.svg(), encoding="utf-8")
    page.goto(path.as_uri())
    assert page.evaluate("document.querySelectorAll('text').length") > 10
    assert page.evaluate(MEASURE) == []
    assert said == []
