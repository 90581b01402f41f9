"""Writing an application in real browsers: saved while typed, by two at once, offline and back, over a sign-in."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.conftest import DESKTOP, PHONE, enter_as
from tests.browser.test_pages import violations

Visitors = Callable[..., Page]


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[Visitors]:
    """Opens a browser in which somebody of the cast has signed in."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def enter(name: str, *, scripted: bool = True) -> Page:
        context = browser.new_context(base_url=site, viewport=DESKTOP, java_script_enabled=scripted)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        enter_as(page, name)
        return page

    yield enter
    for context in opened:
        context.close()
    assert not wrong, wrong


def field(page: Page, key: str) -> Locator:
    return page.locator(f'[name="text:{key}"]').last


def state(page: Page, key: str) -> Locator:
    return page.locator(f'[data-key="{key}"] .draft-state')


def write(page: Page, key: str, text: str) -> None:
    """Put a text into a field, wait until it is saved, and leave the field."""
    field(page, key).fill(text)
    expect(state(page, key)).to_contain_text(re.compile("Saved|Merged"))


def whole(page: Page) -> str:
    """Address of the application of the demonstration."""
    page.goto("/proposals")
    return str(page.get_by_role("link", name="Quiet Harbours").get_attribute("href"))


def open_section(page: Page, section: str) -> None:
    page.goto(f"{whole(page)}/sections/{section}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_text_is_saved_while_it_is_typed(visitor: Visitors) -> None:
    page = visitor("Giulia Doria")
    open_section(page, "governance")
    field(page, "governance").fill("")
    field(page, "governance").press_sequentially("A board of three decides.")
    expect(state(page, "governance")).to_contain_text("Saved")
    expect(page.locator("#field-governance-count")).to_have_text("5 of 300 words")
    page.reload()
    expect(field(page, "governance")).to_have_value("A board of three decides.")
    page.goto(f"{whole(page)}/history?key=governance")
    expect(page.get_by_role("main")).to_contain_text("reads so now")
    page.get_by_role("link", name=re.compile("Read version")).first.click()
    expect(page.get_by_role("main")).to_contain_text("A board of three decides.")


def test_choices_and_boxes_are_saved_too(visitor: Visitors) -> None:
    page = visitor("Giulia Doria")
    open_section(page, "risks")
    with page.expect_navigation():
        page.get_by_role("button", name="Add a risk").click()
    choice = page.locator("select").last
    key = str(choice.get_attribute("name")).removeprefix("text:")
    choice.select_option("high")
    expect(state(page, key)).to_contain_text("Saved")
    page.reload()
    expect(page.locator("select").last).to_have_value("high")


def test_two_write_the_same_field_and_both_are_there(visitor: Visitors) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    open_section(giulia, "long_term_agenda")
    write(giulia, "long_term_agenda", "First paragraph.\nSecond paragraph.\n")
    open_section(jonas, "long_term_agenda")
    write(giulia, "long_term_agenda", "First paragraph, by Giulia.\nSecond paragraph.\n")
    field(jonas, "long_term_agenda").fill("First paragraph.\nSecond paragraph, by Jonas.\n")
    expect(state(jonas, "long_term_agenda")).to_contain_text("Merged with what Giulia Doria wrote")
    both = "First paragraph, by Giulia.\nSecond paragraph, by Jonas.\n"
    expect(field(jonas, "long_term_agenda")).to_have_value(both)
    giulia.reload()
    expect(field(giulia, "long_term_agenda")).to_have_value(both)


@pytest.mark.parametrize(
    ("choose", "reads"),
    [("Keep my text", "We go to Osaka."), ("Take what Giulia Doria wrote", "We go to Kobe.")],
)
def test_two_change_the_same_words_and_choose(visitor: Visitors, choose: str, reads: str) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    open_section(giulia, "sustainability")
    write(giulia, "sustainability", f"We go abroad ({len(choose)}).")
    open_section(jonas, "sustainability")
    write(giulia, "sustainability", "We go to Kobe.")
    field(jonas, "sustainability").fill("We go to Osaka.")
    expect(state(jonas, "sustainability")).to_contain_text("Two versions: choose")
    expect(jonas.get_by_role("group", name="Two versions of this text")).to_contain_text("We go to Kobe.")
    jonas.get_by_role("button", name=choose).click()
    expect(state(jonas, "sustainability")).to_contain_text(re.compile("Saved|Settled"))
    expect(field(jonas, "sustainability")).to_have_value(reads)
    giulia.reload()
    expect(field(giulia, "sustainability")).to_have_value(reads)
    expect(giulia.get_by_role("heading", name="Two versions: choose")).to_have_count(0)


def test_a_choice_made_after_loading_the_page_again_holds(visitor: Visitors) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    open_section(giulia, "joint_strategy")
    write(giulia, "joint_strategy", "We go abroad together.")
    open_section(jonas, "joint_strategy")
    write(giulia, "joint_strategy", "We go to Kobe together.")
    field(jonas, "joint_strategy").fill("We go to Osaka together.")
    expect(state(jonas, "joint_strategy")).to_contain_text("Two versions: choose")
    jonas.locator("h1").click()
    jonas.reload()
    with jonas.expect_navigation():
        jonas.get_by_role("button", name="Leave the field as it reads now").click()
    jonas.reload()
    expect(field(jonas, "joint_strategy")).to_have_value("We go to Kobe together.")
    expect(jonas.get_by_role("heading", name="Two versions: choose")).to_have_count(0)
    giulia.reload()
    expect(giulia.get_by_role("heading", name="Two versions: choose")).to_have_count(0)


def test_offline_and_back(visitor: Visitors) -> None:
    page = visitor("Jonas Wendt")
    open_section(page, "sme_support")
    page.context.set_offline(True)
    field(page, "sme_support").fill("Written in a tunnel.")
    expect(state(page, "sme_support")).to_contain_text("Offline: kept in this browser")
    page.context.set_offline(False)
    expect(state(page, "sme_support")).to_contain_text("Saved")
    page.reload()
    expect(field(page, "sme_support")).to_have_value("Written in a tunnel.")


def test_trouble_of_the_machine_keeps_the_text_and_sends_it_again(visitor: Visitors) -> None:
    page = visitor("Jonas Wendt")
    open_section(page, "sme_support")
    told = {"status": 503, "title": "Service Unavailable", "detail": "The database does not answer."}
    for address in ("**/fields", "**/news*"):
        page.route(
            address,
            lambda route: route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(told)),
        )
    field(page, "sme_support").fill("Written while the database was down.")
    expect(state(page, "sme_support")).to_contain_text("The site cannot save now: kept in this browser")
    page.unroute_all()
    page.evaluate("dispatchEvent(new Event('focus'))")  # as whoever comes back to the page does
    expect(state(page, "sme_support")).to_contain_text("Saved")
    page.reload()
    expect(field(page, "sme_support")).to_have_value("Written while the database was down.")


def test_a_page_that_was_closed_offline_gives_its_text_back(visitor: Visitors) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    open_section(giulia, "partnership_agreement")
    write(giulia, "partnership_agreement", "Article one.\nArticle two.\n")
    open_section(jonas, "partnership_agreement")
    jonas.context.set_offline(True)
    field(jonas, "partnership_agreement").fill("Article one.\nArticle two, by Jonas.\n")
    expect(state(jonas, "partnership_agreement")).to_contain_text("Offline")
    jonas.close()
    write(giulia, "partnership_agreement", "Article one, by Giulia.\nArticle two.\n")
    jonas.context.set_offline(False)
    again = jonas.context.new_page()
    open_section(again, "partnership_agreement")
    both = "Article one, by Giulia.\nArticle two, by Jonas.\n"
    expect(field(again, "partnership_agreement")).to_have_value(both)
    expect(state(again, "partnership_agreement")).to_contain_text("Merged with what Giulia Doria wrote")
    giulia.reload()
    expect(field(giulia, "partnership_agreement")).to_have_value(both)
    assert again.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('hanse|')).length") == 0


def test_a_session_that_ends_loses_no_text(visitor: Visitors) -> None:
    page = visitor("Giulia Doria")
    open_section(page, "preparatory_actions")
    page.context.clear_cookies()
    field(page, "preparatory_actions").fill("Typed after the session had ended.")
    expect(state(page, "preparatory_actions")).to_contain_text(re.compile("signed out|kept in this browser"))
    other = page.context.new_page()
    enter_as(other, "Giulia Doria")
    other.close()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(state(page, "preparatory_actions")).to_contain_text("Saved")
    page.reload()
    expect(field(page, "preparatory_actions")).to_have_value("Typed after the session had ended.")


def test_others_are_seen_and_their_changes_can_be_taken_over(visitor: Visitors) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    open_section(giulia, "common_goals")
    open_section(jonas, "common_goals")
    write(jonas, "common_goals", "Goals that Jonas wrote.")
    giulia.evaluate("window.dispatchEvent(new Event('online'))")
    expect(giulia.locator("#present")).to_contain_text("Jonas Wendt is in this section")
    expect(state(giulia, "common_goals")).to_contain_text("Changed by Jonas Wendt")
    giulia.get_by_role("button", name="Take it over").click()
    expect(field(giulia, "common_goals")).to_have_value("Goals that Jonas wrote.")


def test_rows_of_others_are_told(visitor: Visitors) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    open_section(giulia, "milestones")
    open_section(jonas, "milestones")
    with jonas.expect_navigation():
        jonas.get_by_role("button", name="Add a milestone").click()
    giulia.evaluate("window.dispatchEvent(new Event('online'))")
    expect(giulia.locator("#present")).to_contain_text("Jonas Wendt added or took out rows.")
    count = giulia.locator(".draft-card").count()
    with giulia.expect_navigation():
        giulia.get_by_role("link", name="Load the page again").click()
    expect(giulia.locator(".draft-card")).to_have_count(count + 1)
    with giulia.expect_navigation():
        giulia.get_by_role("button", name="Take out").last.click()


def test_without_a_script_a_section_is_saved_by_its_button(visitor: Visitors) -> None:
    giulia, jonas = visitor("Giulia Doria", scripted=False), visitor("Jonas Wendt", scripted=False)
    open_section(giulia, "acronym")
    field(giulia, "acronym").fill("QUIET")
    with giulia.expect_navigation():
        giulia.get_by_role("main").get_by_role("button", name="Save", exact=True).last.click()
    expect(giulia.get_by_role("main")).to_contain_text(re.compile("Saved|Nothing was changed"))
    open_section(giulia, "acronym")
    open_section(jonas, "acronym")
    for page, said in ((giulia, "LOUD"), (jonas, "SILENT")):
        field(page, "acronym").fill(said)
        with page.expect_navigation():
            page.get_by_role("main").get_by_role("button", name="Save", exact=True).last.click()
    expect(jonas.get_by_role("heading", name="Two versions: choose")).to_be_visible()
    with jonas.expect_navigation():
        jonas.get_by_role("button", name="Use what Jonas Wendt wrote").click()
    expect(field(jonas, "acronym")).to_have_value("SILENT")


PAGES = (
    "", "/sections/title", "/sections/work_packages", "/sections/targets", "/sections/member_profiles",
    "/sections/members", "/sections/gantt", "/sections/financing", "/sections/roadmap", "/history",
    "/history?key=summary", "/remarks", "/remarks?section=roadmap", "/remarks/suggest?key=summary",
)  # fmt: skip


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone, dark"])
def test_pages_of_an_application_are_accessible_and_fit(size: Any, scheme: Any, visitor: Visitors) -> None:
    giulia, jonas = visitor("Giulia Doria"), visitor("Jonas Wendt")
    # A page with all there can be: two versions to choose from, on the page and under the field, and a remark.
    open_section(giulia, "roadmap")
    write(giulia, "roadmap", f"One step ({scheme}, {size['width']}).")
    open_section(jonas, "roadmap")
    write(giulia, "roadmap", "Two steps.")
    field(jonas, "roadmap").fill("Three steps.")
    expect(state(jonas, "roadmap")).to_contain_text("Two versions: choose")
    address = whole(giulia)
    giulia.goto(f"{address}/remarks")
    giulia.get_by_label("What you want to say").fill("Too short?")
    with giulia.expect_navigation():
        giulia.get_by_role("button", name="Write the remark").click()
    wrong = [f"two versions: {told}" for told in violations(jonas)]
    giulia.set_viewport_size(size)
    giulia.emulate_media(color_scheme=scheme)
    for path in ["/proposals", *(f"{address}{page}" for page in PAGES)]:
        giulia.goto(path)
        wide = giulia.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [f"{path}: {wide} px wider than the window"] if wide > 0 else []
        wrong += [f"{path}: {told}" for told in violations(giulia)]
    assert wrong == []
    open_section(jonas, "roadmap")
    jonas.get_by_role("button", name="Leave the field as it reads now").first.click()
