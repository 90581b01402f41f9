"""Signing in by a provider of OpenID Connect, more strictly than allauth does it by itself.

The token about the person must carry the provider's signature, be meant for this site and answer this very visit
(nonce), and what the provider tells beside it must be about the same person. A provider that does not answer, or
answers nonsense, leads to a page that says so.
"""

from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from requests import RequestException

from hanse.ground.accounts.access import anyone

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make. One with a shared secret is not among them."""
DESCRIBED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT = ("sub", "name", "given_name", "family_name", "email")
ADDRESS_LENGTH = 254
SUBJECT_LENGTH = 191
LEEWAY = 30
"""Seconds by which the provider's clock may differ from ours."""


def nonce_of(state: str) -> str:
    """What ties a token to a visit: made from its state, which only the session of that visit holds."""
    return sha256(f"nonce {state}".encode()).hexdigest()


def _proper(told: dict[str, Any]) -> dict[str, Any]:
    """What we keep of what is told of a person: texts without signs that are none, and an address only if it is one."""
    proper: dict[str, Any] = {
        name: "".join(letter for letter in told[name] if letter.isprintable())
        for name in KEPT
        if isinstance(told.get(name), str)
    }
    try:
        validate_email(told["email"] if "email" in proper else "")
        fits = len(proper["email"]) <= ADDRESS_LENGTH
    except ValidationError:
        fits = False
    if not fits:
        proper.pop("email", None)
    # Some write it as text; then "false" must not count as true.
    return proper | {"email_verified": told.get("email_verified") in (True, "true")}


class _Client(OAuth2Client):  # type: ignore[misc]  # allauth carries no types
    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        """Where the visitor is sent, with a nonce."""
        told = {**extra_params, "nonce": nonce_of(self.state or "")}
        return str(super().get_redirect_url(authorization_url, scope, told))


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the same
    """One visit to the provider."""

    client_class = _Client

    def get_provider(self) -> Any:
        """The provider; it sends visitors by this adapter."""
        provider = super().get_provider()
        provider.oauth2_adapter_class = type(self)
        return provider

    @cached_property
    def openid_config(self) -> dict[str, str]:
        """What the provider says of itself.

        Raises:
            OAuth2Error: if that is not how a provider describes itself.
        """
        described = self._fetched(self.get_provider().server_url)
        if not all(isinstance(described.get(name), str) for name in DESCRIBED):
            raise OAuth2Error("the provider does not describe itself")
        return described

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """Who came, from the token about them and what the provider tells beside it.

        Raises:
            OAuth2Error: if one of them is missing or wrong.
        """
        try:
            claims = self._checked(app, str(kwargs["response"].get("id_token", "")))
        except jwt.PyJWTError as wrong:
            raise OAuth2Error(f"the token does not hold: {wrong}") from wrong
        if not compare_digest(str(claims.get("nonce", "")).encode(), nonce_of(request.GET["state"]).encode()):
            raise OAuth2Error("the token answers another visit")
        told: Any = self._fetch_user_info(token.token) if "userinfo_endpoint" in self.openid_config else {}
        if not isinstance(told, dict) or told.get("sub", claims["sub"]) != claims["sub"]:
            raise OAuth2Error("the token and what is told beside it are about two persons")
        subject = claims["sub"]
        if not subject.isprintable() or not 0 < len(subject) <= SUBJECT_LENGTH:
            raise OAuth2Error("the provider names the person in a way that cannot be kept")
        about = _proper(claims | told)
        return self.get_provider().sociallogin_from_response(request, {"userinfo": about, "id_token": _proper(claims)})

    def _checked(self, app: SocialApp, token: str) -> dict[str, Any]:
        keys = jwt.PyJWKSet.from_dict(self._fetched(self.openid_config["jwks_uri"])).keys
        named = jwt.get_unverified_header(token).get("kid")
        key = next((one for one in keys if named is None or one.key_id == named), None)
        if key is None:
            raise OAuth2Error("the token is signed with a key that the provider does not show")
        return jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY,
            options={"require": ["sub", "iss", "aud", "iat", "exp"]},
        )

    def _fetched(self, address: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address)
            answer.raise_for_status()
        content = answer.json()
        if not isinstance(content, dict):
            raise OAuth2Error(f"{address} answers nonsense")
        return content


@anyone
def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Ask whether to go to the provider, and go there."""
    answer, provider = _visited(OAuth2LoginView, request, provider_id)
    # The button leads away from the site; a browser asks the policy about each address on that way.
    server = urlsplit(provider.server_url)
    answer._csp_update = {"form-action": [f"{server.scheme}://{server.netloc}", "https:"]}  # type: ignore[attr-defined]
    return answer


@anyone
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from the provider."""
    return _visited(OAuth2CallbackView, request, provider_id)[0]


def _visited(view: Any, request: HttpRequest, provider_id: str) -> tuple[HttpResponseBase, Any]:
    adapter = Adapter(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    answers: Callable[[HttpRequest], HttpResponseBase] = view.adapter_view(adapter)
    try:
        return answers(request), provider
    except (RequestException, OAuth2Error) as wrong:
        return render_authentication_error(request, provider, exception=wrong), provider
