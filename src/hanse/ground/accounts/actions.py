"""What is done to accounts and appointments."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from hanse.ground import audit, clock
from hanse.ground.accounts.models import Appointment, CastMember, Role, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Refusal(Exception):
    """An act that is not done; the message says why, and what to do instead."""


@transaction.atomic
def register_person(*, email: str, name: str, verified: bool, at: datetime, password: str = "") -> User:
    """Keep a new person. Without a password they sign in by another way, or set one by a message to their address."""
    person = User(email=email, name=name, joined_at=at)
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    person.save(force_insert=True)
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=verified)
    audit.record("create account", actor=None, subject=_subject(person), at=at)
    return person


@transaction.atomic
def appoint(*, actor: User | None, person: User, role: Role, at: datetime) -> Appointment:
    """Appoint a person to a role from now on.

    Args:
        actor: an administrator; None only for the first administrator, by a command on the machine itself.

    Raises:
        Refusal: of oneself, of somebody inactive, or for a role held already.
    """
    _hold_people()
    if actor is not None and actor.pk == person.pk:
        raise Refusal("Nobody appoints themselves. Ask another administrator.")
    if not person.is_active:
        raise Refusal(f"The account of {person} is closed.")
    if Appointment.objects.filter(user=person, role=role, until=None).exists():
        raise Refusal(f"{person} is {role.label} already.")
    appointment = Appointment.objects.create(user=person, role=role, since=at, appointed_by=actor)
    audit.record("appoint", actor=actor, subject=_subject(person), facts={"role": role.value}, at=at)
    return appointment


@transaction.atomic
def dismiss(*, actor: User, appointment: int, at: datetime) -> Appointment:
    """End an appointment. What the person did stays theirs.

    Raises:
        Refusal: if it has ended already, or the last administrator would go.
    """
    _hold_people()
    held = Appointment.objects.select_related("user").filter(pk=appointment, until=None).first()
    if held is None:
        raise Refusal("This appointment has ended already.")
    if held.role == Role.ADMINISTRATOR and _administrators() == 1:
        raise Refusal(f"{held.user} is the last administrator. Appoint another one first.")
    held.until = at
    held.save(update_fields=["until"])
    audit.record("dismiss", actor=actor, subject=_subject(held.user), facts={"role": held.role}, at=at)
    return held


@transaction.atomic
def close_account(*, actor: User, person: User, at: datetime) -> None:
    """Let a person sign in no more. Nothing of what they did goes away.

    Raises:
        Refusal: of oneself, or while the person is appointed to something.
    """
    _hold_people()
    if actor.pk == person.pk:
        raise Refusal("You cannot close your own account here.")
    if Appointment.objects.filter(user=person, until=None).exists():
        raise Refusal(f"{person} is still appointed. End the appointments first.")
    User.objects.filter(pk=person.pk).update(is_active=False)
    audit.record("close account", actor=actor, subject=_subject(person), at=at)


@transaction.atomic
def open_account(*, actor: User, person: User, at: datetime) -> None:
    """Let a person whose account was closed sign in again."""
    User.objects.filter(pk=person.pk).update(is_active=True)
    audit.record("open account", actor=actor, subject=_subject(person), at=at)


def add_to_cast(*, user: User, order: int, does: str) -> CastMember:
    """Make a person one of the cast of a demonstration."""
    return CastMember.objects.create(user=user, place=order, does=does)


def enter_as(request: HttpRequest, member: int) -> User | None:
    """Sign in as one of the cast, in a session of its own; None if there is no such one, or no demonstration."""
    if settings.MODE != "demo":
        return None
    found = CastMember.objects.select_related("user").filter(pk=member, user__is_active=True).first()
    if found is None:
        return None
    request.session.flush()
    login(request, found.user, backend=BACKEND)
    with transaction.atomic():
        audit.record("enter as one of the cast", actor=found.user, subject=_subject(found.user), at=clock.now())
    return found.user


def _hold_people() -> None:
    """Lock all appointments in force, in the order of their ids: who is the last administrator must not change."""
    list(Appointment.objects.select_for_update().filter(until=None).order_by("pk").values_list("pk"))


def _administrators() -> int:
    return Appointment.objects.filter(role=Role.ADMINISTRATOR, until=None, user__is_active=True).count()


def _subject(person: Any) -> audit.Subject:
    return ("person", str(person.pk))
