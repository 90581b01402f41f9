"""Where allauth meets the site: its messages go to the outbox, and it asks the clock."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest

from hanse.ground import audit, clock, outbox
from hanse.ground.accounts import limits
from hanse.ground.accounts.models import NAME_LENGTH, User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts with an address and a name."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the message into the outbox."""
        request = allauth_context.request
        given = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        letter = self.render_mail(template_prefix, email, given)
        with transaction.atomic():
            outbox.post(
                to=email,
                subject=letter.subject,
                body=str(letter.body),
                at=clock.now(),
                purpose=template_prefix.rpartition("/")[2],
            )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt to sign in; one that succeeds is taken back.

        Raises:
            ValidationError: after too many wrong ones.
        """
        if not limits.lenient():
            super().pre_authenticate(request, **credentials)
            return
        account = self._get_login_attempts_cache_key(request, **credentials)
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed",
            config=limits.WRONG_PASSWORDS,
            key=f"{account} from {ratelimit.get_ip(request)}",
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: the sender says who writes."""
        return subject

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Keep a new person with the name they gave."""
        user.name = str(form.cleaned_data.get("name", "")).strip()[:NAME_LENGTH]
        user.joined_at = clock.now()
        saved: User = super().save_user(request, user, form, commit=commit)
        if commit:
            _record(saved)
        return saved


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the same
    """People who come by a provider of OpenID Connect."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take the name as the provider states it."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        stated = data.get("name") or " ".join(part for part in parts if part)
        user.name = "".join(letter for letter in str(stated or "") if letter.isprintable())[:NAME_LENGTH]
        user.joined_at = clock.now()
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Keep a new person who came by a provider."""
        saved: User = super().save_user(request, sociallogin, form)
        _record(saved)
        return saved


def _record(person: User) -> None:
    with transaction.atomic():
        audit.record("create account", actor=person, subject=("person", str(person.pk)), at=clock.now())
