"""Signing in as people do it: sign up, confirm, forget, mistype, add a second factor."""

import base64
import hmac
import re
import struct
import time
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from tests.people import PASSWORD, address_of, browsing, person

from hanse.ground.accounts.models import User
from hanse.ground.audit.models import Event
from hanse.ground.outbox import queries as outbox

pytestmark = pytest.mark.django_db
NEWCOMER = "Newcomer@Quay.example"


@pytest.fixture(autouse=True)
def _no_attempts_are_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_up(client: Client, email: str = NEWCOMER, **changed: str) -> object:
    typed = {"name": "New Comer", "email": email, "password1": PASSWORD, "password2": PASSWORD, **changed}
    return client.post("/accounts/signup/", typed)


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> object:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def link_in(body: str) -> str:
    found = re.search(r"http://testserver(/\S+)", body)
    assert found, body
    return found[1]


def code_of(secret: str) -> str:
    """The code that an authenticator shows now (RFC 6238)."""
    key = base64.b32decode(secret)
    mac = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def who(client: Client) -> str:
    """Who has signed in here, as the page of an account says; nothing for nobody."""
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).email if key else ""


def test_a_newcomer_signs_up_confirms_and_is_in() -> None:
    client = Client()
    answer = sign_up(client)
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert who(client) == ""
    letter = outbox.to(NEWCOMER).get()
    assert "confirm" in letter.subject.lower()
    confirm = link_in(letter.body)
    assert client.get(confirm).status_code == 200, "a mail scanner that follows the link confirms nothing"
    assert not EmailAddress.objects.get().verified
    client.post(confirm)
    assert EmailAddress.objects.get().verified
    sign_in(client, NEWCOMER.lower())
    assert who(client) == NEWCOMER.lower()
    assert User.objects.get().name == "New Comer"
    assert Event.objects.filter(act="create account").count() == 1


def test_who_has_not_confirmed_is_not_let_in() -> None:
    client = Client()
    sign_up(client)
    sign_in(client, NEWCOMER)
    assert who(client) == ""


def test_a_wrong_sign_up_is_shown_again_with_what_was_typed() -> None:
    answer = sign_up(Client(), password2="another", name="<script>alert(1)</script>")
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert 'value="Newcomer@Quay.example"' in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert 'href="#id_password2"' in page, "the summary leads to the field"
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "x" * 201])
def test_a_name_that_cannot_be_is_refused_kindly(name: str) -> None:
    answer = sign_up(Client(), name=name)
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert b'href="#id_name"' in answer.content  # type: ignore[attr-defined]


def test_a_short_or_common_password_is_refused() -> None:
    for weak in ("short", "password1234"):
        answer = sign_up(Client(), password1=weak, password2=weak)
        assert b'href="#id_password1"' in answer.content  # type: ignore[attr-defined]


def test_an_address_that_is_taken_is_not_given_away() -> None:
    person("giulia")
    client = Client()
    answer = sign_up(client, address_of("giulia").upper())
    assert answer.status_code == 302, "the page is the same as for a new address"  # type: ignore[attr-defined]
    assert User.objects.count() == 1
    assert "already" in outbox.to(address_of("giulia")).first().body  # type: ignore[union-attr]


def test_case_in_the_address_makes_no_difference() -> None:
    person("giulia")
    client = Client()
    sign_in(client, "GIULIA@hanse.EXAMPLE")
    assert who(client) == address_of("giulia")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_a_foreign_place_to_go_next_is_not_followed(target: str) -> None:
    person("giulia")
    answer = sign_in(Client(), address_of("giulia"), next=target)
    assert answer["Location"] == "/work"  # type: ignore[index]


def test_guessing_passwords_is_slowed_down() -> None:
    person("giulia")
    client = Client()
    answers = [sign_in(client, address_of("giulia"), "wrong guess").content.decode() for _ in range(6)]  # type: ignore[attr-defined]
    assert "Too many failed" in answers[-1]
    sign_in(client, address_of("giulia"))
    assert who(client) == "", "even the right password waits now"


def test_a_closed_account_cannot_sign_in() -> None:
    User.objects.filter(pk=person("giulia").pk).update(is_active=False)
    client = Client()
    answer = sign_in(client, address_of("giulia"))
    assert who(client) == ""
    assert answer.status_code in (200, 302)  # type: ignore[attr-defined]


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once() -> None:
    person("giulia")
    client = Client()
    client.post("/accounts/password/reset/", {"email": address_of("giulia")})
    link = link_in(outbox.to(address_of("giulia")).get().body)
    form = client.get(link, follow=True)
    place = form.redirect_chain[-1][0]
    new = "eleven herrings for Visby"
    client.post(place, {"password1": new, "password2": new})
    sign_in(client, address_of("giulia"), new)
    assert who(client) == address_of("giulia")
    again = Client().get(link, follow=True)
    assert b"password1" not in again.content


def test_asking_for_an_unknown_address_looks_the_same() -> None:
    person("giulia")
    known = Client().post("/accounts/password/reset/", {"email": address_of("giulia")})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@quay.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def with_second_factor(id: str) -> tuple[str, list[str]]:
    """Set up an authenticator; its secret, and the recovery codes."""
    person(id)
    client = Client()
    sign_in(client, address_of(id))
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/"), "a second factor is set up by who knows the first"
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"\b([A-Z2-7]{32})\b", page)
    assert secret, page
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert answer.status_code == 302
    shown = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = re.findall(r"\b[0-9a-f]{8}\b", shown)
    assert len(codes) >= 8
    return secret[1], codes


def test_a_second_factor_is_asked_for_and_a_wrong_code_lets_nobody_in() -> None:
    secret, _ = with_second_factor("giulia")
    client = Client()
    answer = sign_in(client, address_of("giulia"))
    assert answer["Location"] == "/accounts/2fa/authenticate/"  # type: ignore[index]
    assert who(client) == ""
    cache.clear()  # the code of this half minute was used when it was set up
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert who(client) == ""
    cache.clear()
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert who(client) == address_of("giulia")


def test_a_recovery_code_works_once() -> None:
    _, codes = with_second_factor("giulia")
    for expected in (address_of("giulia"), ""):
        client = Client()
        sign_in(client, address_of("giulia"))
        client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert who(client) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/",
        "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/webauthn/", "/accounts/provider/", "/accounts/logout/",
    ],
)  # fmt: skip
def test_pages_of_an_account_are_in_the_look_of_the_site(path: str) -> None:
    person("giulia")
    client = Client()
    sign_in(client, address_of("giulia"))
    page = client.get(path, follow=True).content.decode()
    assert "hanse-header" in page
    assert page.count("<h1") == 1
    assert " style=" not in page


def test_signing_out_takes_a_click() -> None:
    client = browsing("giulia")
    client.get("/accounts/logout/")
    assert who(client) == address_of("giulia"), "an image on a foreign page signs nobody out"
    client.post("/accounts/logout/")
    assert who(client) == ""
