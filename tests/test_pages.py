"""What pages say: their code runs and prints what they show, their links lead somewhere."""

import json
import re
import urllib.parse
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs.site import check, notebooks, pictures, rewrite, shown, snippets, world

import tombola

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
TEXTS = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in PAGES}
BLOCKS = {name: snippets.blocks(text) for name, text in TEXTS.items()}
RUN = [name for name, found in BLOCKS.items() if any(b.run and not b.long for b in found)]
LONG = [name for name, found in BLOCKS.items() if any(b.run and b.long for b in found)]
NOT_RUN = {
    "README.md": ["minutes, and installs"],
    "docs/attention-patterns.md": ["reads maps of yours"],
    "docs/cluster.md": ["needs Ray, and a cluster", "needs a cluster", "needs a cluster"],
    "docs/devices.md": ["needs two GPUs", "needs a GPU", "needs a study that was run on both"],
    "docs/families.md": ["from src/tombola/anatomy/adapters/opt.py"],
    "docs/hub.md": ["needs the hub"],
    "docs/index.md": ["minutes, and installs"],
    "docs/install.md": ["installs", "changes the shell's settings"],
    "docs/lm-eval.md": ["needs lm_eval", "needs lm_eval"],
    "docs/own-criterion.md": ["a recipe of yours", "texts and a recipe of yours"],
    "docs/own-data.md": [
        "needs the hub, and models for such tasks",
        "needs the study that it names",
    ],
    "docs/own-step.md": ["its kind is a plug-in's"],
    "docs/results/bert-lottery/README.md": ["hours, on corpora"],
    "docs/results/cola-minilm/README.md": ["hours, on corpora"],
    "docs/results/pretraining/README.md": ["hours, on corpora"],
    "docs/results/probes/README.md": ["hours, on corpora"],
    "docs/results/sparse-nmt/README.md": ["hours, on corpora"],
    "docs/results/surgery/README.md": ["hours, on corpora", "hours, on corpora"],
    "docs/studies.md": ["hours, on corpora"],
    "docs/text.md": ["reads corpora"],
}
"""All blocks that are not run, and why; what they name is looked up."""
MADE = {
    "reference/claims.md",
    "reference/commands.md",
    "reference/tables.md",
    "gallery.md",
    "tutorials/translate-report.html",
}
MAY_BE = {"devices.md", "cluster.md"}
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(name: str, folder: Path, *, long: bool) -> None:
    """Run a page in a folder, and hold what it prints to what it says that it prints."""
    world.make(folder, ROOT / name)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block, printed in snippets.run(TEXTS[name], rewrite.call, names, long=long):
        assert snippets.holds(block, printed), f"{name}:{block.line}:\n{printed}"


@pytest.mark.parametrize("name", RUN)
def test_pages_run(name: str, folder: Path):
    checked(name, folder, long=False)


@pytest.mark.long
@pytest.mark.parametrize("name", LONG)
def test_long_pages_run(name: str, folder: Path):
    checked(name, folder, long=True)


@pytest.mark.parametrize("name", [name for name, found in BLOCKS.items() if found])
def test_what_is_not_run_names_what_exists(name: str, folder: Path):
    world.give(folder, ROOT / name)
    for block in BLOCKS[name]:
        try:
            shown.look(block)
        except Exception as problem:
            raise AssertionError(f"{name}:{block.line}: {problem}") from problem


def test_every_block_is_run_or_says_why_it_is_not():
    said = {name: [b.why for b in found if b.why is not None] for name, found in BLOCKS.items()}
    assert {name: why for name, why in said.items() if why} == NOT_RUN
    for name, found in BLOCKS.items():
        for words in (each for b in found if b.run and b.language == "sh" for each in lines(b)):
            assert words[0] in ("tombola", "make"), (name, words)


def lines(block: snippets.Block) -> list[list[str]]:
    return list(snippets.lines(block.body))


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_to_pages_and_headings(name: str):
    here = (ROOT / name).parent
    for target in LINK.findall(re.sub(r"```.*?```", "", TEXTS[name], flags=re.DOTALL)):
        path, _, heading = urllib.parse.unquote(target).partition("#")
        if "://" in path:
            continue
        there = (here / path).resolve() if path else ROOT / name
        if there.is_relative_to(ROOT / "docs") and str(there.relative_to(ROOT / "docs")) in MADE:
            continue
        assert there.exists(), target
        if heading and there.suffix == ".md":
            assert heading in headings(there.read_text("utf-8")), target


def headings(text: str) -> set[str]:
    """The anchors of a page."""
    lines = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", line.lower()) for line in lines)
    return {line.strip().replace(" ", "-") for line in plain}


def test_every_name_that_pages_use_exists():
    for page, text in TEXTS.items():
        for name in re.findall(r"\btombola\.([a-z]\w*)\(", text, flags=re.IGNORECASE):
            assert hasattr(tombola, name), (page, name)


def test_the_site_leads_to_every_page():
    settings = yaml.safe_load((ROOT / "docs" / "site" / "mkdocs.yml").read_text("utf-8"))
    said = set(re.findall(r"[\w./-]+\.md", json.dumps(settings["nav"])))
    there = {str(p.relative_to(ROOT / "docs")) for p in PAGES if p.is_relative_to(ROOT / "docs")}
    assert there <= said, there - said
    for name in said - there - MADE - {"contributing.md", "changelog.md"} - MAY_BE:
        assert name.startswith("reference/python"), name


PAGE = """\
# A page

```python
x = 1
print(x + 0.25)
```

```text
7.5
```

<!-- shown: why -->
```python
raise ValueError
```

```sh
pip install nothing
tombola run \\
  "a b"   # said
```
"""


def test_blocks_are_run_in_order_and_numbers_may_differ():
    calls: list[list[str]] = []
    done = list(snippets.run(PAGE, lambda words: calls.append(words) or "", {}))
    assert [(block.language, said) for block, said in done] == [("python", "1.25\n"), ("sh", "")]
    assert calls == [["run", "a b"]]
    assert snippets.holds(*done[0])
    assert not snippets.holds(done[0][0], "b 1")
    assert snippets.holds(replace(done[0][0], varies=True), "b 1")
    assert "```text\n1.25\n```" in snippets.rewritten(PAGE, lambda words: "", {})
    with pytest.raises(AssertionError, match=r"(?s)line 4: .*NameError"):
        list(snippets.run("# A\n\n```python\nnothing\n```\n", lambda words: "", {}))


def test_a_page_is_a_notebook_too():
    made = notebooks.notebook(PAGE, {4: "1.25\n"})
    kinds = [cell["cell_type"] for cell in made["cells"]]
    assert kinds == ["markdown", "code", "markdown", "code"]
    assert made["cells"][1]["source"] == "x = 1\nprint(x + 0.25)"
    assert made["cells"][1]["outputs"][0]["text"] == "1.25\n"
    assert made["cells"][3]["source"] == '!pip install nothing\n!tombola run \\\n  "a b"   # said'
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)


def test_a_built_site_is_looked_through(tmp_path: Path):
    (tmp_path / "a.html").write_text(
        '<link rel="stylesheet" href="a.css"><h1 id="x">A</h1><a href="b.html#y">b</a>'
        '<a href="https://example.org">out</a><a href="#x">here</a><img src="data:image/png,">'
    )
    (tmp_path / "b.html").write_text(
        '<script src="https://example.org/a.js"></script>'
        '<a href="a.html#z">z</a><a href="c.md">c</a>'
    )
    assert list(check.faults(tmp_path)) == [
        "a.html: loads a.css",
        "a.html: b.html#y: no such heading",
        "b.html: loads https://example.org/a.js",
        "b.html: a.html#z: no such heading",
        "b.html: c.md leads nowhere",
    ]


def test_pictures_for_paper_are_as_wide_as_a_page_would_have_them():
    results = ROOT / "docs" / "results" / "cola-minilm"
    said = pictures.sized("![a](score.png) ![b](score.pdf)", results)
    width = int(re.findall(r"width=(\d+)", said)[0])
    assert 200 < width < 800
    assert said.endswith("} ![b](score.pdf)")
    assert pictures.sized(said, results) == said
