"""Every page, at a desk and on a phone: accessible, within its width, without a fault of script or policy."""

import re
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.browser.conftest import DESKTOP, PHONE, enter_as

CALL = "/calls/COS-CLUSINT-2020-3-01"
FOUND = "strand=A&country=IT&country=DE&country=RS&role=coordinator&role=beneficiary&role=beneficiary&ask=yes"
PAGES = {
    "": [
        "/", "/calls", CALL, f"{CALL}/check", f"{CALL}/check?{FOUND}", f"{CALL}/questions", "/calls/COS-CLUSINT-2016-03-01",
        "/organisations", "/organisations?q=nothing+like+it", "/organisations/map", "/organisations/lanterna-marine-cluster",
        "/organisations/lanterna-marine-cluster/history", "/organisations/aclima", "/accounts/cast", "/accounts/login/",
        "/accounts/signup/", "/accounts/password/reset/", "/outbox", "/nowhere",
        "/transparency", f"{CALL}/deadline",
    ],
    "Giulia Doria": [
        "/work", "/organisations/new", "/organisations/lanterna-marine-cluster/edit", "/administration",
        "/organisations/lanterna-marine-cluster/legal-entity", "/organisations/lanterna-marine-cluster/people",
        "/organisations/phare-photonics-cluster/request", "/organisations/phare-photonics-cluster/withdraw",
        "/organisations/aclima/take-over", "/accounts/email/", "/accounts/2fa/", "/accounts/logout/",
    ],
    "Giulia Doria, in her consortium": [
        "/consortia", "/consortia/new", "/consortia/new?call=COS-CLUSINT-2020-3-01", "{consortium}", "{consortium}/aim",
        "{consortium}/partners", "{consortium}/partners?missing=on", "{consortium}/partners/map", "{consortium}/what-if",
        "{consortium}/matrix?planned=yes", "{consortium}/space", "{consortium}/space/tasks", "{consortium}/space/contacts",
        "{consortium}/space/files", "{consortium}/invite", "{consortium}/invite?q=clus",
        "{consortium}/invite?organisation=phare-photonics-cluster", "{consortium}/dissolve", "{seat}", "{seat}/mandate",
        "{seat}/remove", "{seat}/role",
    ],
    "Giulia Doria, at her application": [
        "/proposals", "{proposal}", "{proposal}/sections/summary", "{proposal}/sections/work_packages",
        "{proposal}/sections/targets", "{proposal}/sections/costs_by_partner", "{proposal}/budget",
        "{proposal}/budget/history", "{proposal}/budget/import", "{proposal}/plan", "{proposal}/history",
        "{proposal}/remarks", "{proposal}/papers", "{declaration}", "{proposal}/output", "{proposal}/import",
        "{proposal}/submission", "{proposal}/submission/changes", "{proposal}/submission/withdraw",
    ],
    "Giulia Doria, who looks for partners": [
        "/interests", f"{CALL}/partners", f"{CALL}/partners/organisations", f"{CALL}/partners/new", "{notice}",
        "{notice}/edit",
    ],
    "Mila Petrović": ["/work", "/consortia", "{invitation}"],
    "Odile Lambert": [
        "/work", "/registrations", "/registrations/sava-software-network", "/administration", "/administration/record?verify",
        "/accounts/people", "/clock", "/calls/desk", "/calls/desk/new",
        "/organisations/duplicates", "/organisations/merges", "/organisations/imports", "/organisations/imports/columns",
        f"{CALL}/extend", f"{CALL}/editions/1", "/submissions", "/administration/outages",
        "/administration/history/organisation/lanterna-marine-cluster",
    ],
    "Inês Carvalho": ["/accounts/people", "/administration"],
    "Elena Papadaki": ["/work"],
}  # fmt: skip
PASSED = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize(("size", "scripted"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone, no scripts"])
def test_pages_are_accessible_and_fit(
    who: str, size: dict[str, int], scripted: bool, browser: Browser, site: str
) -> None:
    context = browser.new_context(base_url=site, viewport=size)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    if not scripted:
        # The site's own scripts never come, as for a visitor without; axe itself still needs an engine.
        context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    if who:
        enter_as(page, who.split(",")[0])
    places = places_of(page, PAGES[who])
    for path in (path.format(**places) for path in PAGES[who]):
        answer = page.goto(path)
        assert answer is not None
        if answer.status >= 500:
            wrong.append(f"{path}: {answer.status}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{path}: {wide} px wider than the window")
        wrong += [f"{path}: {told}" for told in violations(page)]
    context.close()
    # An answer of 403 or 404 is an error to the console, and what some of these addresses are for.
    assert [told for told in wrong if "Failed to load resource" not in told] == []


def places_of(page: Page, paths: list[str]) -> dict[str, str]:
    """The addresses that are made anew for each site, as far as these paths need them: found as a visitor finds them."""
    needed = {name for path in paths for _, name, _, _ in Formatter().parse(path) if name}
    found: dict[str, str] = {}

    def follow(at: str, name: str | re.Pattern[str]) -> str:
        page.goto(at)
        return str(page.get_by_role("main").get_by_role("link", name=name).first.get_attribute("href"))

    if needed & {"consortium", "seat"}:
        found["consortium"] = follow("/consortia", "Quiet Harbours")
        found["seat"] = follow(found["consortium"], "Salzspeicher Food Network")
    if needed & {"proposal", "declaration"}:
        found["proposal"] = follow("/proposals", "Quiet Harbours")
        found["declaration"] = follow(f"{found['proposal']}/papers", re.compile("Declaration on honour"))
    if "invitation" in needed:
        found["invitation"] = follow("/work", "Quiet Harbours: Sava Software Network")
    if "notice" in needed:
        page.goto(f"{CALL}/partners/new")
        page.get_by_label("Title").fill("Sensors look for a harbour")
        page.get_by_label("What you offer or look for").fill("We measure; who has a berth?")
        with page.expect_navigation():
            page.get_by_role("button", name="Publish").click()
        found["notice"] = urlsplit(page.url).path
    return found


def violations(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 AA: rule, and where."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": PASSED}})
    return [
        f"{one['id']}: {node['target'][0]} {node['html'][:100]}"
        for one in found.response["violations"]
        for node in one["nodes"][:3]
    ]


def test_axe_really_looks(browser: Browser, site: str) -> None:
    """A page with a fault is reported as faulty."""
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/calls")
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"/static/ui/mark.svg\">')")
    assert any(told.startswith("image-alt") for told in violations(page))
    context.close()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_pages_are_legible_in_the_dark_too(scheme: Any, browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport=DESKTOP, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    wrong = []
    for path in ("/", "/calls", CALL, f"{CALL}/check?{FOUND}", "/organisations", "/organisations/map"):
        page.goto(path)
        wrong += [f"{path}: {told}" for told in violations(page)]
    context.close()
    assert wrong == []


@pytest.mark.parametrize("path", ["/", CALL, "/organisations"])
def test_a_page_weighs_less_than_half_a_megabyte(path: str, browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(path, wait_until="networkidle")
    context.close()
    assert sum(sizes.values()) < 500_000, sizes
