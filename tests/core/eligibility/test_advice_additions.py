"""The smallest additions are exact: brute force over every subset of small pools says the same."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import cast

from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.eligibility.advice import Additions, Answer, best, candidates, smallest_additions, wording
from hanse.core.eligibility.advice.candidates import law_for
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import ProposalVerdict, Verdict
from hanse.core.eligibility.kinds.minimum_countries import MinimumCountries
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Unknown

ENTITIES = cast.rule_table("minimum_entities", parameters={"minimum": 3})
COUNTRIES = cast.rule_table("minimum_countries", parameters={"minimum": 3, "groups": ["COSME"]})
UNION = cast.rule_table("members_in_different_countries", parameters={"members": 2, "countries": 2, "groups": ["EU"]})
COSME_ONLY = cast.rule_table("every_member_in_group", parameters={"groups": ["COSME"]})
REGISTERED = cast.rule_table(
    "registered_or_requested", parameters={"platform": "platform", "by": "closing_date", "requested_counts": True}
)
DEFENCE = cast.rule_table("some_member_has_property", parameters={"property": "defence_related"})
INDEPENDENT = cast.rule_table("independent_entities", parameters={"minimum": 3})
KINDS = cast.rule_table("organisation_type", parameters={"allowed": ["cluster_organisation"]})
ONCE = cast.rule_table("one_consortium_per_organisation", parameters={"per": "call", "consequence": "all"})
STRAND_A = (ENTITIES, COUNTRIES, UNION, COSME_ONLY, REGISTERED)


def advise(
    dossier: Dossier, pool: Sequence[Organisation], *rules: dict[str, object], at_most: int = 3, show: int = 4
) -> Additions:
    """Ask for the smallest additions under these rules."""
    return smallest_additions(dossier, pool, Examiner(cast.context(cast.call(*rules))), at_most, show=show)


def answer(found: Answer | None) -> Answer:
    """An answer that must be there."""
    assert found is not None
    return found


# --- brute force -------------------------------------------------------------------------------------------------


def sets_by_brute_force(
    dossier: Dossier, pool: Sequence[Organisation], examiner: Examiner, at_most: int, good: frozenset[Verdict]
) -> tuple[int, set[frozenset[str]]] | None:
    """The smallest size and all sets of it, by asking every subset."""
    inside = [participant.organisation for participant in dossier.consortium.participants]
    taken = {o.id for o in inside} | {o.legal_entity for o in inside if isinstance(o.legal_entity, str)}
    law = law_for(dossier, examiner, Role.BENEFICIARY)
    free = [o for o in pool if o.id not in taken and o.legal_entity not in taken]
    for size in range(at_most + 1):
        found = set()
        for chosen in combinations(free, size):
            if len({o.body for o in chosen}) < size:
                continue
            together = replace(dossier, consortium=dossier.consortium.with_added(chosen))
            alone = [replace(dossier, consortium=Consortium((Participant(o, Role.BENEFICIARY),))) for o in chosen]
            asked = [(bound, together) for bound in law.together] + [(b, one) for b in law.each for one in alone]
            if all(bound.kind.check(of, examiner.context).verdict in good for bound, of in asked):
                found.add(frozenset(o.id for o in chosen))
        if found:
            return size, found
    return None


CERTAIN = frozenset({Verdict.MET})
POSSIBLE = frozenset({Verdict.MET, Verdict.UNDECIDED})


@st.composite
def organisations(draw: st.DrawFn, prefix: str) -> list[Organisation]:
    """Organisations with facts that are there, missing or bad; legal entities are shared now and then."""
    drawn = []
    days: st.SearchStrategy[date | Registration | Unknown]
    days = st.sampled_from([date(2020, 1, 1), date(2020, 1, 1), cast.NEVER, NOT_STATED])
    seats: dict[str, str | Unknown] = {}
    countries: st.SearchStrategy[str | Unknown]
    countries = st.sampled_from(["IT", "DE", "FR", "RS", "TR", "BA", "US", NOT_STATED])
    for number in range(draw(st.integers(0, 7 if prefix == "p" else 3))):
        country = draw(countries)
        own = f"{prefix}{number}"
        entities: st.SearchStrategy[str | Unknown] = st.sampled_from([NOT_STATED, own, own, "e1", "e2"])
        entity = draw(entities)
        if isinstance(entity, str):
            country = seats.setdefault(entity, country)
        drawn.append(
            Organisation(
                id=f"{prefix}{number}",
                country=country,
                legal_entity=entity,
                kind=draw(st.sampled_from([OrganisationKind.CLUSTER_ORGANISATION] * 3 + [OrganisationKind.OTHER])),
                registered_on=draw(days),
                registration_requested_on=cast.NEVER,
                properties=draw(
                    st.sampled_from([{"independent": True}, {"defence_related": True, "independent": True}, {}])
                ),
                sectors=frozenset(draw(st.sets(st.sampled_from("abcd"), max_size=2))),
                markets=frozenset(draw(st.sets(st.sampled_from(["JP", "CA"]), max_size=1))),
            )
        )
    return drawn


@st.composite
def members(draw: st.DrawFn) -> Consortium:
    """A consortium of up to three, some of them not applicants."""
    roles = [Role.COORDINATOR, *draw(st.lists(st.sampled_from([Role.BENEFICIARY] * 3 + [Role.ASSOCIATED_PARTNER]),
                                             min_size=2, max_size=2))]  # fmt: skip
    return Consortium(tuple(Participant(o, r) for o, r in zip(draw(organisations("m")), roles, strict=False)))


RULES = (ENTITIES, COUNTRIES, UNION, COSME_ONLY, REGISTERED, DEFENCE, INDEPENDENT, KINDS, ONCE)


@settings(max_examples=300, deadline=None)
@given(members(), organisations("p"), st.sets(st.sampled_from(range(len(RULES))), min_size=1), st.booleans())
def test_brute_force_finds_the_same_size_and_the_same_number_of_sets(
    consortium: Consortium, pool: list[Organisation], chosen: set[int], together: bool
) -> None:
    dossier = cast.dossier(consortium=consortium)
    rival = replace(dossier, proposal="rival", consortium=cast.of_members(*pool[:2]))
    context = cast.context(cast.call(*(RULES[n] for n in sorted(chosen))), [dossier, rival] if together else None)
    examiner = Examiner(context)
    found = smallest_additions(dossier, pool, examiner, 3, show=3)
    for given_answer, good in ((found.certain, CERTAIN), (found.conditional, POSSIBLE)):
        expected = sets_by_brute_force(dossier, pool, examiner, 3, good)
        if good is POSSIBLE and found.certain is not None:
            assert given_answer is None
            continue
        if expected is None:
            assert given_answer is None
            continue
        size, sets = expected
        given_answer = answer(given_answer)
        assert (given_answer.size, given_answer.sets) == (size, len(sets))
        assert sum(pattern.sets for pattern in given_answer.patterns) == len(sets)
        shown = [frozenset(o.id for o in suggestion.organisations) for suggestion in given_answer.suggestions]
        assert len(set(shown)) == len(shown) == (min(3, len(sets)) if size else 0)
        assert set(shown) <= sets


def gain(chosen: Iterable[Organisation], known: Iterable[Organisation]) -> int:
    """How many sectors and markets organisations add to those known, counted plainly."""
    of = {("s", s) for o in chosen for s in o.sectors} | {("m", m) for o in chosen for m in o.markets}
    return len(of - {("s", s) for o in known for s in o.sectors} - {("m", m) for o in known for m in o.markets})


@settings(max_examples=100, deadline=None)
@given(organisations("p"))
def test_the_first_suggestion_adds_as_much_as_any_set_can(pool: list[Organisation]) -> None:
    dossier = cast.dossier("IT")
    examiner = Examiner(cast.context(cast.call(ENTITIES, UNION)))
    found = smallest_additions(dossier, pool, examiner, 3, show=2)
    if found.certain is None or not found.certain.suggestions:
        return
    _, sets = sets_by_brute_force(dossier, pool, examiner, 3, CERTAIN) or (0, set())
    gains = sorted((gain([o for o in pool if o.id in ids], ()) for ids in sets), reverse=True)
    shown = [gain(suggestion.organisations, ()) for suggestion in found.certain.suggestions]
    assert shown == gains[: len(shown)]
    assert found.certain.ranking_proven


# --- the answers in words ------------------------------------------------------------------------------------------


def test_an_eligible_consortium_needs_nobody() -> None:
    found = advise(cast.dossier(), [cast.organisation("FR")], *STRAND_A)
    certain = answer(found.certain)
    assert found.standing.verdict is ProposalVerdict.ELIGIBLE
    assert (certain.size, certain.sets, certain.suggestions) == (0, 1, ())
    assert [pattern.sentence for pattern in certain.patterns] == ["Nobody (1 set)"]
    assert found.sentences == ("Nothing has to be added.",)


def test_a_missing_country_is_named_with_all_who_could_bring_it() -> None:
    pool = [cast.organisation(country, 2) for country in ("IT", "FR", "FR", "RS", "US")]
    pool[2] = cast.organisation("FR", 3)
    found = advise(cast.dossier("IT", "DE"), pool, *STRAND_A)
    certain = answer(found.certain)
    assert (certain.size, certain.sets) == (1, 3)
    (pattern,) = certain.patterns
    assert (
        pattern.sentence
        == "Any 1 of 3 organisations, where no member stands yet (France (FR): 2, Serbia (RS): 1) (3 sets)"
    )
    assert pattern.slots[0].countries == {"FR": 2, "RS": 1}
    assert found.sentences == ("Every rule is met with 1 organisation more: 3 sets will do.",)
    assert {s.verdict for s in certain.suggestions} == {ProposalVerdict.ELIGIBLE}
    assert [s.organisations[0].id for s in certain.suggestions] == ["phare-2", "phare-3", "sava-2"]


def test_suggestions_tell_what_they_bring_and_those_that_bring_most_come_first() -> None:
    pool = [
        cast.organisation("FR", sectors=frozenset({"photonics"})),
        cast.organisation("ES", sectors=frozenset({"mobility", "marine"}), markets=frozenset({"JP"})),
        cast.organisation("PL"),
    ]
    members = cast.of_members(cast.organisation("IT", sectors=frozenset({"marine"})), cast.organisation("DE"))
    found = advise(cast.dossier(consortium=members), pool, *STRAND_A)
    assert [s.sentence for s in answer(found.certain).suggestions] == [
        "Add Almenara Mobility Cluster (ES), new to the consortium: sectors mobility; markets Japan (JP).",
        "Add Phare Photonics Cluster (FR), new to the consortium: sectors photonics.",
        "Add Bursztyn Materials Cluster (PL).",
    ]


def test_two_candidates_of_one_legal_entity_are_never_chosen_together() -> None:
    pool = [cast.organisation("FR"), cast.organisation("FR", 2, legal_entity="phare-body"), cast.organisation("FR", 3)]
    found = advise(cast.dossier("IT"), pool, ENTITIES)
    assert answer(found.certain).sets == 2
    assert advise(cast.dossier("IT"), pool[:2], ENTITIES).certain is None


def test_members_and_their_legal_entities_are_no_candidates() -> None:
    pool = [cast.organisation("DE"), cast.organisation("IT", 2, legal_entity="lanterna-body"), cast.organisation("FR")]
    found = advise(cast.dossier("IT", "DE"), pool, *STRAND_A)
    assert (found.already_in, found.candidates) == (2, 1)
    assert answer(found.certain).sets == 1


def test_members_of_one_country_can_complete_a_consortium_that_only_counts_entities() -> None:
    pool = [cast.organisation("FR"), cast.organisation("FR", 2), cast.organisation("ES")]
    found = advise(cast.dossier("IT"), pool, ENTITIES)
    certain = answer(found.certain)
    assert certain.sets == comb(3, 2)
    assert [p.sentence for p in certain.patterns] == [
        "Any 2 of 3 organisations (France (FR): 2, Spain (ES): 1) (3 sets)"
    ]


def test_members_of_different_countries_are_asked_for_where_countries_count() -> None:
    pool = [cast.organisation(country) for country in ("FR", "ES", "RS", "TR")] + [cast.organisation("FR", 2)]
    certain = answer(advise(cast.dossier("IT"), pool, *STRAND_A).certain)
    assert {pattern.sentence: pattern.sets for pattern in certain.patterns} == {
        "Any 1 of 2 organisations outside the EU (Serbia (RS): 1, Türkiye (TR): 1) and any 1 of 3 organisations in "
        "the EU (France (FR): 2, Spain (ES): 1), all from different countries (6 sets)": 6,
        "Any 2 of 3 organisations in the EU from 2 different countries (France (FR): 2, Spain (ES): 1) (2 sets)": 2,
    }


def test_an_unstated_legal_entity_matters_where_a_neighbour_might_be_the_same_body() -> None:
    members = cast.of_members(cast.organisation("IT", legal_entity=NOT_STATED), cast.organisation("DE"))
    pool = [
        cast.organisation("IT", 2, legal_entity=NOT_STATED),
        cast.organisation("IT", 3),
        cast.organisation("DE", 2),
        cast.organisation("FR"),
    ]
    certain = answer(advise(cast.dossier(consortium=members), pool, ENTITIES).certain)
    assert sorted(s.organisations[0].id for s in certain.suggestions) == ["phare", "salzspeicher-2"]
    assert {pattern.sentence for pattern in certain.patterns} == {
        "The only organisation (Germany (DE): 1) (1 set)",
        "The only organisation (France (FR): 1) (1 set)",
    }


def test_a_pattern_tells_members_that_share_a_country_from_those_that_do_not() -> None:
    unsure = {"legal_entity": NOT_STATED, "registered_on": NOT_STATED, "registration_requested_on": NOT_STATED}
    pool = [cast.organisation("FR", **unsure), cast.organisation("FR", 2, **unsure), cast.organisation("ES", **unsure)]
    conditional = answer(advise(cast.dossier("IT"), pool, ENTITIES, REGISTERED).conditional)
    assert {pattern.sentence: pattern.to_confirm for pattern in conditional.patterns} == {
        "Any 2 of 3 organisations that share one country (France (FR): 2, Spain (ES): 1) (1 set)": (
            "minimum_entities",
            "registered_or_requested",
        ),
        "Any 2 of 3 organisations from 2 different countries (France (FR): 2, Spain (ES): 1) (2 sets)": (
            "registered_or_requested",
        ),
    }


def test_candidates_of_one_legal_entity_that_differ_are_counted_as_one_body() -> None:
    pool = [
        cast.organisation("FR"),
        cast.organisation("FR", 2, legal_entity="phare-body", properties={}),
        cast.organisation("FR", 3),
        cast.organisation("FR", 4, properties={}),
    ]
    four = cast.rule_table("independent_entities", parameters={"minimum": 2})
    certain = answer(advise(cast.dossier("IT"), pool, ENTITIES, four).certain)
    assert certain.sets == comb(4, 2) - 1 - 1  # not both of one body, and one of the two must be independent
    assert len(certain.suggestions) == 4


def test_many_patterns_are_described_without_looking_for_what_they_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "MOST_COARSENED", 0)
    certain = answer(advise(cast.dossier("IT", "DE"), [cast.organisation("FR")], *STRAND_A).certain)
    assert [pattern.sets for pattern in certain.patterns] == [1]
    assert "with a stated legal entity" in certain.patterns[0].sentence


def test_equal_facts_of_many_candidates_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    sees = MinimumCountries.sees

    def counting(self: MinimumCountries, organisation: Organisation, of: Context, strand: str) -> Hashable:
        looked.append(organisation.id)
        return sees(self, organisation, of, strand)

    monkeypatch.setattr(MinimumCountries, "sees", counting)
    one = cast.organisation("FR", legal_entity=NOT_STATED)
    pool = [replace(one, id=f"phare-{number}") for number in range(50)]
    assert answer(advise(cast.dossier("IT", "DE"), pool, COUNTRIES).certain).sets == 50
    assert looked == ["lanterna", "salzspeicher", "phare-0"]


def test_a_rule_kind_that_sees_less_than_it_asks_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MinimumCountries, "sees", lambda *_: True)
    pool = [cast.organisation("FR"), cast.organisation("US")]
    with pytest.raises(RuntimeError, match=r"rule minimum_countries .* is not met with Harbor"):
        advise(cast.dossier("IT", "DE"), pool, COUNTRIES)


def test_a_pool_too_varied_to_rank_to_the_end_still_gives_sets_that_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(best, "MOST_STEPS", 10)
    countries = ("FR", "ES", "PL", "GR")
    pool = [cast.organisation(c, n, sectors=frozenset({"s", f"s{n % 3}"})) for c in countries for n in range(1, 9)]
    certain = answer(advise(cast.dossier("IT"), pool, *STRAND_A).certain)
    assert not certain.ranking_proven
    assert {s.verdict for s in certain.suggestions} == {ProposalVerdict.ELIGIBLE}


def test_what_no_addition_mends_is_listed_with_its_own_repair() -> None:
    long = cast.rule_table("duration_range")
    dossier = cast.dossier("IT", "US", duration_months=40)
    found = advise(dossier, [cast.organisation("DE"), cast.organisation("FR")], *STRAND_A, long)
    assert [finding.rule.id for finding in found.blocked] == ["every_member_in_group", "duration_range"]
    assert answer(found.certain).size == 2
    assert found.sentences[0] == "The rest of the rules are met with 2 organisations more: 1 set will do."
    assert found.sentences[1].startswith("No addition changes rule every_member_in_group: Not established in COSME")
    assert found.sentences[2].endswith("Plan 4 fewer month(s).")
    assert answer(found.certain).suggestions[0].verdict is ProposalVerdict.NOT_ELIGIBLE


def test_nothing_has_to_be_added_where_only_other_things_are_wrong() -> None:
    found = advise(cast.dossier(duration_months=40), [], *STRAND_A, cast.rule_table("duration_range"))
    assert answer(found.certain).size == 0
    assert found.sentences[0] == "Nothing has to be added. The rest of the rules are met already."


def test_a_finding_without_repair_is_told_without_one() -> None:
    found = advise(cast.dossier(duration_months=NOT_STATED), [], *STRAND_A, cast.rule_table("duration_range"))
    assert found.blocked[0].verdict is Verdict.UNDECIDED
    assert found.sentences[1].endswith(found.blocked[0].reason)


def test_unknown_facts_of_candidates_make_the_advice_conditional_and_say_on_what() -> None:
    pool = [cast.organisation("FR", registered_on=NOT_STATED, registration_requested_on=NOT_STATED)]
    found = advise(cast.dossier("IT", "DE"), pool, *STRAND_A)
    conditional = answer(found.conditional)
    assert found.certain is None
    assert [pattern.to_confirm for pattern in conditional.patterns] == [("registered_or_requested",)]
    assert conditional.suggestions[0].verdict is ProposalVerdict.UNDECIDED
    assert conditional.suggestions[0].sentence.endswith("To be confirmed: A rule of the tests.")
    assert found.sentences == (
        "No set is known to be enough. Every rule is met with 1 organisation more (1 set) if this is confirmed: "
        "registered_or_requested.",
    )


def test_sets_with_less_to_confirm_come_first() -> None:
    unsure = {"registered_on": NOT_STATED, "registration_requested_on": NOT_STATED}
    pool = [
        cast.organisation("FR", **unsure, kind=NOT_STATED, sectors=frozenset({"photonics"})),
        cast.organisation("ES", **unsure),
    ]
    found = advise(cast.dossier("IT", "DE"), pool, *STRAND_A, KINDS)
    conditional = answer(found.conditional)
    assert [s.organisations[0].id for s in conditional.suggestions] == ["almenara", "phare"]
    assert "(at the least; each pattern names its own)" in found.sentences[0]
    shown = {pattern.sentence for pattern in conditional.patterns}
    assert any("(to confirm: organisation_type, registered_or_requested)" in sentence for sentence in shown)
    only = advise(cast.dossier("IT", "DE"), pool, *STRAND_A, KINDS, show=1)
    assert [s.organisations[0].id for s in answer(only.conditional).suggestions] == ["almenara"]


def test_a_candidate_without_a_country_is_only_a_possibility() -> None:
    found = advise(cast.dossier("IT", "DE"), [cast.nobody("somebody")], ENTITIES, COUNTRIES)
    conditional = answer(found.conditional)
    assert conditional.patterns[0].slots[0].countries == {"": 1}
    assert conditional.suggestions[0].sentence.startswith("Add somebody. To be confirmed")
    assert "country not stated: 1" in conditional.patterns[0].sentence


def test_doubts_about_the_members_themselves_may_be_all_that_is_left() -> None:
    found = advise(cast.dossier("IT", "DE", "BA"), [], ENTITIES, COUNTRIES)
    assert found.standing.verdict is ProposalVerdict.UNDECIDED
    assert (answer(found.conditional).size, answer(found.conditional).suggestions) == (0, ())
    assert found.sentences == (
        "No set of the pool settles it for certain. Every rule is met without an addition if this is confirmed: "
        "minimum_countries.",
    )


def test_where_the_pool_cannot_help_the_rules_out_of_reach_are_named() -> None:
    pool = [cast.organisation("IT", 2), cast.organisation("FR", registered_on=cast.NEVER,
                                                          registration_requested_on=cast.NEVER)]  # fmt: skip
    found = advise(cast.dossier("IT", "DE"), pool, *STRAND_A)
    assert (found.certain, found.conditional) == (None, None)
    assert [finding.rule.id for finding in found.out_of_reach] == ["minimum_countries"]
    assert found.unfit == {"registered_or_requested": 1}
    assert found.sentences[0] == "No set of at most 3 organisations is enough, among 2 candidates of the pool."
    assert found.sentences[1].startswith("No set of at most 3 from the pool mends rule minimum_countries: Only 2")
    assert found.sentences[2] == "1 candidate of the pool would break rule registered_or_requested."


def test_rules_that_can_be_met_alone_but_not_together_are_not_called_out_of_reach() -> None:
    pool = [cast.organisation("FR"), cast.organisation("US", properties={"defence_related": True})]
    members = cast.of_members(cast.organisation("IT", properties={"defence_related": False}), cast.organisation("DE",
                              properties={"defence_related": False}))  # fmt: skip
    pool[0] = replace(pool[0], properties={"defence_related": False})
    found = advise(cast.dossier(consortium=members), pool, COUNTRIES, DEFENCE, at_most=1)
    assert (found.certain, found.conditional, found.out_of_reach) == (None, None, ())


def test_officer_rules_and_rules_over_all_submissions_are_set_aside_by_name() -> None:
    officer = cast.rule_table("officer_decides", decider="officer", parameters={"question": "Defence?"})
    advised = cast.rule_table("maximum_targets", force="advised", parameters={"maximum": 1})
    found = advise(cast.dossier("IT", "DE"), [cast.organisation("FR")], *STRAND_A, officer, ONCE, advised)
    assert found.sentences[1:] == (
        "Left to an officer: officer_decides.",
        "Not asked, since other submissions are needed: one_consortium_per_organisation.",
    )


def test_an_organisation_of_another_submission_is_no_help_where_that_is_not_allowed() -> None:
    dossier = cast.dossier("IT", "DE")
    rival = cast.dossier("FR", "ES", proposal="rival")
    examiner = Examiner(cast.context(cast.call(*STRAND_A, ONCE), [dossier, rival]))
    found = smallest_additions(dossier, [cast.organisation("FR"), cast.organisation("PL")], examiner)
    assert [s.organisations[0].id for s in answer(found.certain).suggestions] == ["bursztyn"]
    assert "known as" not in answer(found.certain).patterns[0].sentence


def test_a_pattern_names_an_organisation_that_a_rule_over_all_submissions_knows() -> None:
    dossier = cast.dossier("IT")
    rival = cast.dossier("IT", "FR", proposal="rival", strand="B")
    same = cast.rule_table("one_strand_per_consortium", parameters={"same": "same_members"})
    two = cast.rule_table("minimum_entities", parameters={"minimum": 2})
    examiner = Examiner(cast.context(cast.call(two, same), [dossier, rival]))
    pool = [cast.organisation("FR"), cast.organisation("FR", 2)]
    found = smallest_additions(dossier, pool, examiner)
    assert [s.organisations[0].id for s in answer(found.certain).suggestions] == ["phare-2"]


def test_a_rule_of_one_strand_cannot_be_mended_where_the_strand_is_not_stated() -> None:
    only_a = {**COUNTRIES, "strands": ["A"]}
    found = advise(cast.dossier("IT", "DE", strand=NOT_STATED), [cast.organisation("FR")], ENTITIES, only_a)
    assert [finding.rule.id for finding in found.blocked] == ["minimum_countries"]
    assert answer(found.certain).size == 1


def test_what_each_rule_sees_is_said_in_words() -> None:
    pool = [
        cast.organisation("FR", properties={"defence_related": True}),
        cast.organisation("BA", properties={"defence_related": True}),
        cast.organisation("ES", properties={"defence_related": False}),
        cast.organisation("US", properties={}),
    ]
    members = cast.of_members(*(cast.organisation(c, properties={"defence_related": False}) for c in ("IT", "DE")))
    found = advise(cast.dossier(consortium=members), pool, {**ENTITIES, "parameters": {"minimum": 4}}, DEFENCE)
    shown = " ".join(pattern.sentence for pattern in answer(found.certain).patterns)
    assert all(words in shown for words in (" defence related", " perhaps defence related", " not defence related"))
    doubts = advise(cast.dossier("IT", "RS"), pool[1:2], COUNTRIES)
    assert "to be confirmed" not in doubts.sentences[0]
    independent = [
        cast.organisation("FR"),
        cast.organisation("ES", properties={"independent": False}),
        cast.organisation("PL", properties={}),
    ]
    four = {**ENTITIES, "parameters": {"minimum": 4}}
    found = advise(cast.dossier("IT", "DE"), independent, four, INDEPENDENT)
    shown = " ".join(pattern.sentence for pattern in answer(found.certain).patterns)
    for words in ("that count for", "that count not for", "unclear to"):
        assert f"{words} rule independent_entities" in shown


def test_a_long_list_of_countries_is_cut_in_the_sentence_only() -> None:
    pool = [cast.organisation(country) for country in cast.NAMES if country != "IT"]
    two = cast.rule_table("minimum_entities", parameters={"minimum": 2})
    (pattern,) = answer(advise(cast.dossier("IT"), pool, two).certain).patterns
    assert len(pattern.slots[0].countries) == len(pool) == 12
    assert "and 4 more countries" in pattern.sentence


def test_two_organisations_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="two organisations of the pool have the id 'phare'"):
        advise(cast.dossier(), [cast.organisation("FR"), cast.organisation("FR")], ENTITIES)


def test_a_legal_entity_in_two_countries_is_refused() -> None:
    pool = [cast.organisation("FR"), cast.organisation("ES", legal_entity="phare-body")]
    with pytest.raises(ValueError, match="'phare-body' of the pool stands in two places, FR and ES"):
        advise(cast.dossier(), pool, ENTITIES)


def test_sets_are_shown_by_what_their_members_add_together() -> None:
    known = {"FR": "lasers optics", "ES": "mobility", "PL": "mobility"}
    pool = [cast.organisation(country, sectors=frozenset(words.split())) for country, words in known.items()]
    certain = answer(advise(cast.dossier("IT"), pool, *STRAND_A).certain)
    shown = [tuple(o.country for o in s.organisations) for s in certain.suggestions]
    assert shown == [("FR", "ES"), ("FR", "PL"), ("ES", "PL")]


def test_a_neighbour_and_a_newcomer_are_counted_each_in_its_own_country() -> None:
    pool = [cast.organisation("IT", 2), cast.organisation("FR"), cast.organisation("ES")]
    four = {**ENTITIES, "parameters": {"minimum": 4}}
    certain = answer(advise(cast.dossier("IT", "DE"), pool, four, UNION).certain)
    assert (certain.size, certain.sets) == (2, comb(3, 2))


def test_a_body_whose_organisations_do_not_qualify_is_not_counted() -> None:
    pool = [
        cast.organisation("FR", properties={"independent": False}),
        cast.organisation("FR", 2, legal_entity="phare-body", properties={"independent": False}),
        cast.organisation("FR", 3),
    ]
    two = cast.rule_table("independent_entities", parameters={"minimum": 2})
    assert answer(advise(cast.dossier("IT"), pool, two).certain).sets == 1


def test_doubts_of_any_kind_are_alike_to_the_rules() -> None:
    pool = [cast.organisation("BA"), cast.nobody("somebody")]
    conditional = answer(advise(cast.dossier("IT", "DE"), pool, COUNTRIES).conditional)
    assert [(pattern.sets, pattern.to_confirm) for pattern in conditional.patterns] == [(2, ("minimum_countries",))]


def test_a_pool_of_many_different_facts_is_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_FACTS", 0)
    pool = [cast.organisation(country) for country in ("FR", "US", "ES")]
    assert answer(advise(cast.dossier("IT", "DE"), pool, *STRAND_A).certain).sets == 2
