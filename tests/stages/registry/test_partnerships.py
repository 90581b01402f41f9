"""An organisation states the partnerships in which it took part."""

from datetime import datetime

import pytest
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import appointed, browser, member, person, published

from hanse.ground import audit
from hanse.ground.accounts.models import Role
from hanse.stages.registry.actions.partnerships import MOST, state_partnership, take_partnership_back
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import PastPartnership

pytestmark = pytest.mark.django_db
TOLD = {"partnership": "Yards Abroad", "call": "COS-2016", "role": "partner", "started": "2018-02", "source": ""}


def test_a_partnership_is_stated_and_taken_back_on_the_record() -> None:
    owner = person()
    organisation = published(owner)
    stated = state_partnership(actor=owner, ref=organisation.ref, values=TOLD, at=NOW)
    take_partnership_back(actor=owner, ref=organisation.ref, number=stated.pk, at=NOW)
    acts = [event.act for event in audit.history(("organisation", organisation.ref))]
    assert acts[-2:] == ["state partnership", "take partnership back"]
    with pytest.raises(Refusal) as again:
        take_partnership_back(actor=owner, ref=organisation.ref, number=stated.pk, at=NOW)
    assert again.value.status == 409


def test_partnerships_that_are_not_stated() -> None:
    owner, auditor = person(), appointed(Role.AUDITOR)
    organisation = published(owner)
    member(auditor, organisation, "owner")
    state_partnership(actor=owner, ref=organisation.ref, values=TOLD, at=NOW)
    for actor, values, status in (
        (owner, TOLD, 422),
        (owner, {}, 422),
        (person(), TOLD, 403),
        (auditor, TOLD, 403),
        (appointed(Role.OFFICER), TOLD, 403),
    ):
        with pytest.raises(Refusal) as refusal:
            state_partnership(actor=actor, ref=organisation.ref, values=values, at=NOW)
        assert refusal.value.status == status
    PastPartnership.objects.bulk_create(
        PastPartnership(organisation=organisation, partnership=f"P{number}") for number in range(MOST)
    )
    with pytest.raises(Refusal, match="at most"):
        state_partnership(actor=owner, ref=organisation.ref, values={"partnership": "One more"}, at=NOW)


def test_partnerships_in_the_browser(at: datetime) -> None:
    owner = person()
    organisation = published(owner)
    client = browser(owner)
    page = f"/organisations/{organisation.ref}/partnerships"
    assert client.post(page, TOLD).status_code == 302
    assert "Yards Abroad" in browser().get(f"/organisations/{organisation.ref}").content.decode()
    again = client.post(page, TOLD)
    assert (again.status_code, "stated already" in again.content.decode()) == (422, True)
    wrong = client.post(page, {"partnership": "", "started": "soon", "source": "nowhere at all"})
    assert set(wrong.context["form"].errors) == {"partnership", "started", "source"}
    number = PastPartnership.objects.get().pk
    assert browser(person()).post(f"{page}/{number}").status_code == 403
    assert client.post(f"{page}/{number}").status_code == 302
    assert client.post(f"{page}/{number}").status_code == 409
    assert browser(appointed(Role.AUDITOR)).get(page).status_code == 200
