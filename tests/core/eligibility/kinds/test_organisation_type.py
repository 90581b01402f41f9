"""Every member of a type that the call admits."""

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults, nobody, of_members, organisation

from hanse.core.consortium import Consortium, OrganisationKind, Role
from hanse.core.eligibility.findings import Verdict

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED

NETWORK = organisation("DE", kind=OrganisationKind.BUSINESS_NETWORK)
OTHER = organisation("DE", kind=OrganisationKind.OTHER)


@pytest.mark.parametrize(
    ("members", "verdict", "reason"),
    [
        pytest.param(of_members(organisation("IT"), NETWORK), MET,
            "All 2 members are business network or cluster organisation.", id="a cluster and a business network"),
        pytest.param(of_members(organisation("IT"), OTHER), NOT_MET,
            "Not business network or cluster organisation: Salzspeicher Food Network.", id="a body of another type"),
        pytest.param(of_members(organisation("IT"), OTHER, role=Role.INTERNATIONAL_PARTNER), MET,
            "All 1 members are business network or cluster organisation.", id="a partner abroad may be of any type"),
        pytest.param(of_members(organisation("IT"), nobody("blank")), UNDECIDED,
            "Not stated whether business network or cluster organisation: blank.", id="a type not stated"),
        pytest.param(Consortium(()), MET, "All 0 members are business network or cluster organisation.",
            id="an empty consortium has nobody of another type"),
        pytest.param(consortium(*["IT"] * 200), MET, "All 200 members are business network or cluster organisation.",
            id="two hundred members"),
    ],
)  # fmt: skip
def test_clusters_and_business_networks_are_admitted(members: Consortium, verdict: Verdict, reason: str) -> None:
    rule = kind("organisation_type", allowed=["cluster_organisation", "business_network"])
    outcome = rule.check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


def test_the_repair_names_who_must_be_replaced() -> None:
    rule = kind("organisation_type", allowed=["cluster_organisation"])
    assert rule.check(dossier(consortium=of_members(OTHER)), context()).repair == (
        "Replace Salzspeicher Food Network by cluster organisation, "
        "or let Salzspeicher Food Network take part in another role."
    )


def test_unknown_types_are_refused_with_those_that_exist() -> None:
    assert kind_faults("organisation_type", allowed=["charity"]) == [
        'allowed: is \'charity\'; expected one of "cluster_organisation", "business_network", "other"'
    ]
