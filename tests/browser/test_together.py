"""Several browsers play coordinator and partners, from an idea to a complete eligible draft of each strand."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.conftest import DESKTOP, acknowledged, enter_as

CALL = "COS-CLUSINT-2020-3-01"
YES = "Yes: every rule that can be decided now is met"
PROPERTIES = ("European", "Strategic", "Representing clusters", "A partnership", "Going international")
LANTERNA, SALZSPEICHER = "lanterna-marine-cluster", "salzspeicher-food-network"
SAVA, PHARE = "sava-software-network", "phare-photonics-cluster"
WORDS = {"met": "Met", "not_met": "Not met", "undecided": "Undecided"}
NUMBERS = {"start": "1", "month": "6", "number": "4", "baseline": "0", "target": "12"}
"""What is typed into a field that asks for a number, by the last part of its key."""

Visitors = Callable[[str], Page]


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[Visitors]:
    """Opens a browser in which somebody of the cast has signed in; an error of a script fails the test."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def enter(name: str) -> Page:
        context = browser.new_context(base_url=site, viewport=DESKTOP)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        enter_as(page, name)
        return page

    yield enter
    for context in opened:
        context.close()
    assert not wrong, wrong


@dataclass(frozen=True)
class Venture:
    """What a consortium is to become: its name, its strand, how long its project lasts."""

    name: str
    strand: str
    months: str
    targets: tuple[str, str]
    pages: dict[str, Page]
    """Who acts for a member, by its reference; the first coordinates."""

    @property
    def leader(self) -> Page:
        """The browser of the coordinator."""
        return next(iter(self.pages.values()))

    @property
    def writers(self) -> list[Page]:
        """The browsers, each once."""
        return list(dict.fromkeys(self.pages.values()))


def press(page: Page, name: str) -> None:
    """Press a button of the page and wait for what it leads to."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).last.click()


def tick(page: Page, label: str) -> None:
    """Choose a box by the words beside it, as a person does: the input itself lies hidden behind them."""
    page.locator("label", has_text=re.compile(rf"^\s*{label}")).first.click()


def begin(venture: Venture) -> str:
    """Begin the consortium by its page; its reference."""
    page = venture.leader
    page.goto(f"/consortia/new?call={CALL}")
    page.get_by_label("Which organisation coordinates?").select_option(next(iter(venture.pages)))
    page.get_by_label("Name of the consortium").fill(venture.name)
    page.get_by_label("The idea").fill("We go abroad together. Fictional, for demonstration.")
    page.get_by_label("Strand of the call").select_option(venture.strand)
    for number, target in enumerate(venture.targets, 1):
        page.get_by_label(f"Target {number}").select_option(target)
    tick(page, "Digital industry")
    press(page, "Begin it")
    expect(page.get_by_role("heading", level=1)).to_have_text(venture.name)
    expect(page.locator("#panel")).to_contain_text("No: not as it stands")
    return page.url.rsplit("/", 1)[-1]


def invite(page: Page, ref: str, organisation: str) -> None:
    page.goto(f"/consortia/{ref}/invite?organisation={organisation}")
    expect(page.get_by_role("heading", name="If it accepts")).to_be_visible()
    page.get_by_label("Message").fill("Shall we write this together?")
    press(page, "Send the invitation")
    expect(page.get_by_role("main")).to_contain_text("is invited")


def accept(page: Page, venture: Venture, organisation: str) -> None:
    """Find the invitation among one's own work, read the mandate and give it."""
    page.goto("/work")
    page.get_by_role("link", name=re.compile(rf"^{venture.name}: {organisation} as")).click()
    expect(page.get_by_role("heading", name="The mandate")).to_be_visible()
    expect(page.locator(".consortia-wording")).to_contain_text(organisation)
    tick(page, "I have authority for this organisation")
    press(page, "Accept the invitation")
    expect(page.get_by_role("main")).to_contain_text(venture.name)


def field(page: Page, key: str) -> Locator:
    return page.locator(f'[name="text:{key}"]').last


def state(page: Page, key: str) -> Locator:
    return page.locator(f'[data-key="{key}"] .draft-state')


def said(key: str, title: str, months: str) -> str:
    """What somebody types into a field."""
    last = key.rsplit("/", 1)[-1]
    if last in ("duration_months", "end"):
        return months
    # The target of an indicator is a number; a field of the same name may choose a country.
    return NUMBERS.get(last, f"{title}: three clusters do this together, step by step.")


def write_section(page: Page, address: str, venture: Venture) -> None:
    """Fill every field of a section that can be written and is empty, by what it is."""
    page.goto(address)
    add = page.get_by_role("button", name=re.compile("^Add a "))
    if add.count() and not page.locator(".draft-card").count():
        with page.expect_navigation():
            add.click()
    for box in page.locator(".draft-field[data-key]").all():
        key = str(box.get_attribute("data-key"))
        control = box.locator("textarea, select, input:not([type=hidden])")
        if not control.count():
            continue
        kind = control.first.evaluate("one => one.type === 'checkbox' ? 'checkbox' : one.localName")
        if kind == "checkbox":
            if box.locator("input:checked").count():
                continue
            control.last.check()
        elif control.first.input_value():
            continue
        elif kind == "select":
            control.first.select_option(index=1)
        else:
            title = box.locator("label").first.inner_text().split("\n")[0]
            control.first.fill(said(key, title, venture.months))


def sections_of(page: Page, ref: str) -> list[str]:
    """Addresses of the sections that are written, as the overview links to them."""
    page.goto(f"/proposals/{ref}")
    open_ones = page.locator(".draft-sections__one").filter(has_not_text="made from the rest")
    links = [one.locator("a").first for one in open_ones.all()]
    return [str(link.get_attribute("href")) for link in links]


def write_application(venture: Venture, ref: str) -> None:
    """Begin the application and write its sections in turns; of what each member writes itself, all have a part."""
    press_begin(venture.leader, ref)
    addresses = sections_of(venture.leader, ref)
    assert len(addresses) > 15
    for number, address in enumerate(addresses):
        each_own = address.endswith("/member_profiles")
        for page in venture.writers if each_own else [venture.writers[number % len(venture.writers)]]:
            acknowledged(page)  # while the others were writing
            write_section(page, address, venture)
    for page in venture.writers:
        acknowledged(page)


def press_begin(page: Page, ref: str) -> None:
    page.goto(f"/proposals/{ref}")
    press(page, "Begin the application")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def plan_costs(venture: Venture, ref: str, months: str, rate: str, asked: str) -> None:
    """Every member writes its months, its travel and what it asks for."""
    for organisation, page in venture.pages.items():
        page.goto(f"/proposals/{ref}/budget?partner={organisation}")
        page.locator('input[id^="m-"][id$="-personnel"]').last.fill(months)
        page.locator('input[id^="r-"][id$="-personnel"]').last.fill(rate)
        page.locator('input[id^="a-"][id$="-travel"]').last.fill("5 000,00")
        press(page, "Save the cells")
        ask(page, ref, organisation, asked)


def ask(page: Page, ref: str, organisation: str, amount: str) -> None:
    """State what a member asks for."""
    page.goto(f"/proposals/{ref}/budget?partner={organisation}")
    page.get_by_label("Contribution requested, in euro").fill(amount)
    press(page, "Save the contribution")


def expect_verdict(page: Page, ref: str, headline: str) -> None:
    page.goto(f"/proposals/{ref}")
    expect(page.locator("#verdict")).to_contain_text(headline)


def expect_complete(page: Page, ref: str) -> None:
    """The rules are met, all properties show, no section lacks anything."""
    expect_verdict(page, ref, YES)
    listed = page.locator(".hanse-properties__list > li")
    expect(listed).to_have_count(len(PROPERTIES))
    for title in PROPERTIES:
        expect(listed.filter(has=page.locator("strong", has_text=title))).to_contain_text("Shows")
    expect(page.locator(".hanse-properties")).to_contain_text("5 of 5 show in the application")
    told = re.search(r"(\d+) of (\d+) sections lack nothing", page.get_by_role("main").inner_text())
    assert told is not None
    assert told[1] == told[2]


def clash(one: Page, two: Page, address: str, key: str, keep: str) -> None:
    """Two change the same words. Both sides are shown, one is chosen, and the other is in the history."""
    for page in (one, two):
        page.goto(address)
    field(one, key).fill("We decide by drawing lots.")
    acknowledged(one)
    field(two, key).fill("We decide by a vote of all members.")
    expect(state(two, key)).to_contain_text("Two versions: choose")
    both = two.get_by_role("group", name="Two versions of this text")
    expect(both).to_contain_text("Your text stands above; theirs reads")
    expect(both).to_contain_text("We decide by drawing lots.")
    expect(field(two, key)).to_have_value("We decide by a vote of all members.")
    two.get_by_role("button", name=keep).click()
    expect(state(two, key)).to_contain_text(re.compile("Saved|Settled"))
    one.reload()
    expect(field(one, key)).to_have_value("We decide by a vote of all members.")
    one.goto(f"{address.split('/sections/')[0]}/history?key={key}")
    addresses = [str(link.get_attribute("href")) for link in one.get_by_role("link", name="Read version").all()]
    seen = []
    for version in addresses:
        one.goto(version)
        seen.append(one.get_by_role("main").inner_text())
    assert any("We decide by drawing lots." in text for text in seen)


def download(page: Page, ref: str, link: str, to: Path) -> Path:
    """Follow a link that downloads."""
    page.goto(f"/proposals/{ref}/output")
    with page.expect_download() as coming:
        page.get_by_role("link", name=link).click()
    coming.value.save_as(to)
    return to


def check(draft: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run `hanse check` on a draft file, as on a machine without the site."""
    command = [sys.executable, "-m", "hanse.cli.main", "check", str(draft), *options]
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "DJANGO_"))}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=draft.parent, env=alone)


def rules_on(page: Page, ref: str) -> dict[str, str]:
    """What the panel of the application says of each rule that can be decided now."""
    page.goto(f"/proposals/{ref}")
    expect(page.locator("#verdict")).to_be_visible()
    told = {}
    for line in page.locator("#verdict .consortia-rules--marked > li").all():
        rule = str(line.locator("a").first.text_content()).removeprefix("Rule ")
        told[rule] = str(line.get_by_role("img", include_hidden=True).first.get_attribute("aria-label"))
    return told


def expect_same_elsewhere(page: Page, ref: str, folder: Path, verdict: str, status: int) -> None:
    """The draft file comes out, and `hanse check` says of it what the page says, rule by rule."""
    draft = download(page, ref, "Download as TOML", folder / "draft.toml")
    assert tomllib.loads(draft.read_text(encoding="utf-8"))["call"] == CALL
    answer = check(draft, "--format", "json")
    assert answer.returncode == status, answer.stdout + answer.stderr
    (proposal,) = json.loads(answer.stdout)["proposals"]
    assert proposal["verdict"] == verdict
    aside = {*proposal["left_to_officer"], *proposal["needs_all_submissions"]}
    found = {one["rule"]: WORDS[one["verdict"]] for one in proposal["findings"] if one["rule"] not in aside}
    assert found == rules_on(page, ref)


def expect_pdf(page: Page, ref: str, folder: Path) -> None:
    """The whole application comes out as a PDF."""
    assert download(page, ref, "Download the PDF", folder / "application.pdf").read_bytes().startswith(b"%PDF")


def test_three_write_an_application_of_strand_a(visitor: Visitors, tmp_path: Path) -> None:
    giulia, jonas, mila = visitor("Giulia Doria"), visitor("Jonas Wendt"), visitor("Mila Petrović")
    venture = Venture("Tides and Tables", "A", "32", ("JP", "CA"), {LANTERNA: giulia, SALZSPEICHER: jonas, SAVA: mila})
    ref = begin(venture)

    # The search says what is missing and finds somebody who brings it; the two are invited and accept.
    giulia.goto(f"/consortia/{ref}/partners")
    expect(giulia.locator("#gap-heading")).to_have_text("2 members are missing")
    giulia.goto(f"/consortia/{ref}/partners?q=Salzspeicher")
    found = giulia.locator(".consortia-candidates__one", has_text="Salzspeicher Food Network")
    found.get_by_role("link", name=re.compile("^Invite")).click()
    expect(giulia.get_by_role("heading", level=1)).to_contain_text("Salzspeicher Food Network")
    for organisation in (SALZSPEICHER, SAVA):
        invite(giulia, ref, organisation)
    giulia.goto(f"/consortia/{ref}")
    expect(giulia.locator("#panel")).to_contain_text("No: not as it stands")
    expect(giulia.locator("#panel-planned")).to_contain_text("Yes")
    accept(jonas, venture, "Salzspeicher Food Network")
    accept(mila, venture, "Sava Software Network")
    giulia.goto(f"/consortia/{ref}")
    expect(giulia.locator("#panel")).to_contain_text("Yes")
    expect(giulia.get_by_role("row", name=re.compile("Sava"))).to_contain_text("Mila Petrović")

    # Lanterna and Salzspeicher stand in another consortium of the strand: those who act for them are told, Mila is not.
    twice = "stands in two consortia of one call"
    expect(giulia.get_by_role("main")).to_contain_text(f"Lanterna Marine Cluster {twice}")
    for page, count in ((jonas, 1), (mila, 0)):
        page.goto(f"/consortia/{ref}")
        expect(page.get_by_role("heading", level=1)).to_have_text(venture.name)
        expect(page.locator(".hanse-message", has_text=f"Salzspeicher Food Network {twice}")).to_have_count(count)

    # They write in turns and plan their costs; one asks for too much and is told by how much.
    write_application(venture, ref)
    plan_costs(venture, ref, "20", "9 750,00", "180 000,00")
    expect_complete(giulia, ref)
    ask(jonas, ref, SALZSPEICHER, "181 000,00")
    expect_verdict(jonas, ref, "No: not as it stands")
    expect(jonas.locator("#verdict")).to_contain_text("Lower the request by 1 000.00")
    expect_same_elsewhere(jonas, ref, tmp_path, "not_eligible", 1)
    ask(jonas, ref, SALZSPEICHER, "180 000,00")

    clash(giulia, jonas, f"/proposals/{ref}/sections/governance", "governance", "Keep my text")
    expect_complete(mila, ref)
    expect_same_elsewhere(mila, ref, tmp_path, "eligible", 0)
    expect_pdf(mila, ref, tmp_path)


def register_phare(page: Page) -> None:
    """Complete the draft profile and ask for its registration."""
    page.goto(f"/organisations/{PHARE}/edit")
    page.get_by_label("E-mail address for contact").fill("office@phare.example")
    press(page, "Save")
    page.goto(f"/organisations/{PHARE}/legal-entity")
    tick(page, "Yes")
    press(page, "Save")
    page.goto(f"/organisations/{PHARE}/request")
    press(page, "Request registration")
    expect(page.get_by_role("main")).to_contain_text("registration requested")


def test_two_write_an_application_of_strand_b(visitor: Visitors, tmp_path: Path) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    register_phare(giulia)
    venture = Venture(
        "Watch over Water", "B", "20", ("US", "JP"), {LANTERNA: giulia, SALZSPEICHER: jonas, PHARE: giulia}
    )
    ref = begin(venture)
    expect(giulia.locator("#panel")).to_contain_text("Member State")
    for organisation in (SALZSPEICHER, PHARE):
        invite(giulia, ref, organisation)
    accept(jonas, venture, "Salzspeicher Food Network")
    accept(giulia, venture, "Phare Photonics Cluster")
    giulia.goto(f"/consortia/{ref}")
    expect(giulia.locator("#panel")).to_contain_text("Yes")

    write_application(venture, ref)
    giulia.goto(f"/proposals/{ref}/sections/existing_strategy")
    expect(giulia.get_by_role("heading", level=1)).to_have_text("The strategy you build on")
    plan_costs(venture, ref, "10", "13 500,00", "126 000,00")
    clash(jonas, giulia, f"/proposals/{ref}/sections/governance", "governance", "Keep my text")
    expect_complete(jonas, ref)
    expect_same_elsewhere(giulia, ref, tmp_path, "eligible", 0)
    expect_pdf(giulia, ref, tmp_path)
