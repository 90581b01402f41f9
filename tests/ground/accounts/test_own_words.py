"""Pages and messages about accounts: in our look and our words, without script or style inside a page."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver
from tests.people import PASSWORD, address_of, browsing, person

from hanse.ground.accounts import urls
from hanse.ground.accounts.models import User
from hanse.ground.outbox import queries as outbox

pytestmark = pytest.mark.django_db

OPEN_TO_VISITORS = {
    "account_confirm_email",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
}
ARGUMENTS = {"key": "abc-def", "uidb36": "1", "pk": "1", "provider_id": "none"}


@pytest.fixture(autouse=True)
def _no_attempts_are_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def signed_in(id: str = "giulia") -> Client:
    """Somebody who has just shown who they are."""
    person(id)
    client = Client()
    client.post("/accounts/login/", {"login": address_of(id), "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def assert_ours(answer: Any, heading: str) -> str:
    page: str = answer.content.decode()
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert [" ".join(re.sub("<[^>]*>", "", one).split()) for one in headings] == [heading]
    assert "hanse-header" in page
    assert not re.search(r"\s(style|on[a-z]+)=", page)
    for attributes in re.findall(r"<script([^>]*)>", page):
        assert " src=" in attributes or 'type="application/json"' in attributes
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title and len(title[1].split()) > 2
    assert "Your account – " not in title[1], "every page has a title of its own"
    return page


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("login/", "Sign in"),
        ("signup/", "Create an account"),
        ("confirm-email/", "Look into your mailbox"),
        ("confirm-email/made-up/", "This link does not work"),
        ("password/reset/", "Forgotten your password?"),
        ("password/reset/done/", "Look into your mailbox"),
        ("password/reset/key/1-made-up/", "This link does not work"),
        ("password/reset/key/done/", "Your new password is set"),
        ("inactive/", "This account is closed"),
        ("provider/login/cancelled/", "You came back without signing in"),
        ("provider/login/error/", "Signing in there did not work"),
    ],
)
def test_a_page_for_visitors(path: str, heading: str) -> None:
    assert_ours(Client().get(f"/accounts/{path}"), heading)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("email/", "Your e-mail address"),
        ("password/change/", "Change your password"),
        ("logout/", "Sign out?"),
        ("reauthenticate/", "Is it you?"),
        ("password/reset/", "Forgotten your password?"),
        ("provider/", "Sign-in providers"),
        ("2fa/", "Second factor and passkeys"),
        ("2fa/totp/activate/", "Set up an authenticator app"),
        ("2fa/webauthn/", "Passkeys and security keys"),
        ("2fa/webauthn/add/", "Add a passkey or security key"),
    ],
)
def test_a_page_of_an_account(path: str, heading: str) -> None:
    assert_ours(signed_in().get(f"/accounts/{path}"), heading)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("2fa/", "Second factor and passkeys"),
        ("2fa/totp/deactivate/", "Remove the authenticator app?"),
        ("2fa/recovery-codes/", "Recovery codes"),
        ("2fa/recovery-codes/generate/", "Make new recovery codes?"),
        ("2fa/reauthenticate/", "Is it you?"),
    ],
)
def test_a_page_of_an_account_with_a_second_factor(path: str, heading: str) -> None:
    client = signed_in()
    TOTP.activate(person("giulia"), generate_totp_secret())
    RecoveryCodes.activate(person("giulia"))
    assert_ours(client.get(f"/accounts/{path}"), heading)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("2fa/webauthn/", "Passkeys and security keys"),
        ("2fa/webauthn/keys/{}/edit/", "Rename a key"),
        ("2fa/webauthn/keys/{}/remove/", "Remove this key?"),
    ],
)
def test_a_page_about_keys_shows_a_hostile_name_as_it_is(path: str, heading: str) -> None:
    client = signed_in()
    key = Authenticator.objects.create(
        user=person("giulia"),
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "<script>alert(1)</script>", "passwordless": True, "credential": {}},
    )
    page = assert_ours(client.get(f"/accounts/{path.format(key.pk)}"), heading)
    assert "&lt;script&gt;" in page
    other = signed_in("charlie")
    if "{}" in path:
        assert other.get(f"/accounts/{path.format(key.pk)}").status_code == 404, "somebody else's"


def test_the_page_after_the_password_asks_for_one_more_proof() -> None:
    person("giulia")
    TOTP.activate(person("giulia"), generate_totp_secret())
    client = Client()
    answer = client.post("/accounts/login/", {"login": address_of("giulia"), "password": PASSWORD}, follow=True)
    assert_ours(answer, "One more proof")


def test_a_password_is_set_by_a_page_of_ours() -> None:
    person("giulia")
    client = Client()
    client.post("/accounts/password/reset/", {"email": address_of("giulia")})
    link = re.search(r"http://testserver(/\S+)", outbox.to(address_of("giulia")).get().body)
    assert link
    assert_ours(client.get(link[1], follow=True), "Set a new password")


def test_who_has_no_password_sets_one() -> None:
    giulia = person("giulia")
    giulia.set_unusable_password()
    giulia.save()
    assert_ours(browsing("giulia").get("/accounts/password/set/"), "Set a password")


def test_a_new_address_waits_until_it_is_confirmed() -> None:
    client = signed_in()
    client.post("/accounts/email/", {"email": "new@quay.example", "action_add": "yes"})
    page = assert_ours(client.get("/accounts/email/"), "Your e-mail address")
    assert "Waiting to be confirmed" in page
    assert User.objects.get().email == address_of("giulia")
    link = re.search(r"http://testserver(/\S+)", outbox.to("new@quay.example").get().body)
    assert link
    assert_ours(client.get(link[1]), "Confirm your address")
    client.post(link[1])
    assert User.objects.get().email == "new@quay.example"
    assert [one.email for one in EmailAddress.objects.all()] == ["new@quay.example"]
    assert "was changed from" in outbox.to(address_of("giulia")).get().body, "the old address learns of it"


def test_the_present_address_is_kept_if_one_wants() -> None:
    client = signed_in()
    client.post("/accounts/email/", {"email": "new@quay.example", "action_add": "yes"})
    client.post("/accounts/email/", {"email": "new@quay.example", "action_remove": "yes"})
    assert [one.email for one in EmailAddress.objects.all()] == [address_of("giulia")]


def test_a_wrong_address_is_shown_again_with_its_error() -> None:
    answer = signed_in().post("/accounts/email/", {"email": "no address", "action_add": "yes"})
    page = assert_ours(answer, "Your e-mail address")
    assert 'value="no address"' in page
    assert 'href="#id_email"' in page


def test_whose_account_is_closed_is_told_so_and_only_with_the_right_password() -> None:
    person("giulia")
    User.objects.update(is_active=False)
    client = Client()
    wrong = client.post("/accounts/login/", {"login": address_of("giulia"), "password": "a wrong one"}, follow=True)
    assert "This account is closed" not in wrong.content.decode()
    right = client.post("/accounts/login/", {"login": address_of("giulia"), "password": PASSWORD}, follow=True)
    assert_ours(right, "This account is closed")
    assert "_auth_user_id" not in client.session


def test_closing_an_account_ends_its_visits() -> None:
    client = browsing("giulia")
    assert client.get("/work").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/work")["Location"].startswith("/accounts/login/")


def test_who_tries_too_often_is_told_to_wait() -> None:
    client = Client()
    answers = [client.post("/accounts/signup/", {"email": f"n{number}@quay.example"}) for number in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert_ours(answers[-1], "Too many attempts")


def test_guessing_codes_of_an_app_is_slowed_down() -> None:
    person("giulia")
    TOTP.activate(person("giulia"), generate_totp_secret())
    client = Client()
    client.post("/accounts/login/", {"login": address_of("giulia"), "password": PASSWORD})
    pages = [
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"}).content.decode() for number in range(8)
    ]
    assert "Too many" in pages[-1]


def test_behind_a_proxy_attempts_are_counted_for_each_visitor(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    many = {"x-forwarded-for": "made-up, 192.0.2.1"}
    for number in range(21):
        last = Client().post("/accounts/signup/", {"email": f"n{number}@quay.example"}, headers=many)
    assert last.status_code == 429
    other = Client().post("/accounts/signup/", {"email": "o@quay.example"}, headers={"x-forwarded-for": "192.0.2.2"})
    assert other.status_code == 200


def test_only_pages_for_visitors_are_open_to_visitors() -> None:
    """The sign-in is asked for by allauth itself; a page that it opens with a new version is seen here."""
    answers = {name: Client().get(path).status_code for name, path in addresses()}
    assert len(answers) > 25
    assert {name for name, status in answers.items() if status == 200} <= OPEN_TO_VISITORS
    assert set(answers.values()) <= {200, 302, 401, 403, 404, 405}


def addresses() -> Iterator[tuple[str, str]]:
    """Every named address below /accounts/ with its parts filled in."""

    def walk(patterns: Iterable[object], before: str) -> Iterator[tuple[str, str]]:
        for one in patterns:
            assert isinstance(one, URLPattern | URLResolver)
            written = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, written)
            else:
                bare = written.replace("^", "").replace("$", "").replace("\\Z", "")
                bare = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: ARGUMENTS.get(m[1], "1"), bare)
                yield (
                    str(one.name),
                    "/accounts/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: ARGUMENTS.get(m[1], "1"), bare),
                )

    yield from walk(urls.urlpatterns, "")


# --- messages --------------------------------------------------------------------------------------------------

WITH_CODES_OR_TELEPHONE = ("login_code", "password_reset_code")
"""Ways to sign in that are not switched on."""


def letters() -> list[str]:
    """Every message that allauth can send here, by the name of its template."""
    folder = Path(allauth.__file__).parent / "templates"
    found = [
        str(path.relative_to(folder)).removesuffix("_message.txt")
        for app in ("account", "mfa", "socialaccount")
        for path in (folder / app / "email").glob("*_message.txt")
    ]
    return sorted(name for name in found if not name.endswith(("base", *WITH_CODES_OR_TELEPHONE)))


@pytest.mark.parametrize("name", letters())
def test_every_message_is_in_our_words(name: str) -> None:
    ours = Path(urls.__file__).parent / "templates"
    for part in ("subject", "message"):
        template = get_template(f"{name}_{part}.txt")
        assert Path(template.origin.name).is_relative_to(ours)  # type: ignore[attr-defined]
    link = "https://x.example/a?b=1&c=2"
    told = {
        "user": User(name="Ada <b>& Co"),
        "email": "a@quay.example",
        **dict.fromkeys(("activate_url", "password_reset_url", "signup_url"), link),
    }
    subject = get_template(f"{name}_subject.txt").render(told).strip()
    assert subject and "\n" not in subject
    body = get_template(f"{name}_message.txt").render(told)
    assert body.startswith("Good day")
    assert "&lt;" not in body and "&amp;" not in body, "plain text is not escaped"
    assert "\n\n\n" not in body


def test_a_stranger_is_not_told_who_typed_their_address() -> None:
    client = signed_in("charlie")
    client.post("/accounts/password/reset/", {"email": "stranger@quay.example"})
    body = outbox.to("stranger@quay.example").get().body
    assert person("charlie").name not in body
    person("giulia")
    Client().post(
        "/accounts/signup/",
        {"name": "Mallory", "email": address_of("giulia"), "password1": PASSWORD, "password2": PASSWORD},
    )
    assert "Mallory" not in outbox.to(address_of("giulia")).get().body


def test_a_hostile_name_stays_inside_its_message() -> None:
    Client().post(
        "/accounts/signup/",
        {
            "name": "Eve\r\nBcc: all@x.example",
            "email": "eve@quay.example",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    for letter in outbox.to("eve@quay.example"):
        assert "\n" not in letter.subject


def test_whoever_changes_a_password_the_owner_learns_of_it() -> None:
    client = signed_in()
    new = "eleven herrings for Visby"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    letter = outbox.to(address_of("giulia")).get()
    assert letter.subject == "Your password was changed"
    assert "127.0.0.1" in letter.body
