"""At least so many different countries of a group."""

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults, nobody, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.eligibility.kinds import MemberKind
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
THREE_IN_COSME = kind("minimum_countries", minimum=3, groups=["COSME"])


@pytest.mark.parametrize(
    ("members", "verdict", "reason", "repair"),
    [
        pytest.param(consortium("IT", "DE", "RS"), MET,
            "3 countries in COSME, 3 needed: Germany (DE), Italy (IT), Serbia (RS).", "", id="three countries of COSME"),
        pytest.param(consortium("IT", "DE", "DE"), NOT_MET,
            "Only 2 of the 3 countries needed in COSME: Germany (DE), Italy (IT).",
            "Add a member established in COSME other than Germany (DE), Italy (IT).", id="a country counts once"),
        pytest.param(consortium("IT", "DE", "US"), NOT_MET,
            "Only 2 of the 3 countries needed in COSME: Germany (DE), Italy (IT). Not counted: United States (US).",
            "Add a member established in COSME other than Germany (DE), Italy (IT).", id="a country elsewhere is not"),
        pytest.param(consortium("IT", "DE", "RS", "US"), MET,
            "3 countries in COSME, 3 needed: Germany (DE), Italy (IT), Serbia (RS).", "", id="nor does it harm"),
        pytest.param(consortium("IT", "DE", "BA"), UNDECIDED,
            "2 of the 3 countries needed in COSME: Germany (DE), Italy (IT). Not known: the day from which "
            "Bosnia and Herzegovina (BA) takes part in COSME is not published.", "", id="a country in doubt"),
        pytest.param(of_members(organisation("IT"), organisation("DE"), nobody("blank")), UNDECIDED,
            "2 of the 3 countries needed in COSME: Germany (DE), Italy (IT). Not known: the country of blank is not "
            "stated.", "", id="a member whose country is not stated"),
        pytest.param(of_members(organisation("BA"), nobody("blank")), NOT_MET, "Only 0 of the 3 countries needed in COSME.",
            "Add a member established in COSME other than Bosnia and Herzegovina (BA).", id="two doubts cannot make three"),
        pytest.param(Consortium(()), NOT_MET, "Only 0 of the 3 countries needed in COSME.",
            "Add members in 3 different countries established in COSME.", id="an empty consortium"),
        pytest.param(consortium("IT", "DE", "RS", role=Role.INTERNATIONAL_PARTNER), NOT_MET,
            "Only 1 of the 3 countries needed in COSME: Italy (IT).",
            "Add members in 2 different countries established in COSME other than Italy (IT).",
            id="international partners do not count"),
        pytest.param(consortium(*["IT", "DE", "TR"] * 66, "FR", "ES"), MET,
            "5 countries in COSME, 3 needed: Germany (DE), Spain (ES), France (FR), Italy (IT), Türkiye (TR).", "",
            id="two hundred members"),
    ],
)  # fmt: skip
def test_three_countries_of_cosme_are_needed(members: Consortium, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = THREE_IN_COSME.check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_any_of_several_groups_counts() -> None:
    rule = kind("minimum_countries", minimum=2, groups=["EU", "COSME"])
    assert rule.check(dossier("IT", "TR"), context()).verdict is MET


def test_the_facts_name_the_countries_that_counted_and_those_that_did_not() -> None:
    assert THREE_IN_COSME.check(dossier("IT", "US", "BA", "DE"), context()).facts == {
        "countries": ["DE", "IT"],
        "not_counted": ["US"],
        "doubtful": ["BA"],
    }


def test_minimum_and_groups_must_be_given() -> None:
    assert kind_faults("minimum_countries") == ["minimum: is missing", "groups: is missing"]


def test_a_new_member_is_seen_by_the_standing_of_its_country() -> None:
    assert isinstance(THREE_IN_COSME, MemberKind)
    seen = [THREE_IN_COSME.sees(member, context(), "A") for member in (organisation("IT"), organisation("US"))]
    assert (seen, THREE_IN_COSME.sees(nobody("blank"), context(), "A")) == ([True, False], NOT_STATED)
