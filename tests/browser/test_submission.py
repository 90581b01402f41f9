"""From a draft that is refused to a receipt that proves itself without the site: a coordinator, a partner, a command."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import DESKTOP, acknowledged, enter_as
from tests.browser.test_pages import violations
from tools.running import Running

Visitors = Callable[[str], Page]


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demonstration of its own: what is submitted here would stand in the way of other tests."""
    with Running("demo", tmp_path_factory.mktemp("sealing") / "demo") as running:
        yield running.address
    assert "Traceback" not in running.said(), running.said()


@pytest.fixture
def visitor(browser: Browser, own_site: str) -> Iterator[Visitors]:
    """Opens a browser in which somebody of the cast has signed in."""
    opened: list[BrowserContext] = []

    def enter(name: str) -> Page:
        context = browser.new_context(base_url=own_site, viewport=DESKTOP)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        enter_as(page, name)
        return page

    yield enter
    for context in opened:
        context.close()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def application(page: Page) -> str:
    page.goto("/proposals")
    return str(page.get_by_role("link", name="Quiet Harbours").first.get_attribute("href"))


def declare(page: Page, at: str) -> None:
    page.goto(f"{at}/papers")
    page.get_by_role("link", name=re.compile("^Declare “Declaration on honour”")).first.click()
    page.locator("label", has_text=re.compile("I have read it")).click()
    press(page, "Declare on our honour")


def download(page: Page, name: str, to: Path) -> Path:
    with page.expect_download() as loaded:
        page.get_by_role("link", name=name).click()
    loaded.value.save_as(to)
    return to


def hanse(*words: str) -> "subprocess.CompletedProcess[str]":
    """A command on a machine that knows nothing of the site."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "DJANGO_"))}
    command = [sys.executable, "-m", "hanse.cli.main", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_draft_becomes_a_receipt_that_anybody_can_check(visitor: Visitors, tmp_path: Path) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    at = application(giulia)

    # Refused as it stands, with a receipt of the attempt.
    giulia.goto(f"{at}/submission")
    expect(giulia.get_by_role("main")).to_contain_text("2 things would stop it")
    press(giulia, "Try to submit all the same")
    expect(giulia.get_by_role("heading", level=1)).to_have_text("Not submitted")
    expect(giulia.get_by_role("main")).to_contain_text("2 parts are missing")

    # A partner sees the attempt, and has no button.
    jonas.goto(f"{at}/submission")
    expect(jonas.get_by_role("main")).to_contain_text(
        "Lanterna Marine Cluster coordinates, and submits for all members"
    )
    expect(jonas.get_by_role("link", name="Receipt 1")).to_be_visible()
    for page in (giulia, jonas):
        declare(page, at)

    # Now it stands. The receipt is the answer itself, and loading it again is no second attempt.
    giulia.goto(f"{at}/submission")
    press(giulia, "Submit the application")
    expect(giulia.get_by_role("heading", level=1)).to_have_text("Received")
    number = giulia.locator("dd").first.inner_text()
    assert number.endswith("/2")
    assert violations(giulia) == []
    giulia.reload()
    expect(giulia.locator("dd").first).to_have_text(number)

    # Jonas writes on; the coordinator sees how far the submitted version is behind, and what it is.
    jonas.goto(f"{at}/sections/roadmap")
    jonas.locator('[name="text:roadmap"]').last.fill("First Yokohama, then Halifax.")
    acknowledged(jonas)
    giulia.goto(at)
    expect(giulia.get_by_role("main")).to_contain_text("Your submitted version is behind")
    expect(giulia.get_by_role("main")).to_contain_text("1 change: 1 text")
    giulia.goto(f"{at}/submission/changes")
    expect(giulia.get_by_role("table")).to_contain_text("First Yokohama, then Halifax.")
    press(giulia, "Submit the application as it stands now")
    expect(giulia.locator("dd").first).to_have_text(number.replace("/2", "/3"))

    # Without the site: the receipt, the package, and a byte that was changed.
    receipt = download(giulia, "Receipt as file", tmp_path / "receipt.json")
    package = download(giulia, "Everything that was sealed", tmp_path / "package.zip")
    paper = download(giulia, "Receipt as PDF", tmp_path / "receipt.pdf")
    assert paper.read_bytes().startswith(b"%PDF")
    key = tmp_path / "key.pem"
    key.write_bytes(giulia.request.get("/transparency/key.pem").body())
    done = hanse("verify", str(receipt), "--package", str(package), "--key", str(key))
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(receipt.read_text())
    document["claims"]["received_at"] = document["claims"]["received_at"].replace("2020-11", "2020-10")
    receipt.write_text(json.dumps(document))
    assert hanse("verify", str(receipt), "--key", str(key)).returncode == 1

    # Taken back, with a reason that all can read, and reversed by submitting again.
    giulia.goto(f"{at}/submission/withdraw")
    press(giulia, "Withdraw the application")
    expect(giulia.get_by_role("alert").first).to_be_visible()
    giulia.get_by_label("Reason").fill("We wait for a partner.")
    press(giulia, "Withdraw the application")
    expect(giulia.get_by_role("heading", level=1)).to_have_text("Withdrawn")
    jonas.goto(f"{at}/submission")
    expect(jonas.get_by_role("main")).to_contain_text("Withdrawn: nothing is submitted")
    giulia.goto(f"{at}/submission")
    press(giulia, "Submit the application")
    expect(giulia.get_by_role("heading", level=1)).to_have_text("Received")
