"""Passkeys and providers in a real browser, under the site's own policy: nothing inline, nothing from elsewhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Browser, CDPSession, Page, expect
from tests.browser.conftest import DESKTOP
from tests.ground.accounts.provider import CLIENT, SECRET, Provider
from tests.people import PASSWORD, address_of, person

from hanse.ground.accounts import configuration
from hanse.ground.accounts.models import User

THERE = re.compile(r"^http://[^/]+/accounts/2fa/$")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of a visitor; what the policy refuses and what goes wrong in a script fails the test."""
    cache.clear()
    context = browser.new_context(base_url=live_server.url, viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert not wrong, wrong


class Device:
    """A telephone that holds keys, as the browser pretends to have one."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def held(self) -> list[dict[str, Any]]:
        """The keys it holds."""
        keys: list[dict[str, Any]] = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})[
            "credentials"
        ]
        return keys

    def in_wrong_hands(self) -> None:
        """From now on the finger is not the owner's."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": False})


def sign_in(page: Page, id: str = "giulia") -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(address_of(id))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")


def add_key(page: Page, name: str, *, alone: bool) -> None:
    """Set up a key; `alone`: one that signs in without a password."""
    page.goto("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="It is me").click()
    page.get_by_label("Name").fill(name)
    if not alone:
        page.locator("label", has_text="Sign in with this key alone").first.click()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("The key is added.")).to_be_visible()


def test_a_passkey_is_added_and_signs_in_without_a_password(visitor: Page) -> None:
    person("giulia")
    device = Device(visitor)
    sign_in(visitor)
    add_key(visitor, "telephone of Giulia", alone=True)
    assert [key["isResidentCredential"] for key in device.held()] == [True]
    visitor.goto("/accounts/2fa/webauthn/")
    expect(visitor.get_by_text("Passkey: signs you in by itself")).to_be_visible()
    sign_out(visitor)

    visitor.goto("/accounts/login/?next=/accounts/2fa/")
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    visitor.wait_for_url(THERE)
    expect(visitor.get_by_role("navigation", name="You", exact=True)).to_contain_text(person("giulia").name)
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None


def test_a_key_beside_the_password_is_asked_for_after_it(visitor: Page) -> None:
    person("giulia")
    Device(visitor)
    sign_in(visitor)
    add_key(visitor, "key ring", alone=False)
    sign_out(visitor)
    sign_in(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("One more proof")
    visitor.get_by_role("button", name="Use a passkey or security key").click()
    visitor.wait_for_url("**/work")


def test_a_telephone_in_wrong_hands_lets_nobody_in_and_says_why(visitor: Page) -> None:
    person("giulia")
    device = Device(visitor)
    sign_in(visitor)
    add_key(visitor, "telephone of Giulia", alone=True)
    sign_out(visitor)
    device.in_wrong_hands()
    visitor.goto("/accounts/login/")
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    expect(visitor.get_by_role("alert")).to_contain_text("Try again, or take another way")
    visitor.goto("/work")
    assert "/accounts/login/" in visitor.url


def test_a_key_whose_owner_was_shut_out_opens_nothing(visitor: Page) -> None:
    person("giulia")
    Device(visitor)
    sign_in(visitor)
    add_key(visitor, "telephone of Giulia", alone=True)
    sign_out(visitor)
    User.objects.update(is_active=False)
    visitor.goto("/accounts/login/")
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("This account is closed")


def test_a_removed_key_opens_nothing(visitor: Page) -> None:
    person("giulia")
    Device(visitor)
    sign_in(visitor)
    add_key(visitor, "telephone of Giulia", alone=True)
    visitor.goto("/accounts/2fa/webauthn/")
    visitor.get_by_role("link", name="Remove telephone of Giulia").click()
    visitor.get_by_role("button", name="Remove the key").click()
    expect(visitor.get_by_text("The key is removed.")).to_be_visible()
    sign_out(visitor)
    visitor.goto("/accounts/login/")
    with visitor.expect_navigation():
        visitor.get_by_role("button", name="Sign in with a passkey").click()
    visitor.goto("/work")
    assert "/accounts/login/" in visitor.url


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Provider]:
    running = Provider({"sub": "u-17", "email": "wanda@quay.example", "email_verified": True, "name": "Wanda Kalt"})
    told = {"SERVER": running.address, "NAME": "EU Login", "ID": CLIENT, "SECRET": SECRET}
    for name, value in told.items():
        monkeypatch.setenv(f"HANSE_OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = configuration.providers()
    yield running
    running.close()


def test_the_browser_goes_to_the_provider_and_comes_back_signed_in(provider: Provider, visitor: Page) -> None:
    """The policy holds forms to the site; the one button that leads to a provider must get through."""
    visitor.goto("/accounts/login/?next=/accounts/2fa/")
    visitor.get_by_role("link", name="EU Login").click()
    visitor.get_by_role("button", name="Go to EU Login").click()
    visitor.wait_for_url(THERE)
    expect(visitor.get_by_role("navigation", name="You", exact=True)).to_contain_text("Wanda Kalt")
