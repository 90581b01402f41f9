"""So many members in so many different countries of a subgroup."""

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults, nobody, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
NEEDED = "2 legal entities in 2 different countries of the EU are needed"
TWO_MEMBER_STATES = kind("members_in_different_countries", members=2, countries=2, groups=["EU"])


@pytest.mark.parametrize(
    ("members", "verdict", "reason", "repair"),
    [
        pytest.param(consortium("IT", "DE", "RS"), MET,
            f"{NEEDED}; there are 2 in 2: Germany (DE), Italy (IT).", "", id="Italy, Germany and Serbia"),
        pytest.param(consortium("IT", "IT", "RS", "TR"), NOT_MET, f"{NEEDED}; there are only 2 in 1: Italy (IT).",
            "Add a member established in the EU other than Italy (IT).", id="Italy twice, Serbia and Türkiye"),
        pytest.param(consortium("IT", "RS", "GB"), NOT_MET, f"{NEEDED}; there are only 1 in 1: Italy (IT).",
            "Add a member established in the EU other than Italy (IT).", id="the United Kingdom has left"),
        pytest.param(consortium("RS", "TR"), NOT_MET, f"{NEEDED}; there are only 0 in 0.",
            "Add 2 members established in the EU.", id="nobody in the Union"),
        pytest.param(Consortium(()), NOT_MET, f"{NEEDED}; there are only 0 in 0.",
            "Add 2 members established in the EU.", id="an empty consortium"),
        pytest.param(of_members(organisation("IT"), nobody("blank")), UNDECIDED,
            f"{NEEDED}; 1 in 1: Italy (IT) for certain. Not known: the country of blank is not stated.", "",
            id="a member whose country is not stated"),
        pytest.param(consortium("IT", "DE", role=Role.ASSOCIATED_PARTNER), NOT_MET,
            f"{NEEDED}; there are only 1 in 1: Italy (IT).",
            "Add a member established in the EU other than Italy (IT).", id="associated partners do not count"),
        pytest.param(consortium(*["IT", "DE"] * 100), MET,
            f"{NEEDED}; there are 200 in 2: Germany (DE), Italy (IT).", "", id="two hundred members"),
    ],
)  # fmt: skip
def test_two_members_in_two_member_states(members: Consortium, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = TWO_MEMBER_STATES.check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_more_members_than_countries_can_be_asked() -> None:
    rule = kind("members_in_different_countries", members=3, countries=2, groups=["EU"])
    assert rule.check(dossier("IT", "DE", "DE"), context()).verdict is MET
    short = rule.check(dossier("IT", "DE"), context())
    assert (short.verdict, short.repair) == (NOT_MET, "Add a member established in the EU.")
    vague = rule.check(dossier(consortium=consortium("IT", "DE", "DE", legal_entity=NOT_STATED)), context())
    assert vague.verdict is UNDECIDED
    assert vague.reason.endswith(
        "Not known: members of one country whose legal entity is not stated might be one body."
    )


def test_a_country_in_doubt_is_named_among_those_already_there() -> None:
    rule = kind("members_in_different_countries", members=3, countries=3, groups=["COSME"])
    outcome = rule.check(dossier("IT", "BA"), context())
    assert outcome.repair == "Add a member established in COSME other than Bosnia and Herzegovina (BA), Italy (IT)."


def test_members_countries_and_groups_must_be_given() -> None:
    assert kind_faults("members_in_different_countries", groups=[]) == [
        "members: is missing",
        "countries: is missing",
        'groups: is empty; expected at least one group such as ["COSME"]',
    ]
