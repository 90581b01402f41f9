"""Registration: a draft, a request, a review, and each step as a dated fact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.ground import audit, outbox
from hanse.stages.registry.actions.facts import learn
from hanse.stages.registry.actions.profiles import OWNERS_EDIT, SEARCH, keep_found, keep_tags, locked, stand_on
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Membership, Organisation, RegistrationStep
from hanse.stages.registry.permissions import Standing, standing
from hanse.stages.registry.queries import profiles
from hanse.stages.registry.queries.people import addresses_of

Status = Organisation.Status


@transaction.atomic
def start_draft(
    *,
    actor: Any,
    values: Mapping[str, Any],
    at: datetime,
    entity: Mapping[str, Any] | None = None,
    existing_entity: str = "",
) -> Organisation:
    """Begin the profile of an organisation. It may be as incomplete as it is, as long as it has a name.

    Args:
        actor: who begins it and becomes its first owner.
        values: what the profile says, by field.
        entity: what is stated of its legal entity, by field.
        existing_entity: ref of a legal entity that the registry knows already.

    Raises:
        Refusal: without a name, or for an entity that is not known.
    """
    name = str(values.get("name", "")).strip()
    if not name:
        raise Refusal("An organisation needs a name.", 422, {"name": "State the name of the organisation."})
    known = profiles.entities_for(actor).filter(ref=existing_entity).first() if existing_entity else None
    if existing_entity and known is None:
        raise Refusal("The registry knows no such legal entity.", 404)
    stated = {field: value for field, value in values.items() if field in profiles.PROFILE_FIELDS}
    organisation = Organisation(
        ref=profiles.new_ref(name), name_key=profiles.name_key(name), created_at=at, changed_at=at, **stated
    )
    organisation.save(force_insert=True)
    keep_tags(organisation, set(profiles.LISTS))
    learnt = {field: value for field, value in stated.items() if value not in ("", None) and value != []}
    learn(organisation, learnt, by=actor, source=OWNERS_EDIT, at=at)
    if known or entity:
        stand_on(organisation, entity or {}, by=actor, at=at, existing=known)
    Membership.objects.create(user=actor, organisation=organisation, right=Membership.Right.OWNER, since=at)
    audit.record("begin profile", actor=actor, subject=(SEARCH, organisation.ref), facts={"name": name}, at=at)
    return organisation


@transaction.atomic
def request_registration(*, actor: Any, ref: str, at: datetime, link: str = "") -> Organisation:
    """Ask for registration. The day of this step is what a call asks for.

    Args:
        link: address of the profile, for the message.

    Raises:
        Refusal: if it stands otherwise, or something is missing.
    """
    organisation = locked(ref)
    may = standing(actor, organisation, at)
    if not may.may_edit:
        raise Refusal("Only those who act for an organisation request its registration.", 403)
    if not may.may_request:
        raise Refusal(f"Registration cannot be requested: it stands at “{organisation.get_status_display()}”.")
    gaps = profiles.gaps_of(organisation)
    if gaps:
        raise Refusal("The request cannot be sent yet. " + " ".join(gaps), 422)
    if organisation.requested_at is None or organisation.status != Status.RETURNED:
        organisation.requested_at = at  # a refusal or a withdrawal ended the request before
    _step(organisation, Status.REQUESTED, actor, at)
    _tell(
        organisation,
        at,
        subject=f"Registration requested: {organisation.name}",
        body=(
            f"{actor.name} requested the registration of {organisation.name}.\n\n"
            "An officer reviews it now. You will be told what was decided. If a call asks whether registration was "
            "requested by a day, the day of this request is what counts.\n"
        ),
        link=link,
    )
    return organisation


@transaction.atomic
def return_for_correction(*, actor: Any, ref: str, note: str, at: datetime, link: str = "") -> Organisation:
    """Give a request back with a note that says what to correct. The day of the request stays.

    Raises:
        Refusal: without a note, or if it is not the officer's to decide, or already decided.
    """
    organisation = _for_review(actor, ref, at)
    if not note.strip():
        raise Refusal("Say what is to be corrected.", 422, {"note": "Say what is to be corrected."})
    _end_listed_request(organisation)
    _step(organisation, Status.RETURNED, actor, at, note)
    _tell(
        organisation,
        at,
        subject=f"Please correct: registration of {organisation.name}",
        body=(
            f"The registration of {organisation.name} was returned with this note:\n\n{note.strip()}\n\n"
            "Correct the profile and send the request again. The day of your first request is kept.\n"
        ),
        link=link,
    )
    return organisation


@transaction.atomic
def refuse(*, actor: Any, ref: str, reason: str, at: datetime, link: str = "") -> Organisation:
    """Refuse a registration with its reason.

    Raises:
        Refusal: without a reason, or if it is not the officer's to decide, or already decided.
    """
    organisation = _for_review(actor, ref, at)
    if not reason.strip():
        raise Refusal("Give the reason for the refusal.", 422, {"note": "Give the reason for the refusal."})
    _end_listed_request(organisation)
    _step(organisation, Status.REFUSED, actor, at, reason)
    _tell(
        organisation,
        at,
        subject=f"Registration refused: {organisation.name}",
        body=(
            f"The registration of {organisation.name} was refused for this reason:\n\n{reason.strip()}\n\n"
            "The profile is still yours. You may change it and request registration again; the day of that request "
            "will then be what counts.\n"
        ),
        link=link,
    )
    return organisation


@transaction.atomic
def publish(*, actor: Any, ref: str, at: datetime, note: str = "", link: str = "") -> Organisation:
    """Register an organisation: its profile is public from now on.

    Raises:
        Refusal: if it is not the officer's to decide, or already decided.
    """
    organisation = _for_review(actor, ref, at)
    organisation.published_at = organisation.published_at or at
    _step(organisation, Status.PUBLISHED, actor, at, note)
    _tell(
        organisation,
        at,
        subject=f"Registered: {organisation.name}",
        body=f"{organisation.name} is registered. Its profile is public and others can find it.\n",
        link=link,
    )
    return organisation


@transaction.atomic
def withdraw(*, actor: Any, ref: str, at: datetime, reason: str = "", link: str = "") -> Organisation:
    """Take a draft, a request or a published profile back. It is kept, and may be requested again.

    Raises:
        Refusal: if the person is no owner, or there is nothing to withdraw.
    """
    organisation = locked(ref)
    may = standing(actor, organisation, at)
    if not may.may_manage:
        raise Refusal("Only owners withdraw a profile.", 403)
    if not may.may_withdraw:
        raise Refusal(f"There is nothing to withdraw: it stands at “{organisation.get_status_display()}”.")
    _step(organisation, Status.WITHDRAWN, actor, at, reason)
    _tell(
        organisation,
        at,
        subject=f"Withdrawn: {organisation.name}",
        body=(
            f"{actor.name} withdrew {organisation.name} from the registry. The profile is no longer public. "
            "An owner can request registration again.\n"
        ),
        link=link,
    )
    return organisation


def _for_review(actor: Any, ref: str, at: datetime) -> Organisation:
    organisation = locked(ref)
    may: Standing = standing(actor, organisation, at)
    if not may.officer or may.auditor:
        raise Refusal("Only officers decide on registrations.", 403)
    if may.acts:
        raise Refusal("You act for this organisation, so another officer has to decide.", 403)
    if not may.may_review:
        raise Refusal(f"There is no request to decide on: it stands at “{organisation.get_status_display()}”.")
    return organisation


def _end_listed_request(organisation: Organisation) -> None:
    """Let a listed profile, which stays public, wait for nobody any more. The steps keep the day."""
    if organisation.status == Status.PUBLISHED:
        organisation.requested_at = None


def _step(organisation: Organisation, status: str, by: Any, at: datetime, note: str = "") -> None:
    """Take a step: the row, the state, the search and the record.

    What is listed from a source stays public while it is reviewed, and if it is returned or refused.
    """
    if organisation.status != Status.PUBLISHED or status == Status.WITHDRAWN:
        organisation.status = status
    organisation.changed_at = at
    organisation.version += 1
    organisation.save()
    RegistrationStep.objects.create(organisation=organisation, status=status, at=at, by=by, note=note.strip())
    keep_found(organisation)
    acts = {
        Status.REQUESTED: "request registration",
        Status.RETURNED: "return registration",
        Status.REFUSED: "refuse registration",
        Status.PUBLISHED: "publish organisation",
        Status.WITHDRAWN: "withdraw organisation",
    }
    facts = {"note": note.strip()} if note.strip() else {}
    audit.record(acts[Status(status)], actor=by, subject=(SEARCH, organisation.ref), facts=facts, at=at)


def _tell(organisation: Organisation, at: datetime, *, subject: str, body: str, link: str) -> None:
    """Write to everybody who acts for an organisation."""
    if link:
        body = f"{body}\n{link}\n"
    subject = " ".join(subject.split())[:200]
    for address in addresses_of(organisation):
        outbox.post(to=address, subject=subject, body=body, at=at, purpose="registration")
