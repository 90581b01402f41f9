"""Fifty real browsers have one section of one application open and write into it. No character is lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext
from tests.browser.conftest import DESKTOP, acknowledged, enter_as

PEOPLE = 50
KEY = "common_goals"
PATIENCE = 120_000
"""Milliseconds: fifty browsers share the machine with the site."""


@pytest.fixture
def contexts(browser: Browser, site: str) -> Iterator[list[BrowserContext]]:
    """Fifty browsers in which Giulia or Jonas has signed in."""
    sessions = []
    for name in ("Giulia Doria", "Jonas Wendt"):
        first = browser.new_context(base_url=site)
        enter_as(first.new_page(), name)
        sessions.append(first.storage_state())
        first.close()
    opened = [
        browser.new_context(base_url=site, viewport=DESKTOP, storage_state=sessions[n % 2])  # type: ignore[arg-type]
        for n in range(PEOPLE)
    ]
    for context in opened:
        context.set_default_timeout(PATIENCE)
    yield opened
    for context in opened:
        context.close()


def test_fifty_browsers_write_into_one_field(contexts: list[BrowserContext]) -> None:
    pages = [context.new_page() for context in contexts]
    pages[0].goto("/proposals")
    whole = pages[0].get_by_role("link", name="Quiet Harbours").get_attribute("href")
    for page in pages:
        page.goto(f"{whole}/sections/{KEY}", wait_until="domcontentloaded")
    begun = pages[0].locator(f'[name="text:{KEY}"]').last.input_value().rstrip("\n")
    for n, page in enumerate(pages):
        page.locator(f'[name="text:{KEY}"]').last.fill(f"{begun}\nGoal of browser {n}: berth{n}, quay{n}.\n")
    for page in pages:
        acknowledged(page)
    pages[0].goto(f"{whole}/sections/{KEY}")
    text = pages[0].locator(f'[name="text:{KEY}"]').last.input_value()
    assert text.startswith(begun)
    assert [n for n in range(PEOPLE) if f"Goal of browser {n}: berth{n}, quay{n}.\n" not in text] == []
