"""Pages of many charts: how large they are, how soon they stand, that they scroll and narrow."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from visiting import Visit

from tombola.report.build import _charts
from tombola.report.page.chart import ShownChart
from tombola.report.page.render import page
from tombola.report.reading import Tables
from tombola.report.study import Study

MOST_BYTES, MOST_SECONDS = 5_000_000, 3.0
"""Of a page of 66 charts: its size; work of the browser's main thread until it can be read."""


@pytest.fixture(scope="module")
def charts(clean: Path) -> list[ShownChart]:
    return list(_charts(Tables.read(clean)))


def many(charts: list[ShownChart], n: int) -> list[ShownChart]:
    """So many charts, each with numbers of its own."""
    made = []
    for i in range(n):
        chart, rng = charts[i % len(charts)], random.Random(i)
        rows = {
            name: [{c: _moved(value, rng) for c, value in row.items()} for row in data]
            for name, data in chart.spec["datasets"].items()
        }
        spec = {**chart.spec, "datasets": rows}
        facets = {**chart.facets, "task": (f"task {i % 7}",)}
        made.append(replace(chart, stem=f"{chart.stem}-{i}", spec=spec, facets=facets))
    return made


def _moved(value: Any, rng: random.Random) -> Any:
    return round(value * rng.uniform(0.98, 1.02), 5) if isinstance(value, float) else value


@pytest.mark.long
def test_a_page_of_66_charts_is_small_and_soon_there(
    browser: Any,
    clean: Path,
    charts: list[ShownChart],
    tmp_path: Path,
) -> None:
    out = tmp_path / "report.html"
    out.write_text(page(Study(), Tables.read(clean), many(charts, 66)), encoding="utf-8")
    assert out.stat().st_size < MOST_BYTES
    context = browser.new_context(offline=True)
    visit = context.new_page()
    asked = context.new_cdp_session(visit)
    # what the thread worked, not how long others kept it waiting
    asked.send("Performance.enable", {"timeDomain": "threadTicks"})
    visit.goto(out.as_uri())
    visit.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
    metrics = {m["name"]: m["value"] for m in asked.send("Performance.getMetrics")["metrics"]}
    assert metrics["TaskDuration"] < MOST_SECONDS
    context.close()


@pytest.mark.parametrize("n", [pytest.param(500, marks=pytest.mark.long)])
def test_hundreds_of_charts_open_scroll_and_narrow(
    browser: Any,
    clean: Path,
    charts: list[ShownChart],
    tmp_path: Path,
    n: int,
) -> None:
    shown = many(charts, n)
    out = tmp_path / "report.html"
    out.write_text(page(Study(), Tables.read(clean), shown), encoding="utf-8")
    last = shown[-1]
    visit = Visit(browser, out, place=f"#{last.id}")
    visit.page.wait_for_selector(f"#{last.id}[data-drawn=yes]", timeout=120_000)
    assert visit.page.locator(".chart").count() == n
    top = visit.page.evaluate(f"document.getElementById('{last.id}').getBoundingClientRect().top")
    assert 0 <= top < 900
    visit.page.locator(".facets summary").click()
    visit.page.locator("select[data-facet=task]").select_option("task 3")
    left = visit.page.locator("figure:not([hidden])").count()
    assert left == sum(chart.facets["task"] == ("task 3",) for chart in shown)
    assert visit.said == []
    visit.context.close()
