"""Signing in by a provider of OpenID Connect, against a real one on loopback."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from tests.ground.accounts.provider import CLIENT, SECRET, Provider
from tests.people import address_of, person

from hanse.ground.accounts import configuration
from hanse.ground.accounts.models import User
from hanse.ground.audit.models import Event

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/oidc/login/"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Provider]:
    """A provider that the site is set to, by the same settings an operator uses."""
    cache.clear()
    running = Provider({"sub": "u-17", "email": "wanda@quay.example", "email_verified": True, "name": "Wanda Kalt"})
    told = {"SERVER": running.address, "NAME": "EU Login", "ID": CLIENT, "SECRET": SECRET}
    for name, value in told.items():
        monkeypatch.setenv(f"HANSE_OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = configuration.providers()
    yield running
    running.close()


def back_from(provider: Provider, client: Client, **changed: str) -> Any:
    """Go to the provider by the button of the sign-in page, agree there, and come back."""
    sent = client.post(LOGIN)
    assert sent.status_code == 302, sent.content.decode()
    assert sent["Location"].startswith(f"{provider.address}/authorize?")
    back = urlsplit(provider.authorise(sent["Location"]))
    words = {name: values[0] for name, values in parse_qs(back.query).items()} | changed
    return client.get(f"{back.path}?{urlencode(words)}", follow=True)


def who(client: Client) -> str:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).email if key else ""


def test_the_sign_in_page_offers_the_provider_by_its_name(provider: Provider) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert "EU Login" in page
    assert LOGIN in page


def test_who_comes_by_the_provider_gets_an_account_with_a_name(provider: Provider) -> None:
    client = Client()
    back_from(provider, client)
    assert who(client) == "wanda@quay.example"
    assert User.objects.get().name == "Wanda Kalt"
    assert EmailAddress.objects.get().verified
    assert Event.objects.filter(act="create account").count() == 1
    assert "/token" in provider.asked


def test_who_comes_again_is_the_same_person_even_with_a_new_address(provider: Provider) -> None:
    back_from(provider, Client())
    provider.person["email"] = "wanda@elsewhere.example"
    client = Client()
    back_from(provider, client)
    assert User.objects.count() == 1
    assert who(client) == "wanda@quay.example"


def test_an_address_that_the_provider_states_opens_nobody_elses_account(provider: Provider) -> None:
    person("giulia")
    provider.person["email"] = address_of("giulia")
    client = Client()
    back_from(provider, client)
    assert who(client) == ""
    assert not SocialAccount.objects.exists()


def test_an_address_that_the_provider_has_not_verified_is_verified_here(provider: Provider) -> None:
    provider.person["email_verified"] = False
    client = Client()
    back_from(provider, client)
    assert who(client) == ""
    assert not EmailAddress.objects.filter(verified=True).exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"aud": "another site"}, "a token for somebody else"),
        ({"iss": "https://evil.example"}, "a token of somebody else"),
        ({"exp": int(time.time()) - 60}, "a token of yesterday"),
    ],
)
def test_a_token_that_is_not_for_us_is_refused_with_a_clear_page(
    provider: Provider, wrong: dict[str, Any], why: str
) -> None:
    provider.claims = wrong
    client = Client()
    page = back_from(provider, client)
    assert who(client) == "", why
    assert "hanse-header" in page.content.decode()
    assert not User.objects.exists()


def test_a_state_of_another_visit_is_refused(provider: Provider) -> None:
    client = Client()
    page = back_from(provider, client, state="made-up")
    assert who(client) == ""
    assert "hanse-header" in page.content.decode()
    assert "/token" not in provider.asked


def test_a_code_works_once(provider: Provider) -> None:
    client = Client()
    sent = client.post(LOGIN)
    back = urlsplit(provider.authorise(sent["Location"]))
    provider.codes.clear()  # somebody else used it first
    client.get(f"{back.path}?{back.query}", follow=True)
    assert who(client) == ""


def test_saying_no_at_the_provider_leads_back_to_a_clear_page(provider: Provider) -> None:
    client = Client()
    sent = client.post(LOGIN)
    state = parse_qs(urlsplit(sent["Location"]).query)["state"][0]
    page = client.get(f"{LOGIN}callback/?{urlencode({'error': 'access_denied', 'state': state})}", follow=True)
    assert page.status_code == 200
    assert "hanse-header" in page.content.decode()
    assert who(client) == ""


def test_without_the_setting_there_is_no_provider() -> None:
    assert configuration.providers() == {}
    assert Client().post(LOGIN).status_code == 404
