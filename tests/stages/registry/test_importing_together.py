"""Several take steps of one import at the same instant: no row is read or imported twice."""

import pytest
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import appointed
from tests.stages.registry.test_importing import upload
from tests.together import at_once

from hanse.ground.accounts.models import Role
from hanse.stages.registry.actions import importing
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Fact, ImportRow, ImportRun, Organisation

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 40


def test_steps_at_once_do_each_row_once() -> None:
    officer = appointed(Role.OFFICER)
    text = "name,country\n" + "".join(f"Wood {number},FI\n" for number in range(ROWS))
    run = importing.start_import(actor=officer, upload=upload(text), at=NOW)
    for _ in range(4):
        at_once(*(lambda: importing.step(run.pk, NOW, 1) for _ in range(3)))
    run.refresh_from_db()
    assert (run.state, run.rows) == (ImportRun.State.CHECKED, ROWS)
    assert ImportRow.objects.filter(run=run).count() == ROWS
    begun = at_once(
        *(lambda: importing.begin_import(actor=officer, number=run.pk, skip_faulty=False, at=NOW) for _ in range(3))
    )
    assert sum(isinstance(one, Refusal) for one in begun) == 2
    for _ in range(4):
        at_once(*(lambda: importing.step(run.pk, NOW, 5) for _ in range(3)))
    run.refresh_from_db()
    assert (run.state, run.done) == (ImportRun.State.DONE, ROWS)
    assert Organisation.objects.count() == ROWS
    assert Fact.objects.filter(name="name").count() == ROWS


def test_two_imports_of_the_same_organisation_at_once_list_it_once() -> None:
    officer = appointed(Role.OFFICER)
    runs = []
    for _ in range(2):
        run = importing.start_import(actor=officer, upload=upload("name,country\nWood,FI\n"), at=NOW)
        importing.step(run.pk, NOW)
        runs.append(importing.begin_import(actor=officer, number=run.pk, skip_faulty=False, at=NOW))
    at_once(*(lambda number=run.pk: importing.step(number, NOW) for run in runs))
    assert Organisation.objects.filter(name="Wood").count() == 1
