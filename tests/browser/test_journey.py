"""The journey of a newcomer, with and without JavaScript: from the home page to a published profile."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import DESKTOP, PHONE, enter_as

PASSWORD = "nine cogs from Lübeck"  # noqa: S105 -- of somebody who does not exist


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def scripted(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "with JavaScript")


@pytest.fixture
def newcomer(scripted: bool, browser: Browser, site: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site, viewport=DESKTOP, java_script_enabled=scripted)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    yield context
    context.close()


def choose_members(page: Page, *countries: str) -> None:
    for number, country in enumerate(countries, 1):
        page.locator(f"#country-{number}").select_option(label=country)


def tick(page: Page, label: str) -> None:
    """Choose a box or a button by the words beside it, as a person does: the input itself lies hidden behind them."""
    page.locator("label", has_text=re.compile(rf"^\s*{label}")).first.click()


def press(page: Page, name: str) -> None:
    """Press a button of the page and wait for what it leads to."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_three_organisations_learn_in_a_minute_whether_they_may_apply(
    newcomer: BrowserContext, browser: Browser
) -> None:
    page = newcomer.new_page()
    page.goto("/")
    page.get_by_role("link", name="Can we apply?").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Can we apply?")

    # All three in one country: not eligible, and why.
    page.locator("#strand").select_option("A")
    page.locator("#all-kind").select_option(index=1)
    page.locator("#all-entity").select_option(index=1)
    page.locator("#all-personality").select_option(index=1)
    page.locator("#all-registered").select_option(index=1)
    choose_members(page, "Italy", "Italy", "Italy")
    page.locator("#target-1").select_option(label="Japan")
    page.locator("#target-2").select_option(label="Canada")
    page.locator("#months").fill("30")
    page.locator("#cost").fill("600000")
    page.locator("#grant").fill("500000")
    page.locator("#other").fill("100000")
    page.get_by_role("button", name="Check", exact=True).click()
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("No: not as it stands")
    expect(verdict).to_contain_text("Italy")

    # One step of repair later: eligible, and the address can be shared.
    choose_members(page, "Italy", "Germany", "Serbia")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer-heading")).to_contain_text("Yes")

    another = browser.new_context(base_url=page.url.split("/calls")[0], viewport=PHONE)  # type: ignore[arg-type]
    shared = another.new_page()
    shared.goto(page.url)
    expect(shared.locator("#answer-heading")).to_contain_text("Yes")
    another.close()


def test_a_newcomer_registers_an_organisation_and_sees_it_published(
    newcomer: BrowserContext, scripted: bool, browser: Browser, site: str
) -> None:
    name = "Quayside Timber Cluster" if scripted else "Riverbend Ceramics Alliance"
    email = f"newcomer-{'a' if scripted else 'b'}@quay.example"
    page = newcomer.new_page()

    # An account, confirmed by a message.
    page.goto("/")
    page.get_by_role("link", name="Register an organisation").click()
    page.get_by_role("link", name="Create one").click()
    page.get_by_label("Your name").fill("Nora Quay")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    press(page, "Sign Up")
    page.goto("/outbox")
    page.locator("article", has_text=email).first.get_by_role("link", name=re.compile("confirm-email")).click()
    press(page, "Confirm")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")

    # The organisation: a draft, what is missing, the request.
    page.goto("/organisations/new")
    page.get_by_label("Name", exact=True).fill(name)
    press(page, "Save and check")
    expect(page.get_by_role("main")).to_contain_text("The request cannot be sent yet")
    page.get_by_role("link", name="Edit the profile").click()
    tick(page, "Cluster organisation")
    page.get_by_label("In one or two sentences").fill("Sawmills and joiners around one harbour.")
    page.get_by_label("Country of establishment").select_option(label="Poland")
    page.get_by_label("E-mail address for contact").fill(email)
    tick(page, "Construction")
    press(page, "Save")
    page.goto(f"/organisations/{name.lower().replace(' ', '-')}/legal-entity")
    page.get_by_label("Legal name").fill(name)
    page.get_by_label("Country of the seat").select_option(label="Poland")
    page.get_by_label("VAT number").fill("PL1234567890" if scripted else "PL9876543211")
    press(page, "Save")
    page.goto(f"/organisations/{name.lower().replace(' ', '-')}/request")
    expect(page.get_by_role("main")).to_contain_text("mistyped")  # the doubt about the number stops nobody
    press(page, "Request registration")
    expect(page.get_by_role("main")).to_contain_text("registration requested")

    # Nobody else sees it yet; an officer reviews and publishes it.
    officer = browser.new_context(base_url=site, viewport=DESKTOP)  # type: ignore[arg-type]
    desk = officer.new_page()
    desk.goto(f"/organisations/{name.lower().replace(' ', '-')}")
    expect(desk.get_by_role("heading", level=1)).not_to_contain_text(name)
    enter_as(desk, "Odile Lambert")
    desk.get_by_role("main").get_by_role("link", name=name).click()
    tick(desk, "Register it")
    press(desk, "Decide")
    officer.close()

    # The newcomer reads it in the public list and in a message.
    page.goto(f"/organisations?q={name.split()[0]}+{name.split()[-1]}")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("main")).to_contain_text("registered")
    page.goto("/outbox")
    expect(page.locator("article", has_text=f"Registered: {name}")).to_be_visible()
