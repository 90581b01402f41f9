"""Two people act at the same instant: nothing is lost, and no organisation is left without an owner."""

from typing import Any

import pytest
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import appointed, draft, member, person, requested
from tests.together import at_once

from hanse.ground.accounts.models import Role, User
from hanse.stages.registry.actions import people, registration
from hanse.stages.registry.actions.profiles import edit_profile
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Membership, Organisation, RegistrationStep
from hanse.stages.registry.queries import profiles

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_owners_who_leave_at_once_leave_one_behind() -> None:
    first, second = person(), person()
    organisation = draft(first)
    member(second, organisation, "owner")
    done = at_once(*(lambda who=who: people.leave(actor=who, ref=organisation.ref, at=NOW) for who in (first, second)))
    assert sum(isinstance(one, Refusal) for one in done) == 1
    assert Membership.objects.filter(organisation=organisation, until=None, right="owner").count() == 1


def test_two_officers_decide_once() -> None:
    organisation = requested(person())
    officers = [appointed(Role.OFFICER) for _ in range(2)]
    done = at_once(
        lambda: registration.publish(actor=officers[0], ref=organisation.ref, at=NOW),
        lambda: registration.refuse(actor=officers[1], ref=organisation.ref, reason="No.", at=NOW),
    )
    assert sum(isinstance(one, Refusal) for one in done) == 1
    assert RegistrationStep.objects.filter(organisation=organisation).count() == 2


def test_edits_of_different_fields_at_once_are_both_kept() -> None:
    first, second = person(), person()
    organisation = draft(first)
    member(second, organisation, "editor")
    base, version = profiles.values_of(organisation), organisation.version

    def edit(who: User, **values: Any) -> Any:
        return edit_profile(
            actor=who,
            ref=organisation.ref,
            version=version,
            based_on=profiles.marks_of(base),
            values=base | values,
            at=NOW,
        )

    done = at_once(lambda: edit(first, city="Aarhus"), lambda: edit(second, region="Zealand"))
    assert all(one.saved for one in done)
    stands = Organisation.objects.get(pk=organisation.pk)
    assert (stands.city, stands.region) == ("Aarhus", "Zealand")
