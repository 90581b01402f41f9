"""A deadline is moved while somebody submits: both are done, one after the other."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections
from tests.people import person
from tests.stages.submission.moving_cast import proposed
from tests.stages.submission.sealing_cast import CLOSING, before, ready, submitted

from hanse.ground import audit
from hanse.stages.announcement import actions
from hanse.stages.announcement.models import CallEdition
from hanse.stages.submission.actions import extending, submitting
from hanse.stages.submission.models import DeadlineNotice
from hanse.stages.submission.queries.audience import addresses_of_all_in
from hanse.stages.submission.queries.clashes import looks_at_others

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite the one that writes second has not begun")
def test_who_holds_the_record_is_not_held_up_by_who_holds_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt names its edition, and an edition that is locked against that would close a circle."""
    proposal = ready()
    edition = proposed(CLOSING + timedelta(days=7), at=before(hours=2).at)
    piet = person("piet")
    has_locked, asked = Event(), looks_at_others

    def publish() -> Any:
        try:
            return actions.publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=before(hours=1).at)
        finally:
            connections.close_all()

    def noted(call: str) -> list[str]:
        has_locked.set()
        return addresses_of_all_in(call)

    with ThreadPoolExecutor(1) as pool:
        published: list[Future[Any]] = []

        def meanwhile(*arguments: Any, **named: Any) -> bool:
            """Asked while the submission holds the end of the record: until it is done, nobody is published."""
            published.append(pool.submit(publish))
            assert has_locked.wait(30)
            return asked(*arguments, **named)

        monkeypatch.setattr(extending, "addresses_of_all_in", noted)
        monkeypatch.setattr(submitting, "looks_at_others", meanwhile)
        receipt = submitted(proposal)
        done = published[0].result(60)
    assert receipt.accepted
    assert isinstance(done, CallEdition)
    assert DeadlineNotice.objects.get().position > receipt.position
    assert audit.verify() is None
