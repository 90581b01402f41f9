"""At least so many different legal entities."""

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults, nobody, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("members", "verdict", "repair"),
    [
        pytest.param(consortium("IT", "DE", "RS"), MET, "", id="three bodies are enough"),
        pytest.param(consortium("IT", "DE"), NOT_MET, "Add 1 more legal entity.", id="two are one too few"),
        pytest.param(consortium("IT"), NOT_MET, "Add 2 more legal entities.", id="one is two too few"),
        pytest.param(Consortium(()), NOT_MET, "Add 3 more legal entities.", id="an empty consortium"),
        pytest.param(consortium(*["IT", "DE"] * 100), MET, "", id="two hundred members"),
        pytest.param(
            consortium("IT", "DE", "RS", role=Role.AFFILIATED_ENTITY),
            NOT_MET,
            "Add 2 more legal entities.",
            id="affiliated entities do not count",
        ),
        pytest.param(
            of_members(organisation("IT"), organisation("DE"), organisation("DE", 2, legal_entity="salzspeicher-body")),
            NOT_MET,
            "Add 1 more legal entity.",
            id="two clusters run by one body count once",
        ),
        pytest.param(
            consortium("IT", "DE", "RS", legal_entity=NOT_STATED), MET, "", id="three countries, three bodies"
        ),
        pytest.param(
            consortium("IT", "DE", "DE", legal_entity=NOT_STATED), UNDECIDED, "", id="two in one country might be one"
        ),
        pytest.param(of_members(nobody("a"), nobody("b"), nobody("c")), UNDECIDED, "", id="nothing is stated of three"),
        pytest.param(
            of_members(nobody("a"), nobody("b")),
            NOT_MET,
            "Add 1 more legal entity.",
            id="two strangers are at most two",
        ),
    ],
)
def test_three_different_legal_entities_are_needed(members: Consortium, verdict: Verdict, repair: str) -> None:
    outcome = kind("minimum_entities", minimum=3).check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.repair) == (verdict, repair)


def test_the_reason_says_how_many_there_are_or_might_be() -> None:
    rule = kind("minimum_entities", minimum=3)
    assert rule.check(dossier("IT"), context()).reason == "Only 1 different legal entity; 3 are needed."
    assert rule.check(dossier("IT", "DE"), context()).reason == "Only 2 different legal entities; 3 are needed."
    assert rule.check(dossier(), context()).reason == "3 different legal entities; 3 are needed."
    vague = rule.check(dossier(consortium=consortium("IT", "DE", "DE", legal_entity=NOT_STATED)), context())
    assert vague.reason == (
        "Between 2 and 3 different legal entities; 3 are needed. "
        "Members of one country whose legal entity is not stated might be the same body."
    )
    assert vague.facts == {"members": ["lanterna", "salzspeicher", "salzspeicher-2"], "legal_entities": [2, 3]}


def test_a_rule_can_count_other_roles() -> None:
    rule = kind("minimum_entities", minimum=2, roles=["international_partner"])
    abroad = consortium("IT", "US", "JP", role=Role.INTERNATIONAL_PARTNER)
    assert rule.check(dossier(consortium=abroad), context()).verdict is MET
    assert rule.check(dossier(), context()).verdict is NOT_MET


def test_the_minimum_must_be_given() -> None:
    assert kind_faults("minimum_entities") == ["minimum: is missing"]
