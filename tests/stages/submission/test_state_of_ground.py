"""By which figures it is seen, under the lock, whether an application still stands as it was read before."""

from collections.abc import Callable

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import invited, organisation_in, organisation_of, seat_of
from tests.stages.submission.sealing_cast import ready

from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.consortia.actions import seats
from hanse.stages.proposals.actions import drafts
from hanse.stages.proposals.models import Proposal
from hanse.stages.registry.models import LegalEntity, Organisation
from hanse.stages.submission.queries.preparing import Ground, ground_of, state_of

pytestmark = pytest.mark.django_db


def ground(proposal: Proposal) -> Ground:
    edition = edition_in_force(proposal.consortium.call, NOW)
    assert edition is not None
    return ground_of(proposal, edition, NOW)


def read_anew(proposal: Proposal) -> Proposal:
    return Proposal.objects.select_related("consortium").get(pk=proposal.pk)


def nothing(_: Proposal) -> None:
    """Leave all as it is."""


def without_entity(proposal: Proposal) -> None:
    Organisation.objects.filter(pk=organisation_of("jonas").pk).update(legal_entity=None)


def with_a_guest(proposal: Proposal) -> None:
    invited(proposal.consortium, organisation_in("FR"))


def without_mandate(proposal: Proposal) -> None:
    seat = seat_of(proposal.consortium, "jonas")
    seats.revoke_mandate(actor=person("jonas"), seat_id=seat.pk, reason="", at=NOW)


def with_another_text(proposal: Proposal) -> None:
    drafts.save(actor=person("giulia"), ref=proposal.ref, key="summary", value="Anew.", based_on=1, at=NOW)


def with_a_renamed_entity(proposal: Proposal) -> None:
    LegalEntity.objects.filter(organisations=organisation_of("jonas")).update(legal_name="Salzspeicher AG")


def with_a_corrected_profile(proposal: Proposal) -> None:
    changed = organisation_of("mila")
    Organisation.objects.filter(pk=changed.pk).update(country="ME", version=changed.version + 1)


def without_a_member(proposal: Proposal) -> None:
    seat = seat_of(proposal.consortium, "mila")
    seats.leave(actor=person("mila"), seat_id=seat.pk, reason="We have no time.", at=NOW)


HARMLESS = (nothing, with_a_guest)
CHANGES = (
    without_entity,
    without_mandate,
    with_another_text,
    with_a_renamed_entity,
    with_a_corrected_profile,
    without_a_member,
)


def state(proposal: Proposal) -> str:
    edition = edition_in_force(proposal.consortium.call, NOW)
    assert edition is not None
    return state_of(proposal, edition, NOW)


@pytest.mark.parametrize("change", [*HARMLESS, *CHANGES])
def test_the_state_of_a_ground_is_the_one_that_is_read_alone(change: Callable[[Proposal], None]) -> None:
    proposal = ready("giulia", "jonas", "mila")
    change(proposal)
    proposal = read_anew(proposal)
    assert state(proposal) == ground(proposal).state


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_an_application_repeats_changes_the_state(change: Callable[[Proposal], None]) -> None:
    proposal = ready("giulia", "jonas", "mila")
    before = ground(proposal).state
    change(proposal)
    assert state(read_anew(proposal)) != before


def test_an_invitation_alone_changes_nothing_that_is_sealed() -> None:
    proposal = ready("giulia", "jonas", "mila")
    before = ground(proposal).state
    with_a_guest(proposal)
    assert state(read_anew(proposal)) == before
    assert ground(read_anew(proposal)).state == before
