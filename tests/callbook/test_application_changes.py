"""Applications as the callbook writes them are compared by what people would call a change."""

import json
from dataclasses import replace

from tests.cast import CLOSING, consortium, euro

from hanse.callbook.dossier_writing import as_json
from hanse.core.budget import Budget
from hanse.core.proposal import Dossier
from hanse.core.submission.changes import ApplicationChange, changes_between, changes_in_words


def between(one: Dossier, other: Dossier) -> tuple[ApplicationChange, ...]:
    return changes_between(json.loads(as_json(one)), json.loads(as_json(other)))


def test_what_the_callbook_writes_is_compared() -> None:
    before = Dossier("blue", consortium=consortium("IT", "DE"), sections={"summary": "We go."}, duration_months=30)
    after = replace(before, consortium=consortium("IT", "FR"), duration_months=31, drawn_at=CLOSING)
    found = between(before, after)
    assert changes_in_words(found) == "3 changes: 1 aim, 2 members"
    assert [change.place for change in found] == [("duration_months",), ("phare",), ("salzspeicher",)]
    assert found[2].before.startswith("legal name: Salzspeicher Food Network; country: DE; role: beneficiary")
    assert found[2].after == ""


def test_that_nobody_else_pays_is_not_the_same_as_not_stated() -> None:
    silent = Dossier("blue", budget=Budget(total_cost=euro(600_000), requested=euro(500_000)))
    (change,) = between(silent, replace(silent, budget=replace(silent.budget, financing=())))
    assert (change.place, change.before, change.after) == (("financing",), "", "none")
