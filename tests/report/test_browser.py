"""The page in a browser with the network off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
"""Long enough for a slow machine to draw all charts."""
LIVE = "document.documentElement.dataset.charts === 'live'"


def _chromium() -> str | None:
    places = [os.environ.get("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser"]
    return next((place for place in places if place and Path(place).exists()), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = _chromium()
    if path is None:
        message = "no Chromium found; name one in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


def _open(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str], list[str]]:
    """Open the page offline; return it, what it asked for, and what it complained of."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    if options.get("java_script_enabled", True):
        page.wait_for_function(LIVE, timeout=WAIT_MS)
    return page, asked, complaints


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> tuple[Page, list[str], list[str]]:
    return _open(browser, address, viewport={"width": 1200, "height": 900}, color_scheme="light")


def test_page_asks_for_nothing_and_complains_of_nothing(
    opened: tuple[Page, list[str], list[str]], address: str
) -> None:
    _, asked, complaints = opened
    assert asked == [address]
    assert complaints == []


def test_every_chart_is_drawn(opened: tuple[Page, list[str], list[str]]) -> None:
    page = opened[0]
    counts = page.evaluate(
        "[...document.querySelectorAll('.plot')].map(p => [p.dataset.state,"
        " p.querySelectorAll('.live svg path').length, p.querySelector('.live').clientHeight])"
    )
    assert len(counts) == 18
    for state, marks, height in counts:
        assert state == "live"
        assert marks > 3
        assert height > 50


def test_hostile_text_does_nothing(opened: tuple[Page, list[str], list[str]]) -> None:
    page = opened[0]
    assert page.evaluate("window.evil === undefined")
    assert page.locator("main img").count() == 0


def test_code_from_text_is_refused(opened: tuple[Page, list[str], list[str]]) -> None:
    refused = opened[0].evaluate(
        "() => new Promise(done => setTimeout(() => {"
        " try { new Function('return 1')(); done('ran') } catch (e) { done(e.name) } }, 0))"
    )
    assert refused == "EvalError"


def test_hovering_tells_the_numbers(opened: tuple[Page, list[str], list[str]]) -> None:
    page = opened[0]
    chart = page.locator("#chart-relation-usa-pak .live svg")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for(timeout=WAIT_MS)
    assert "Indicators" in tip.inner_text()


def test_numbers_open_from_the_keyboard(opened: tuple[Page, list[str], list[str]]) -> None:
    page = opened[0]
    summary = page.locator("#figure-phases summary")
    table = page.locator("#figure-phases table")
    assert not table.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    assert table.locator("tbody tr").count() == 8


def test_button_turns_the_page_dark_and_back(browser: Browser, address: str) -> None:
    page, _, complaints = _open(browser, address, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    button = page.locator("#theme")
    assert (button.inner_text(), button.get_attribute("aria-pressed")) == ("Dark", "false")
    button.click()
    assert page.evaluate(paper) != light
    assert (button.inner_text(), button.get_attribute("aria-pressed")) == ("Light", "true")
    button.click()
    assert page.evaluate(paper) == light
    assert complaints == []


def test_system_theme_is_followed(browser: Browser, address: str) -> None:
    page, _, _ = _open(browser, address, color_scheme="dark")
    assert page.locator("#theme").inner_text() == "Light"
    line = page.locator("#chart-relation-usa-pak .live svg path[stroke='var(--ink)']").first
    stroke = line.evaluate("e => getComputedStyle(e).stroke")
    assert stroke == "rgb(233, 230, 223)"


def test_first_tab_offers_to_skip(browser: Browser, address: str) -> None:
    page, _, _ = _open(browser, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_narrow_screen_does_not_scroll_sideways(browser: Browser, address: str) -> None:
    page, _, complaints = _open(browser, address, viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = page.evaluate(
        "[...document.querySelectorAll('.live svg')]"
        ".filter(s => s.getBoundingClientRect().right > 391).length"
    )
    assert wide == 0
    assert complaints == []


def test_charts_show_without_scripts(browser: Browser, address: str) -> None:
    page, asked, _ = _open(browser, address, java_script_enabled=False)
    drawn = page.locator(".plot .drawn svg")
    assert drawn.count() == 18
    assert all(drawn.nth(i).is_visible() for i in range(18))
    assert not page.locator("#theme").is_visible()
    assert asked == [address]


def test_paper_gets_the_drawn_charts(browser: Browser, address: str) -> None:
    page, _, _ = _open(browser, address, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator("#chart-phases .drawn").first.is_visible()
    assert not page.locator("#chart-phases .live").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_settlements_tell_the_concept_and_fit_a_narrow_screen(
    browser: Browser, address: str
) -> None:
    page, _, _ = _open(browser, address, viewport={"width": 390, "height": 844})
    chart = page.locator("#chart-talks-made-up-depth .live svg")
    chart.scroll_into_view_if_needed()
    labels = chart.locator("text").all_text_contents()
    assert "Weighted mean" in labels
    assert "20" in labels
    boxes = chart.evaluate(
        "e => { const right = e.getBoundingClientRect().right;"
        " return [...e.querySelectorAll('text')].map(t => t.getBoundingClientRect())"
        ".filter(b => b.left < 0 || b.right > right + 1).length }"
    )
    assert boxes == 0
