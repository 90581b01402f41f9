"""Inviting an organisation whose registration is requested: whoever was told its id may, nobody else finds it."""

import re
from datetime import datetime
from typing import Any

import pytest
from tests.people import browsing
from tests.stages.consortia.casting import a_consortium, organisation_in, the_calls

from hanse.stages.consortia.models import Seat
from hanse.stages.registry.models import Organisation

pytestmark = pytest.mark.django_db
INVITE = "/consortia/blue-ways/invite"


@pytest.fixture
def waiting(at: datetime) -> Organisation:
    """An organisation that has requested its registration, and a consortium that does not know it."""
    the_calls()
    a_consortium()
    organisation = organisation_in("ES")
    Organisation.objects.filter(pk=organisation.pk).update(status="requested", published_at=None)
    return organisation


def asked(query: str) -> Any:
    return browsing("giulia").get(f"{INVITE}?{query}").content.decode()


def test_it_is_found_by_its_exact_id_only(waiting: Organisation) -> None:
    assert f"?organisation={waiting.ref}" in asked(f"q=+{waiting.ref}+")
    for other in (waiting.ref[:-1], "Cluster"):
        assert f"?organisation={waiting.ref}" not in asked(f"q={other}")


def test_it_is_invited_and_its_profile_is_not_linked(waiting: Organisation) -> None:
    form = asked(f"organisation={waiting.ref}")
    assert "If it accepts" in form
    assert "Its registration is requested. Its profile is not public yet." in form
    assert f'href="/organisations/{waiting.ref}"' not in form
    answer = browsing("giulia").post(f"{INVITE}?organisation={waiting.ref}", {"role": "beneficiary"})
    assert answer.status_code == 302
    assert Seat.objects.get(state="invited").organisation == waiting


def test_a_draft_stays_unknown(waiting: Organisation) -> None:
    Organisation.objects.filter(pk=waiting.pk).update(status="draft")
    assert "If it accepts" not in asked(f"organisation={waiting.ref}")
    assert "Nothing is found" in asked(f"q={waiting.ref}")


def test_a_public_one_is_found_once_and_linked(waiting: Organisation) -> None:
    public = organisation_in("FR")
    assert asked(f"q={public.ref}").count(f"?organisation={public.ref}") == 1
    assert f'href="/organisations/{public.ref}"' in asked(f"organisation={public.ref}")


def test_looking_for_one_can_be_left(waiting: Organisation) -> None:
    for query in ("q=x", f"organisation={waiting.ref}"):
        assert re.search(r'hanse-button-link" href="/consortia/blue-ways">.*Cancel', asked(query))
