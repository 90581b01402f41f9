"""Every member registered on a platform, or with a registration request, by a day."""

from datetime import date, timedelta

import pytest
from tests.cast import (
    CLOSING_DAY,
    NEVER,
    call,
    consortium,
    context,
    dossier,
    kind,
    kind_faults,
    of_members,
    organisation,
)

from hanse.core.consortium import Consortium, Registration, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
LATER = CLOSING_DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("registered", "requested", "request_counts", "request_does_not", "nobody_knows"),
    [
        pytest.param(CLOSING_DAY, NEVER, MET, MET, MET, id="registered on the last day"),
        pytest.param(LATER, NEVER, NOT_MET, NOT_MET, NOT_MET, id="registered a day late, never requested"),
        pytest.param(LATER, CLOSING_DAY, MET, NOT_MET, UNDECIDED, id="registered late, requested in time"),
        pytest.param(NEVER, CLOSING_DAY, MET, NOT_MET, UNDECIDED, id="requested on the last day"),
        pytest.param(NEVER, LATER, NOT_MET, NOT_MET, NOT_MET, id="requested a day late"),
        pytest.param(NEVER, NEVER, NOT_MET, NOT_MET, NOT_MET, id="neither"),
        pytest.param(NEVER, NOT_STATED, UNDECIDED, NOT_MET, UNDECIDED, id="not registered, request not stated"),
        pytest.param(
            NOT_STATED, CLOSING_DAY, MET, UNDECIDED, UNDECIDED, id="registration not stated, requested in time"
        ),
        pytest.param(NOT_STATED, NEVER, UNDECIDED, UNDECIDED, UNDECIDED, id="registration not stated, never requested"),
        pytest.param(NOT_STATED, NOT_STATED, UNDECIDED, UNDECIDED, UNDECIDED, id="nothing stated"),
        pytest.param(CLOSING_DAY, NOT_STATED, MET, MET, MET, id="registered in time, request not stated"),
    ],
)
def test_whether_a_request_counts_is_up_to_the_call(
    registered: Maybe[date | Registration],
    requested: Maybe[date | Registration],
    request_counts: Verdict,
    request_does_not: Verdict,
    nobody_knows: Verdict,
) -> None:
    one = organisation("DE", registered_on=registered, registration_requested_on=requested)
    proposal = dossier(consortium=of_members(organisation("IT"), one))
    verdicts = [
        kind("registered_or_requested", platform="ECCP", requested_counts=counts).check(proposal, context()).verdict
        for counts in (True, False, {"unknown": "not found"})
    ]
    assert verdicts == [request_counts, request_does_not, nobody_knows]


def test_the_reason_names_platform_day_and_members() -> None:
    late = dossier(consortium=consortium("IT", registered_on=LATER, registration_requested_on=NEVER))
    either = kind("registered_or_requested", platform="ECCP", requested_counts=True)
    outcome = either.check(late, context())
    assert outcome.reason == (
        "Neither registered on the ECCP nor registration requested by 2020-12-02: Lanterna Marine Cluster."
    )
    assert outcome.repair == "Request registration on the ECCP for Lanterna Marine Cluster by 2020-12-02."
    only = kind("registered_or_requested", platform="ECCP", requested_counts=False)
    outcome = only.check(late, context())
    assert outcome.reason == "Not registered on the ECCP by 2020-12-02: Lanterna Marine Cluster."
    assert outcome.repair == "Register Lanterna Marine Cluster on the ECCP by 2020-12-02."


def test_a_platform_with_braces_in_its_name_is_shown_as_written() -> None:
    rule = kind("registered_or_requested", platform="{platform}", requested_counts=False)
    assert (
        rule.check(dossier("IT"), context()).reason == "All 1 members are registered on the {platform} by 2020-12-02."
    )


@pytest.mark.parametrize(
    ("by", "verdict"),
    [
        pytest.param("2020-09-01", MET, id="on the day of registration"),
        pytest.param("2020-08-31", NOT_MET, id="the day before"),
        pytest.param("closing_date", MET, id="the closing day of the call"),
    ],
)
def test_the_last_day_can_be_given(by: str, verdict: Verdict) -> None:
    rule = kind("registered_or_requested", platform="ECCP", requested_counts=False, by=by)
    assert rule.check(dossier(), context()).verdict is verdict


def test_where_the_call_states_no_closing_day_the_day_of_the_check_counts() -> None:
    open_ended = context(call(window={"zone": "Europe/Brussels"}))
    assert isinstance(open_ended.call.window.closes_on, Unknown)
    rule = kind("registered_or_requested", platform="ECCP", requested_counts=False)
    late = dossier(consortium=consortium("IT", registered_on=LATER))
    assert [rule.check(proposal, open_ended).verdict for proposal in (dossier(), late)] == [MET, NOT_MET]


@pytest.mark.parametrize(
    ("members", "verdict"),
    [
        pytest.param(Consortium(()), MET, id="an empty consortium has nobody unregistered"),
        pytest.param(consortium(*["IT"] * 200), MET, id="two hundred members"),
        pytest.param(of_members(organisation("IT"), organisation("US", registered_on=NEVER),
            role=Role.INTERNATIONAL_PARTNER), MET, id="a partner abroad need not register"),
    ],
)  # fmt: skip
def test_only_applicants_register(members: Consortium, verdict: Verdict) -> None:
    rule = kind("registered_or_requested", platform="ECCP", requested_counts=False)
    assert rule.check(dossier(consortium=members), context()).verdict is verdict


def test_the_platform_must_be_named() -> None:
    assert kind_faults("registered_or_requested", by="soon") == [
        "platform: is missing",
        "by: 'soon' is not a day; expected for example 2020-12-02",
    ]
