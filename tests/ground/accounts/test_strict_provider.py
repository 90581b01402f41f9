"""What a provider of OpenID Connect must prove beyond a state: its signature, our visit, one and the same person."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache
from django.test import Client
from tests.ground.accounts.provider import CLIENT, SECRET, Provider

from hanse.ground.accounts import configuration
from hanse.ground.accounts.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/oidc/login/"
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
DESCRIPTION = "/.well-known/openid-configuration"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Provider]:
    cache.clear()
    running = Provider({"sub": "u-17", "email": "wanda@quay.example", "email_verified": True, "name": "Wanda Kalt"})
    told = {"SERVER": running.address, "NAME": "EU Login", "ID": CLIENT, "SECRET": SECRET}
    for name, value in told.items():
        monkeypatch.setenv(f"HANSE_OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = configuration.providers()
    yield running
    running.close()


def visit(provider: Provider, client: Client) -> Any:
    """There and back."""
    sent = client.post(LOGIN)
    assert sent.status_code == 302
    back = urlsplit(provider.authorise(sent["Location"]))
    return client.get(f"{back.path}?{back.query}", follow=True)


def assert_refused(client: Client, page: Any) -> None:
    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()
    assert page.status_code == 401
    text = page.content.decode()
    assert "hanse-header" in text
    assert "Signing in there did not work" in text


def test_who_comes_rightly_is_let_in(provider: Provider) -> None:
    client = Client()
    visit(provider, client)
    assert "_auth_user_id" in client.session


def with_another_key(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, OTHER_KEY, algorithm="RS256", headers={"kid": "k1"})


def with_an_unknown_key(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, provider.key, algorithm="RS256", headers={"kid": "k2"})


def without_a_signature(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "k1"})


def with_the_public_key_as_a_secret(provider: Provider, claims: dict[str, Any]) -> str:
    public = provider.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return jwt.encode(claims, public, algorithm="HS256", headers={"kid": "k1"})


def that_is_no_token(provider: Provider, claims: dict[str, Any]) -> str:
    return "no.token.atall"


@pytest.mark.parametrize(
    "sign",
    [
        with_another_key,
        with_an_unknown_key,
        without_a_signature,
        with_the_public_key_as_a_secret,
        that_is_no_token,
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    sign: Callable[[Provider, dict[str, Any]], str], provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "sign", lambda claims: sign(provider, claims))
    client = Client()
    assert_refused(client, visit(provider, client))


@pytest.mark.parametrize("nonce", ["", "made-up", "é", 7, None])
def test_a_token_for_another_visit_is_refused(provider: Provider, nonce: object) -> None:
    provider.claims = {"nonce": nonce}
    client = Client()
    assert_refused(client, visit(provider, client))


def test_each_visit_has_a_nonce_of_its_own(provider: Provider) -> None:
    asked = [parse_qs(urlsplit(Client().post(LOGIN)["Location"]).query)["nonce"][0] for _ in range(2)]
    assert asked[0] != asked[1]


@pytest.mark.parametrize("claims", [{"iat": int(time.time()) + 600}, {"exp": None}, {"sub": 17}, {"aud": []}])
def test_a_token_that_says_nonsense_is_refused(provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    client = Client()
    assert_refused(client, visit(provider, client))


def test_a_clock_that_is_some_seconds_ahead_is_forgiven(provider: Provider) -> None:
    provider.claims = {"iat": int(time.time()) + 10}
    client = Client()
    visit(provider, client)
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("told", [{"sub": "another", "email": "other@quay.example"}, ["wanda"], "wanda", None])
def test_what_is_told_about_somebody_else_is_refused(provider: Provider, told: object) -> None:
    provider.answers["/userinfo"] = told
    client = Client()
    assert_refused(client, visit(provider, client))


@pytest.mark.parametrize("keys", [{}, {"keys": []}, [], {"keys": [{"kty": "RSA"}]}])
def test_a_provider_that_shows_no_key_is_refused(provider: Provider, keys: object) -> None:
    provider.answers["/keys"] = keys
    client = Client()
    assert_refused(client, visit(provider, client))


@pytest.mark.parametrize("description", [{}, [], "x", {"issuer": "x", "token_endpoint": 7}])
def test_a_provider_that_does_not_describe_itself_leads_to_a_clear_page(
    provider: Provider, description: object
) -> None:
    provider.answers[DESCRIPTION] = description
    client = Client()
    assert_refused(client, client.post(LOGIN))


def test_a_provider_that_does_not_answer_leads_to_a_clear_page(provider: Provider) -> None:
    client = Client()
    sent = client.post(LOGIN)
    back = urlsplit(provider.authorise(sent["Location"]))
    provider.close()
    assert_refused(client, client.get(f"{back.path}?{back.query}"))
    assert_refused(client, client.post(LOGIN))


def test_the_policy_lets_the_button_lead_to_the_provider_and_other_pages_nowhere(provider: Provider) -> None:
    asking = Client().get(LOGIN)["Content-Security-Policy"]
    policy = {line.split()[0]: line.split()[1:] for line in asking.split("; ")}
    assert policy["form-action"] == ["'self'", provider.address, "https:"]
    elsewhere = Client().get("/accounts/login/")["Content-Security-Policy"]
    assert "form-action 'self';" in f"{elsewhere};"


def test_a_name_with_signs_that_are_none_comes_in_clean(provider: Provider) -> None:
    provider.person["name"] = "Wan\x00da \u202e<b>" + "x" * 300
    visit(provider, Client())
    name = User.objects.get().name
    assert name.startswith("Wanda <b>x")
    assert len(name) == 200


@pytest.mark.parametrize("subject", ["", "a\x00b", "x" * 192])
def test_a_person_named_in_a_way_that_cannot_be_kept_is_refused(provider: Provider, subject: str) -> None:
    provider.person["sub"] = subject
    client = Client()
    assert_refused(client, visit(provider, client))


def test_no_more_is_kept_of_what_a_provider_tells_than_is_needed(provider: Provider) -> None:
    provider.person |= {"birthdate": "1970-01-01", "address": {"street": "Kai 1\x00"}, "picture": "https://x.example"}
    visit(provider, Client())
    kept = SocialAccount.objects.get().extra_data["userinfo"]
    assert set(kept) == {"sub", "name", "email", "email_verified"}


@pytest.mark.parametrize("told", [None, 7, {"a": 1}, ""])
def test_a_person_without_a_proper_name_still_comes_in(provider: Provider, told: object) -> None:
    provider.person["name"] = told
    client = Client()
    visit(provider, client)
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("told", ["no address", "x" * 300 + "@quay.example", "a\x00b@quay.example", 7, None])
def test_who_has_no_proper_address_is_asked_for_one(provider: Provider, told: object) -> None:
    provider.person["email"] = told
    client = Client()
    page = visit(provider, client)
    assert "_auth_user_id" not in client.session
    assert 'name="email"' in page.content.decode()


@pytest.mark.parametrize("said", ["false", "0", 0, None, []])
def test_an_address_counts_as_verified_only_if_the_provider_says_so(provider: Provider, said: object) -> None:
    provider.person["email_verified"] = said
    client = Client()
    visit(provider, client)
    assert "_auth_user_id" not in client.session, "the address is verified here first"


@pytest.mark.parametrize("path", ["/accounts/oidc/other/login/", "/accounts/oidc/other/login/callback/"])
def test_a_provider_that_is_not_set_up_is_not_there(provider: Provider, path: str) -> None:
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code == 404
