"""A screen gives the verdicts of its rule kind, whatever the table: this is what bulk checks rest on."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import cast
from tests.engines.portfolio.tables import Row, context, row_lists, table

from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.kinds import KINDS
from hanse.engines.portfolio import check_table
from hanse.engines.portfolio.portions import NOT_ASKED, VERDICTS
from hanse.engines.portfolio.screens import SCREENS

ALL_ROLES = ["coordinator", "beneficiary", "affiliated_entity", "associated_partner", "international_partner"]
ROLES: list[dict[str, Any]] = [{}, {"roles": ALL_ROLES}, {"roles": ["associated_partner", "beneficiary"]}]


def with_roles(*parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Each set of parameters for different roles."""
    return [{**each, **roles} for each in parameters for roles in ROLES]


UNKNOWN = {"unknown": "not found"}
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "budget_balance": [{}],
    "duration_range": [{}],
    "every_member_in_group": with_roles({"groups": ["COSME"]}, {"groups": ["EU"]}),
    "grant_cap": [{}],
    "independent_entities": with_roles({"minimum": 1}, {"minimum": 2}, {"minimum": 3}),
    "maximum_targets": [{"maximum": n} for n in (0, 2, 5)],
    "members_in_different_countries": with_roles(
        {"members": 2, "countries": 2, "groups": ["EU"]},
        {"members": 3, "countries": 1, "groups": ["EU", "COSME"]},
        {"members": 4, "countries": 2, "groups": ["COSME"]},
    ),
    "minimum_countries": with_roles(*({"minimum": n, "groups": ["COSME"]} for n in (0, 2, 3))),
    "minimum_entities": with_roles(*({"minimum": n} for n in (1, 2, 3, 4, 5))),
    "minimum_targets": [
        {"minimum": 1, "outside": ["COSME"]},
        {"minimum": 2, "outside": ["EU", "COSME"], "regions_allowed": True},
        {"minimum": 2, "outside": ["EU"], "regions_allowed": UNKNOWN, "exclude_regions": ["south_america"]},
    ],
    "officer_decides": [{"question": "Is it about defence?"}],
    "one_consortium_per_organisation": with_roles(
        *(
            {"per": per, "consequence": consequence}
            for per in ("strand", "phase", "call")
            for consequence in ("all", "later", UNKNOWN)
        )
    ),
    "one_strand_per_consortium": [{"same": "same_members"}, {"same": "same_coordinator"}],
    "organisation_type": with_roles({"allowed": ["cluster_organisation", "business_network"]}),
    "own_legal_personality": with_roles({}),
    "registered_or_requested": with_roles(
        *(
            {"platform": "ECCP", "by": by, "requested_counts": counts}
            for by in ("closing_date", "2020-01-01")
            for counts in (True, False, UNKNOWN)
        )
    ),
    "reimbursement_rate": [{}],
    "some_member_has_property": with_roles({"property": "x"}, {"property": "independent", "minimum": 2}),
    "strand_of_the_call": [{}],
}

TREATMENTS = [
    [],
    [{"country": "GB", "group": "COSME", "counts": True, "reason": "agreement"}],
    [{"country": "GB", "group": "COSME", "counts": UNKNOWN, "reason": "open", "strands": ["B"]}],
    [{"country": "IT", "group": "EU", "counts": False, "reason": "a test", "strands": ["A"]}],
]
COST_RATES = [
    [],
    [{"category": "travel", "title": "Travel", "max_rate": "50 %", "strands": ["B"]}],
]


def test_every_rule_kind_has_parameters_here_and_a_screen() -> None:
    assert set(PARAMETERS) == set(KINDS) == set(SCREENS)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=40, deadline=None)
@given(data=st.data(), rows=row_lists())
def test_a_screen_gives_the_verdicts_of_its_kind(kind: str, data: st.DataObject, rows: list[Row]) -> None:
    decider = {"decider": "officer"} if kind == "officer_decides" else {}
    rule = cast.rule_table(
        kind,
        parameters=data.draw(st.sampled_from(PARAMETERS[kind])),
        strands=data.draw(st.sampled_from([[], ["A"]])),
        **decider,
    )
    call = cast.call(
        rule,
        countries={"asked_on": cast.CLOSING_DAY, "treatment": data.draw(st.sampled_from(TREATMENTS))},
        cost_rate=data.draw(st.sampled_from(COST_RATES)),
    )
    together = data.draw(st.booleans())
    small = table(rows)
    dossiers = small.dossiers(range(len(small)))
    examiner = Examiner(context(call, dossiers if together else None))
    expected = [examiner.check(dossier) for dossier in dossiers]
    result = check_table(small, context(call), together=together)
    found = [None if code == NOT_ASKED else VERDICTS[code] for code in result.by_rule[call.rules[0].id].tolist()]
    findings = [assessment.finding(call.rules[0].id) for assessment in expected]
    assert found == [None if finding is None else finding.verdict for finding in findings]
    assert [result.verdict(n) for n in range(len(small))] == [assessment.verdict for assessment in expected]
