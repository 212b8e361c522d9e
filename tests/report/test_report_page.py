"""The page in a real browser, offline: it draws every figure and runs nothing it should not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import synthetic
from visiting import Visit

from tombola.report.parts import part_of
from tombola.report.reading import Tables


@pytest.fixture(scope="module")
def clean_visit(browser: Any, clean: Path) -> Iterator[Visit]:
    visit = Visit(browser, clean / "report.html")
    visit.unfold()
    yield visit
    visit.context.close()


@pytest.fixture(scope="module")
def hostile_visit(browser: Any, hostile: Path) -> Iterator[Visit]:
    visit = Visit(browser, hostile / "report.html")
    visit.unfold()
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
    # The page's own two scripts, its data, and nothing else.
    assert page.locator("script").count() == 4
    assert page.locator("script[type='text/plain']").count() == 2
    assert page.title() == synthetic.HOSTILE[1]


def test_tooltips_show_hostile_text_as_text(hostile_visit: Visit) -> None:
    page = hostile_visit.page
    dot = page.locator("#" + page.locator(".chart").first.get_attribute("id"))
    dot.locator(".mark-symbol.role-mark path").first.hover(force=True)
    tooltip = page.locator("#tip:not([hidden])")
    tooltip.wait_for(timeout=5000)
    assert synthetic.HOSTILE[0] in tooltip.inner_text()
    assert tooltip.locator("script, img").count() == 0
    assert (hostile_visit.said, hostile_visit.dialogs) == ([], [])


def test_arrow_keys_read_a_chart_in_five_lines_that_hide_nothing_of_it(clean_visit: Visit) -> None:
    page = clean_visit.page
    chart = page.locator(".chart").first
    chart.scroll_into_view_if_needed()
    chart.focus()
    chart.press("ArrowRight")
    tip = page.locator("#tip:not([hidden])")
    first = tip.inner_text()
    assert 2 <= tip.locator("div").count() <= 5
    assert "95% interval" in first
    chart.press("ArrowRight")
    assert tip.inner_text() != first
    tip, drawn = tip.bounding_box(), chart.locator("svg").bounding_box()
    assert tip["y"] >= drawn["y"] + drawn["height"] or tip["y"] + tip["height"] <= drawn["y"]
    chart.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_what_is_taken_along_comes_from_inside_the_page(clean_visit: Visit, clean: Path) -> None:
    page = clean_visit.page
    place = page.locator(".chart").first.get_attribute("id")

    def saved(selector: str) -> tuple[str, bytes]:
        with page.expect_download() as found:
            page.locator(selector).first.click()
        return found.value.suggested_filename, Path(found.value.path()).read_bytes()

    name, png = saved(f"button[data-chart='{place}'][data-kind=png]")
    assert name == f"{place.removeprefix('chart-')}.png"
    assert png.startswith(b"\x89PNG")
    assert saved(f"button[data-chart='{place}'][data-kind=svg]")[1].startswith(b"<svg")
    assert b"95% interval" in saved(f"button[data-chart='{place}'][data-kind=csv]")[1]
    assert b"toprule" in saved(f"button[data-chart='{place}'][data-kind=tex]")[1]
    name, table = saved("button[data-name='scores.csv']")
    assert (name, table) == ("scores.csv", (clean / "tables" / "scores.csv").read_bytes())
    assert b"@software{tombola" in saved("button[data-name='cite.bib']")[1]
    assert page.locator(f"#{place} ~ .behind tbody tr").count() > 3


def test_all_charts_are_narrowed_and_the_address_says_so(browser: Any, clean: Path) -> None:
    visit = Visit(browser, clean / "report.html", place="#sparsity&round=2")
    assert visit.page.locator("#narrowed").text_content() == "round 2"
    assert "Round 2:" in visit.page.locator(".chart[id^=chart-where]").text_content()
    page = visit.page
    page.locator(".facets summary").click()
    page.locator("#all").click()
    assert page.evaluate("location.hash") == ""
    page.locator("select[data-facet=round]").select_option("1")
    assert page.evaluate("location.hash") == "#&round%3D1"
    assert page.evaluate("tabled(page.charts[charts()[0].id]).rows.every(r => !r.includes(2))")
    matches = page.locator(".chart[id^=chart-matches]").first
    matches.evaluate("draw")  # neurons were matched in the last round alone
    assert matches.text_content() == "Of what is chosen there is nothing here."
    assert visit.said == []
    visit.context.close()


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
    titles = [part.title for part in parts]
    ends = ["Index of charts", "Signatures and files"]
    assert told == ["The answer", "What was run", *titles, *ends]
    story = [
        "Score against sparsity", "What is shown to differ", "Where the weights went",
        "Which heads and MLPs matter", "What survives in both", "How layers moved",
        "What the probes say", "Weather", "The models", "Where each number comes from",
    ]  # fmt: skip
    assert sorted(story, key=told.index) == story
    hrefs = clean_visit.page.locator("a").evaluate_all("all => all.map(a => a.hash)")
    assert all(clean_visit.page.locator(f"[id='{href[1:]}']").count() == 1 for href in hrefs)
    assert len(hrefs) > 20


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (900, "light"), (1440, "dark")])
def test_nothing_is_wider_than_the_window(
    browser: Any, hostile: Path, width: int, scheme: str
) -> None:
    visit = Visit(browser, hostile / "report.html", width=width, scheme=scheme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.said == []
    visit.context.close()


def test_paper_has_the_answer_first_and_little_else(clean_visit: Visit, tmp_path: Path) -> None:
    visit = clean_visit
    visit.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false })")
    pdf = visit.page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert 2 <= pdf.count(b"/Type /Page\n") <= 25
    visit.page.emulate_media(media="print")
    wide = visit.page.evaluate(
        "[...document.querySelectorAll('main svg')].filter(s => s.getBoundingClientRect().right > "
        "document.documentElement.clientWidth + 1).length"
    )
    assert wide == 0
    assert visit.page.locator("#bar, #files").evaluate_all(
        "all => all.every(e => getComputedStyle(e).display === 'none')"
    )
    visit.page.emulate_media(media="screen")
    assert visit.said == []


AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: npm install --prefix tests/report")
def test_an_accessibility_checker_finds_nothing_serious(
    browser: Any, clean: Path, scheme: str
) -> None:
    # The checker is no script of the page's, so it needs leave to run.
    visit = Visit(browser, clean / "report.html", scheme=scheme, bypass_csp=True)
    visit.page.add_script_tag(path=AXE)
    found = visit.page.evaluate("axe.run({exclude: ['.chart svg']})")["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in serious] == []
    visit.context.close()


def test_a_phone_need_not_scroll_sideways(browser: Any, clean: Path) -> None:
    visit = Visit(browser, clean / "report.html", width=400)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 400
    widths = visit.page.locator(".chart svg").evaluate_all(
        "all => all.map(svg => svg.viewBox.baseVal.width)"
    )
    assert max(widths) < 340  # drawn for a column (or two narrow panels), not shrunk to one
    assert visit.said == []
    visit.context.close()
