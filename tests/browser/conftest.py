"""A real browser before a real server: `hanse demo` on data of its own, as a newcomer starts it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tools.running import Running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a demonstration that runs for all tests of this session."""
    with Running("demo", tmp_path_factory.mktemp("site") / "demo") as running:
        yield running.address
    assert "Traceback" not in running.said(), running.said()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where it is missing the tests are skipped and say so; in CI that is a failure."""
    if not CHROMIUM:
        told = "NOT RUN: there is no Chromium; tools/chromium.sh installs it"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A visitor of their own, at a desk."""
    visitor = browser.new_context(base_url=site, viewport=DESKTOP)  # type: ignore[arg-type]
    visitor.set_default_timeout(10_000)
    yield visitor
    visitor.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong unseen: errors of scripts and refusals of the policy fail the test."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    assert not wrong, wrong


def enter_as(page: Page, name: str) -> None:
    """Sign in with one click, as one of the cast."""
    page.goto("/accounts/cast")
    page.get_by_role("button", name=name).click()
    page.wait_for_url("**/work")


def acknowledged(page: Page) -> None:
    """Wait until the site has acknowledged all that was written: only then does the browser forget its own copy.

    The words beside a field tell less: what others saved since may already have taken their place.
    """
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('hanse|'))")
