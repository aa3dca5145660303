"""The page as text: self-contained, safe, complete, readable."""

from __future__ import annotations

import dataclasses
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import realpolitik.report
from realpolitik.report.page import render
from realpolitik.report.record import Assessment
from realpolitik.report.sections import sections

MAX_BYTES = 4_000_000
AA = 4.5
"""Contrast of normal text that WCAG 2.2 asks for at level AA."""
CSS = Path(realpolitik.report.__file__).parent / "static" / "page.css"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed(html)
    return parser.found


def _without_scripts(html: str) -> str:
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_same_record_same_bytes(record: Assessment, html: str) -> None:
    assert render(record) == html


def test_page_is_of_sane_size(html: str) -> None:
    assert len(html.encode()) < MAX_BYTES


def test_nothing_is_fetched(elements: list[tuple[str, dict[str, str | None]]], html: str) -> None:
    assert not [tag for tag, _ in elements if tag in ("iframe", "object", "embed", "base", "img")]
    for tag, attributes in elements:
        for name in ("src", "href", "xlink:href", "action"):
            value = attributes.get(name) or "#"
            assert value.startswith("#") or value == "data:,", (tag, value)
    assert not re.search(r"url\((?!#)|@import", _without_scripts(html))


def test_policy_forbids_everything_but_the_pages_own_scripts(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe-eval" not in policy[1]


def test_text_from_files_is_escaped(html: str) -> None:
    shown = _without_scripts(html)
    assert "&lt;script&gt;window.evil = 1&lt;/script&gt;" in shown
    assert "<img" not in shown
    assert "<script>window.evil" not in html


def test_ids_are_unique(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    ids = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert sorted(ids) == sorted(set(ids))


def test_headings_go_down_one_level_at_a_time(
    elements: list[tuple[str, dict[str, str | None]]],
) -> None:
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1


def test_landmarks_and_skip_link(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    tags = [tag for tag, _ in elements]
    assert [tags.count(tag) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    links = [attributes.get("href") for tag, attributes in elements if tag == "a"]
    assert links[0] == "#content"


def test_every_section_is_linked_and_titled(record: Assessment, html: str) -> None:
    for section in sections(record):
        assert f'<a href="#{section.key}">' in html
        assert f'<h2 id="{section.key}-title">' in html


def test_indices_are_shown_with_their_ranges_and_gaps(record: Assessment, html: str) -> None:
    (section,) = [section for section in sections(record) if section.key == "indices"]
    rows = {row["label"]: row for (row,) in section.context["rows"].values()}
    power, deaths = (rows[f"Made-up {name}"] for name in ("power", "deaths"))
    assert (power["value"], power["range"], power["year"]) == ("74.0%", "67.8% to 74.0%", 2014)
    assert power["earlier"] == "64.0%"
    assert power["remark"].startswith("share of world; range 90% of nothing; ")
    assert (deaths["value"], deaths["range"], deaths["earlier"]) == ("0.74", "", "")
    assert set(rows) == {"Made-up power", "Made-up deaths"}
    assert "Without a value in these years: Made-up silence (USA → PAK)." in html
    assert "influence: no great power" in html


def test_issues_are_shown_with_the_baseline_first(record: Assessment, html: str) -> None:
    (section,) = [section for section in sections(record) if section.key == "talks"]
    depth, price = section.charts
    assert depth.table.rows[0][:4] == ("Weighted mean", "40.5", "32.5", "49.2")
    assert price.table.rows[1][:4] == ("Nash bargain", "no data", "no data", "no data")
    assert "Zone of agreement: 25 to 80; chance that there is one 0.93" in depth.alt
    assert depth.drawing.rows["zone"] == [{"low": 25, "high": 80}]
    assert price.drawing.rows["zone"] == price.drawing.rows["status_quo"] == []
    assert "not known, since no deal cannot be valued" in price.alt
    assert "Would rather have no deal than the weighted mean" in html
    assert "Alternating offers: needs discount for USA" in html


def test_no_issues_no_section(record: Assessment) -> None:
    without = render(dataclasses.replace(record, talks=()))
    assert "talks" not in _without_scripts(without)


def test_every_chart_has_words_and_numbers(record: Assessment, html: str) -> None:
    charts = [chart for section in sections(record) for chart in section.charts]
    assert len(charts) == 18
    for chart in charts:
        assert len(chart.alt) > 40
        assert chart.table.rows
        assert {len(row) for row in chart.table.rows} == {len(chart.table.columns)}
        assert re.search(
            rf'id="chart-{chart.key}" data-chart="{chart.key}" role="img" aria-label="[^"]{{40,}}"',
            html,
        )


def test_charts_obey_the_grammar(record: Assessment) -> None:
    """Altair checks each specification against the schema of Vega-Lite."""
    for section in sections(record):
        for chart in section.charts:
            assert chart.drawing.chart.to_dict()["$schema"].startswith(
                "https://vega.github.io/schema/vega-l"
            )


def _theme(css: str, opening: str) -> dict[str, str]:
    block = css[css.index(opening) :]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("opening", [":root {", ':root[data-theme="dark"] {'])
@pytest.mark.parametrize("name", ["ink", "muted", "plus", "minus", "link", "party-a", "party-b"])
def test_text_stands_out(opening: str, name: str) -> None:
    theme = _theme(CSS.read_text(encoding="utf-8"), opening)
    bright, dim = sorted((_luminance(theme[name]), _luminance(theme["paper"])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= AA


def test_dark_theme_is_the_same_by_system_and_by_button() -> None:
    css = CSS.read_text(encoding="utf-8")
    by_system = _theme(css, ':root:not([data-theme="light"]) {')
    assert by_system == _theme(css, ':root[data-theme="dark"] {')
    assert by_system["paper"] != _theme(css, ":root {")["paper"]
