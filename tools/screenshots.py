#!/usr/bin/env python
"""Takes the pictures of the tutorials anew: the journeys of newcomers through a demonstration, in a real browser.

    tools/screenshots.py [--to FOLDER]

The tutorials (docs/tutorial/*.md) name each picture; a test holds that every picture they name is made here.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from tools.running import Running  # noqa: E402 -- the tools lie beside, not in the package

IMAGES = ROOT / "docs" / "tutorial" / "images"
CALL = "/calls/COS-CLUSINT-2020-3-01"
WINDOW = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
FACTS = "all-kind=cluster_organisation&all-entity=yes&all-personality=yes&all-registered=yes"
MONEY = "months=30&cost=600000&grant=500000&other=100000&ask=yes"


def members(*countries: str) -> str:
    """The part of an address that names members."""
    roles = ["coordinator", *["beneficiary"] * (len(countries) - 1)]
    pairs = zip(countries, roles, strict=True)
    empty = "&organisation=&kind=&entity=&personality=&registered="
    return "&".join(f"country={country}&role={role}{empty}" for country, role in pairs)


def enter_as(page: Page, name: str) -> None:
    """Sign in with one click, as one of the cast."""
    page.goto("/accounts/cast")
    page.get_by_role("button", name=name).click()
    page.wait_for_url("**/work")


def verdict(page: Page, *countries: str) -> None:
    """The answer of a check, at the top of the picture."""
    page.goto(f"{CALL}/check?strand=A&{FACTS}&target=JP&target=CA&{members(*countries)}&{MONEY}")
    page.locator("#verdict").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#verdict').scrollIntoView()")


def review(page: Page) -> None:
    """An officer's view of a registration."""
    enter_as(page, "Odile Lambert")
    page.goto("/registrations/sava-software-network")


def registration(page: Page) -> None:
    """The form of a new organisation."""
    enter_as(page, "Aylin Demir")
    page.goto("/organisations/new")


def own_work(page: Page) -> None:
    """A desk."""
    enter_as(page, "Giulia Doria")


def together(page: Page, part: str = "") -> None:
    """A page of the consortium that the cast has begun, as its coordinator sees it."""
    enter_as(page, "Giulia Doria")
    page.goto("/consortia")
    page.get_by_role("link", name="Quiet Harbours").first.click()
    page.wait_for_url("**/consortia/quiet-harbours*")
    ref = page.url.rpartition("/")[2]
    if part:
        page.goto(part.format(ref=ref))
        page.wait_for_load_state("networkidle")


def invitation(page: Page) -> None:
    """What an invited organisation sees."""
    enter_as(page, "Mila Petrović")
    page.get_by_role("link", name="Quiet Harbours").first.click()
    page.wait_for_url("**/invitations/*")


def accepted(page: Page) -> None:
    """The receipt of a submission that stands: partner and coordinator declare, the coordinator submits."""
    for name in ("Jonas Wendt", "Giulia Doria"):
        enter_as(page, name)
        page.goto("/proposals")
        page.get_by_role("link", name="Quiet Harbours").first.click()
        page.wait_for_url("**/proposals/quiet-harbours*")
        ref = page.url.rpartition("/")[2]
        page.goto(f"/proposals/{ref}/papers")
        page.get_by_role("link", name=re.compile("^Declare")).first.click()
        page.locator("label", has_text="I have read it").click()
        page.get_by_role("button", name="Declare on our honour").click()
        page.wait_for_load_state("networkidle")
        if name == "Jonas Wendt":
            page.context.clear_cookies()
    page.goto(f"/proposals/{ref}/submission")
    page.get_by_role("button", name="Submit the application").click()
    page.wait_for_load_state("networkidle")


def behind(page: Page) -> None:
    """What changed since then."""
    together(page, "/proposals/{ref}/sections/roadmap")
    page.locator('[name="text:roadmap"]').last.fill("First Yokohama, then Halifax; after two years both at once.")
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('hanse|'))")
    page.goto(page.url.replace("sections/roadmap", "submission/changes"))


STEPS: dict[str, Callable[[Page], object]] = {
    "home": lambda page: page.goto("/"),
    "call": lambda page: page.goto(CALL),
    "check": lambda page: page.goto(f"{CALL}/check"),
    "not-yet": lambda page: verdict(page, "IT", "IT", "RS"),
    "yes": lambda page: verdict(page, "IT", "DE", "RS"),
    "organisations": lambda page: page.goto("/organisations?country=FR"),
    "map": lambda page: page.goto("/organisations/map"),
    "register": registration,
    "review": review,
    "profile": lambda page: page.goto("/organisations/lanterna-marine-cluster"),
    "history": lambda page: page.goto("/organisations/lanterna-marine-cluster/history"),
    "my-work": own_work,
    "consortium": together,
    "partners": lambda page: together(page, "/consortia/{ref}/partners"),
    "invitation": invitation,
    "application": lambda page: together(page, "/proposals/{ref}"),
    "section": lambda page: together(page, "/proposals/{ref}/sections/joint_strategy"),
    "budget": lambda page: together(page, "/proposals/{ref}/budget"),
    "submission": lambda page: together(page, "/proposals/{ref}/submission"),
    "receipt": accepted,
    "changes": behind,
}


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=IMAGES, metavar="FOLDER", help="where the pictures go")
    folder: Path = parser.parse_args().to
    chromium = shutil.which("chromium")
    if not chromium:
        print("There is no chromium; tools/chromium.sh installs it.", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        Running("demo", Path(scratch) / "demo") as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, step in STEPS.items():
            _take(browser, site.address, step, folder / f"{name}.png", WINDOW)
        _take(browser, site.address, STEPS["yes"], folder / "phone.png", PHONE)
        browser.close()
    return 0


def _take(browser: Browser, address: str, step: Callable[[Page], object], file: Path, size: dict[str, int]) -> None:
    context = browser.new_context(base_url=address, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    step(page)
    page.screenshot(path=file)
    context.close()
    print(file.name)


if __name__ == "__main__":
    sys.exit(main())
