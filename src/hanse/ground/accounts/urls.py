"""Addresses of accounts: the site's own, and allauth's, each marked with who may enter."""

from collections.abc import Iterable

from allauth.account import urls as account
from allauth.mfa import urls as mfa
from allauth.socialaccount import urls as socialaccount
from django.urls import URLPattern, URLResolver, include, path

from hanse.ground.accounts import pages, provider
from hanse.ground.accounts.access import anyone

own = [
    path("cast", pages.cast, name="cast"),
    path("people", pages.people, name="people"),
    path("people/appoint", pages.appoint, name="appoint"),
    path("people/<int:number>", pages.person, name="person"),
    path("appointments/<int:number>/end", pages.dismiss, name="dismiss"),
]


def _marked(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The same addresses, each open to visitors: allauth itself asks for a sign-in where one is needed."""
    marked = list(patterns)
    for pattern in marked:
        if isinstance(pattern, URLResolver):
            _marked(pattern.url_patterns)
        else:
            anyone(pattern.callback)
    return marked


urlpatterns = [
    path("", include((own, "accounts"))),
    path("", include(_marked(account.urlpatterns))),
    path("2fa/", include(_marked(mfa.urlpatterns))),
    path("provider/", include(_marked(socialaccount.urlpatterns))),
    path("oidc/<slug:provider_id>/login/", provider.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", provider.callback, name="openid_connect_callback"),
]
