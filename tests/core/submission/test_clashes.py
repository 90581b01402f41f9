"""What rules over all submissions become at the door: one's own organisations by name, never another application."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import call, call_tables, context, dossier, rule_table

from hanse.core.consortium import Consortium
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment
from hanse.core.proposal import Dossier
from hanse.core.submission import Accepted, Observation, Refused, decide_submission
from hanse.core.submission.clashes import observations_among_all, observations_now
from hanse.core.values.unknown import NOT_STATED

NOON = datetime(2020, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LANTERNA = "Lanterna Marine Cluster"


def one_each(per: str = "strand", consequence: object = "all", **keys: Any) -> dict[str, Any]:
    """The rule that an organisation stands in one consortium only, refusing at the door unless told otherwise."""
    parameters = {"per": per, **({} if consequence is None else {"consequence": consequence})}
    return rule_table(
        "one_consortium_per_organisation", "once", **{"gate": "submission", "parameters": parameters, **keys}
    )


def rival(**changed: Any) -> Dossier:
    """Another application that counts and shares the Italian member, submitted an hour earlier."""
    return dossier("FR", "IT", "TR", **{"proposal": "red-secret", "submitted_at": NOON - HOUR, **changed})


def checked(rule: Mapping[str, Any], *others: Dossier, mine: Dossier | None = None) -> tuple[Assessment, Dossier]:
    """The application of the tests, checked among others."""
    strands = [*call_tables()[0]["strand"], {"id": "C", "title": "Other", "envelope": "a"}]
    blue = mine or dossier(submitted_at=NOON)
    return Examiner(context(call(rule, strand=strands), [*others, blue])).check(blue), blue


def told(rule: Mapping[str, Any], *others: Dossier, mine: Dossier | None = None) -> tuple[Observation, ...]:
    """What that becomes at the door."""
    found, blue = checked(rule, *others, mine=mine)
    return observations_among_all(found.findings, blue.consortium)


@pytest.mark.parametrize(
    ("per", "theirs", "clashes"),
    [
        pytest.param("strand", "A", True, id="the same strand"),
        pytest.param("strand", "B", False, id="another strand, once in each"),
        pytest.param("phase", "B", True, id="another strand of the same phase"),
        pytest.param("phase", "C", False, id="a strand of no phase"),
        pytest.param("call", "C", True, id="anywhere in the call"),
    ],
)
def test_the_limit_is_per_strand_phase_or_call(per: str, theirs: str, clashes: bool) -> None:
    assert bool(told(one_each(per), rival(strand=theirs))) is clashes


@pytest.mark.parametrize(
    ("consequence", "theirs", "refuses"),
    [
        pytest.param("all", NOON - HOUR, True, id="all fall: an earlier one"),
        pytest.param("all", NOON + HOUR, True, id="all fall: a later one"),
        pytest.param("later", NOON - HOUR, True, id="the later falls: this one"),
        pytest.param("later", NOON + HOUR, False, id="the later falls: the other"),
        pytest.param("later", NOON, False, id="the later falls: at the same instant"),
        pytest.param("later", NOT_STATED, False, id="the later falls: when is not stated"),
        pytest.param(None, NOON - HOUR, False, id="the call does not say which falls"),
    ],
)
def test_what_a_clash_means_the_call_says(consequence: str | None, theirs: Any, refuses: bool) -> None:
    assert bool(told(one_each(consequence=consequence), rival(submitted_at=theirs))) is refuses


@pytest.mark.parametrize(
    "softer",
    [{"gate": "eligibility"}, {"gate": "admissibility"}, {"force": "advised"}, {"decider": "officer"}],
    ids=lambda keys: next(iter(keys)) + " " + next(iter(keys.values())),
)
def test_of_a_clash_that_does_not_refuse_nothing_is_said(softer: dict[str, str]) -> None:
    assert told(one_each(**softer), rival()) == ()
    # Alone, it is only named as one that waits for all submissions.
    alone = Examiner(context(call(one_each(**softer)))).check(dossier())
    assert observations_now(alone) == ()
    assert "once" in (*alone.needs_all_submissions, *alone.left_to_officer)


def test_a_clash_names_the_own_organisation_and_no_rival() -> None:
    (one,) = told(one_each(), rival())
    assert one.rule == "once"
    assert one.reason == (
        f"{LANTERNA} stands in another application that was submitted before and counts. The rule: A rule of the "
        "tests. Either that application is withdrawn, or this one names others."
    )
    (two,) = told(one_each(), dossier("FR", "IT", "RS", proposal="red-secret", submitted_at=NOON - HOUR))
    assert two.reason.startswith(f"{LANTERNA}, Sava Software Network stand in another application")


@pytest.mark.parametrize("same", ["same_members", "same_coordinator"])
def test_a_clash_of_whole_consortia_names_no_rival_either(same: str) -> None:
    rule = rule_table("one_strand_per_consortium", "whole", gate="submission", parameters={"same": same})
    (one,) = told(rule, dossier(proposal="red-secret", strand="B", submitted_at=NOON - HOUR))
    assert one.reason.startswith("The same consortium, as the rule sees it, stands in another application")
    assert "red-secret" not in one.reason


COUNTRIES = st.lists(st.sampled_from(["IT", "DE", "RS", "FR", "TR", "PL"]), min_size=1, max_size=4, unique=True)


@given(
    st.sampled_from(["strand", "phase", "call"]),
    st.sampled_from(["all", "later", None]),
    st.lists(COUNTRIES, max_size=4),
)
def test_no_other_application_and_nobody_of_it_is_ever_named(
    per: str, consequence: str | None, sets: list[list[str]]
) -> None:
    others = [dossier(*set_, proposal=f"secret-{n}", submitted_at=NOON + (n - 2) * HOUR) for n, set_ in enumerate(sets)]
    found, blue = checked(one_each(per, consequence), *others)
    own = {each.organisation.name for each in blue.consortium.participants}
    strangers = {each.organisation.name for other in others for each in other.consortium.participants} - own
    text = " ".join(each.reason for each in observations_among_all(found.findings, blue.consortium))
    assert "secret" not in text
    assert not any(name in text for name in strangers)


def test_a_clash_refuses_with_its_reason_in_words() -> None:
    rule = one_each()
    of = call(rule)
    found = told(rule, rival())
    decision = decide_submission(of, "A", NOON, proposal="blue", content_digest="d" * 64, observations=found)
    assert isinstance(decision, Refused)
    assert [(each.about, each.text) for each in decision.reasons] == [("once", found[0].reason)]
    assert isinstance(decide_submission(of, "A", NOON, proposal="blue", content_digest="d" * 64), Accepted)


def test_rules_about_one_application_are_observed_and_those_set_aside_are_not() -> None:
    rules = (
        rule_table(id="three", parameters={"minimum": 3}),
        rule_table(id="nine", parameters={"minimum": 9}),
        rule_table("duration_range", "length"),
        rule_table("officer_decides", "judged", decider="officer", parameters={"question": "Is it good?"}),
        one_each(),
    )
    found = Examiner(context(call(*rules))).check(dossier(duration_months=NOT_STATED))
    told_now = observations_now(found)
    assert [(each.rule, each.undecided) for each in told_now] == [("nine", False), ("length", True)]
    assert all(each.reason for each in told_now)


def test_nobody_is_named_where_nobody_takes_part() -> None:
    (found, _) = checked(one_each(), rival())
    (one,) = observations_among_all(found.findings, Consortium(()))
    assert one.reason.startswith("The same consortium, as the rule sees it,")
