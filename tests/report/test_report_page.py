"""The page in a real browser, offline: it draws every figure and runs nothing it should not."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import synthetic

from tombola.report.parts import part_of
from tombola.report.reading import Tables

CHROMIUM = os.environ.get("TOMBOLA_CHROMIUM") or shutil.which("chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright installed")
if CHROMIUM is None:
    pytest.skip("no chromium: set TOMBOLA_CHROMIUM to its path", allow_module_level=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """An open page and everything it said, asked for or popped up."""

    def __init__(self, browser: Any, path: Path, width: int = 1280) -> None:
        size = {"width": width, "height": 900}
        self.context = browser.new_context(viewport=size, offline=True)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", self._dialog)
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-drawn=all]", state="attached", timeout=60_000)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@pytest.fixture(scope="module")
def clean_visit(browser: Any, clean: Path) -> Iterator[Visit]:
    visit = Visit(browser, clean / "report.html")
    yield visit
    visit.context.close()


@pytest.fixture(scope="module")
def hostile_visit(browser: Any, hostile: Path) -> Iterator[Visit]:
    visit = Visit(browser, hostile / "report.html")
    yield visit
    visit.context.close()


@pytest.mark.parametrize("which", ["clean", "hostile"])
def test_every_figure_is_drawn_without_a_word_or_a_request(
    which: str, request: pytest.FixtureRequest
) -> None:
    visit = request.getfixturevalue(f"{which}_visit")
    stems = {path.stem for path in (request.getfixturevalue(which) / "figures").iterdir()}
    charts = visit.page.locator(".chart")
    assert charts.count() == len(stems)
    counts = charts.evaluate_all(
        "all => all.map(c => c.querySelectorAll('svg .role-mark :is(path, text)').length)"
    )
    assert min(counts) > 3
    assert (visit.said, visit.dialogs) == ([], [])
    assert [url for url in visit.requests if not url.startswith("file:")] == []
    assert len(visit.requests) == 1


def test_hostile_text_is_text(hostile_visit: Visit) -> None:
    page = hostile_visit.page
    assert page.locator("h1").inner_text() == synthetic.HOSTILE[1]
    body = page.locator("body").text_content()
    for text in (synthetic.HOSTILE[0], synthetic.HOSTILE[2]):
        assert text in body
    assert page.locator("img").count() == 0
    # The page's own three scripts and no other.
    assert page.locator("script").count() == 3
    assert page.title() == synthetic.HOSTILE[1]


def test_tooltips_show_hostile_text_as_text(hostile_visit: Visit) -> None:
    page = hostile_visit.page
    dot = page.locator("#" + page.locator(".chart").first.get_attribute("id"))
    dot.locator(".mark-symbol.role-mark path").first.hover(force=True)
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for(timeout=5000)
    assert synthetic.HOSTILE[0] in tooltip.inner_text()
    assert tooltip.locator("script, img").count() == 0
    assert (hostile_visit.said, hostile_visit.dialogs) == ([], [])


def test_injected_scripts_are_refused(browser: Any, clean: Path, tmp_path: Path) -> None:
    text = (clean / "report.html").read_text(encoding="utf-8")
    bad = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"
    (tmp_path / "report.html").write_text(text.replace("<main>", "<main>" + bad))
    visit = Visit(browser, tmp_path / "report.html")
    assert visit.page.title() != "owned"
    assert any("Content Security Policy" in said for said in visit.said)
    visit.context.close()


def test_the_slider_changes_the_round(clean_visit: Visit) -> None:
    chart = clean_visit.page.locator(".chart[id^=chart-where]")
    assert "Round 3: 48.8% sparsity" in chart.text_content()
    chart.locator("input[type=range]").fill("1")
    clean_visit.page.wait_for_function(
        "document.querySelector('[id^=chart-where]').textContent.includes('Round 1: 20.0%')"
    )


def test_pictures_have_names_and_the_story_has_its_order(clean_visit: Visit, clean: Path) -> None:
    pictures = clean_visit.page.locator(".chart svg[role=img]")
    names = pictures.evaluate_all("all => all.map(p => p.getAttribute('aria-label'))")
    assert len(names) == clean_visit.page.locator(".chart").count()
    assert all("acceptability" in name for name in names)
    parts = sorted(map(part_of, Tables.read(clean)), key=lambda part: (part.place, part.name))
    told = clean_visit.page.locator("h2").all_inner_texts()
    assert told == ["What was run", *(part.title for part in parts), "Signatures and files"]
    story = [
        "Score against sparsity", "What is shown to differ", "Where the weights went",
        "Which heads and MLPs matter", "What survives in both", "How layers moved",
        "What the probes say", "Weather", "The models", "Where each number comes from",
    ]  # fmt: skip
    assert sorted(story, key=told.index) == story
    links = clean_visit.page.locator("a[href^=tables], a[href^=figures]")
    hrefs = links.evaluate_all("all => all.map(a => a.href)")
    assert all(Path(href.removeprefix("file://")).exists() for href in hrefs)
    assert len(hrefs) > 20


def test_a_phone_need_not_scroll_sideways(browser: Any, clean: Path) -> None:
    visit = Visit(browser, clean / "report.html", width=400)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 400
    widths = visit.page.locator(".chart svg").evaluate_all(
        "all => all.map(svg => svg.viewBox.baseVal.width)"
    )
    assert max(widths) < 340  # drawn for a column (or two narrow panels), not shrunk to one
    assert visit.said == []
    visit.context.close()
