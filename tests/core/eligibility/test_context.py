"""Countries stand in groups as the tables and the call say, and what the call leaves open stays open."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.cast import CLOSING_DAY, call, consortium, context, dossier, geography, nobody, of_members, organisation

from hanse.core.consortium import APPLICANTS, Role
from hanse.core.eligibility.context import Appearance, Context, Submissions
from hanse.core.values.countries import Basis
from hanse.core.values.unknown import NOT_STATED, Unknown


def treated(*treatments: dict[str, Any], **terms: Any) -> Context:
    """The small call with treatments of countries in doubt."""
    return context(call(countries={**terms, "treatment": list(treatments)}))


def treatment(country: str, group: str, **keys: Any) -> dict[str, Any]:
    return {"country": country, "group": group, "reason": f"{country} in {group} is not settled", **keys}


def test_a_country_stands_in_the_groups_if_it_stands_in_one_of_them() -> None:
    here = context()
    assert here.standing("RS", ("EU",), "A") is False
    assert here.standing("RS", ("EU", "COSME"), "A") is True
    assert here.standing("US", ("EU", "COSME"), "A") is False


def test_a_country_in_doubt_in_one_group_is_settled_by_certainty_in_another() -> None:
    here = treated(treatment("BA", "EU", counts=True))
    assert here.standing("BA", ("COSME", "EU"), "A") is True
    assert isinstance(here.standing("BA", ("COSME",), "A"), Unknown)


def test_an_answer_is_kept_and_stays_the_same() -> None:
    here = context()
    assert here.standing("BA", ("COSME",), "A") is here.standing("BA", ("COSME",), "A")


def test_a_treatment_overrides_the_tables_and_gives_its_reason() -> None:
    here = treated(treatment("GB", "COSME", counts=True), treatment("RS", "COSME"))
    assert here.standing("GB", ("COSME",), "A") is True
    assert here.standing("RS", ("COSME",), "A") == Unknown("RS in COSME is not settled")
    assert here.standing("TR", ("COSME",), "A") is True


def test_a_treatment_of_one_strand_leaves_the_other_alone() -> None:
    here = treated(treatment("GB", "COSME", counts=True, strands=["A"]))
    assert (here.standing("GB", ("COSME",), "A"), here.standing("GB", ("COSME",), "B")) == (True, False)


def test_where_strands_differ_and_the_strand_is_not_stated_the_standing_is_unknown() -> None:
    here = treated(treatment("GB", "COSME", counts=True, strands=["A"]))
    assert here.standing("GB", ("COSME",), "") == Unknown(
        "the strand is not stated, on which the standing of United Kingdom (GB) depends"
    )
    assert here.standing("RS", ("COSME",), "") is True


def test_where_strands_agree_it_does_not_matter_that_the_strand_is_not_stated() -> None:
    here = treated(treatment("GB", "EU", counts=False, strands=["A"]))
    assert here.standing("GB", ("EU",), "") is False


def test_the_basis_is_entry_into_force_unless_the_call_says_otherwise() -> None:
    assert treated().basis is Basis.IN_FORCE
    by_signature = treated(basis="signature")
    assert by_signature.basis is Basis.SIGNATURE
    assert by_signature.standing("BA", ("COSME",), "A") is True


def test_groups_and_places_are_put_in_words() -> None:
    here = Context(call(), geography(), CLOSING_DAY)
    assert here.group_name(("EU", "COSME", "EEA")) == "the EU or COSME or EEA"
    assert here.places(["RS", "IT"]) == "Italy (IT), Serbia (RS)"
    assert here.places([]) == ""


def test_an_organisation_is_recognised_by_its_legal_entity_or_else_by_its_id() -> None:
    assert organisation("IT").body == "lanterna-body"
    assert nobody("blank").body == "blank"


def test_submissions_are_indexed_by_legal_entity_by_members_and_by_coordinator() -> None:
    blue = dossier("IT", "DE")
    red = replace(blue, proposal="red", strand=NOT_STATED, consortium=consortium("DE", "IT", "DE"))
    index = Submissions.of([blue, red])
    sent = datetime(2020, 12, 1, 12, tzinfo=UTC)
    of_blue, of_red = Appearance("blue", "A", sent), Appearance("red", "", sent)
    assert index.by_entity["lanterna-body"] == [of_blue, of_red]
    assert index.by_members[frozenset({"lanterna-body", "salzspeicher-body"})] == [of_blue]
    assert dict(index.by_coordinator) == {"lanterna-body": [of_blue], "salzspeicher-body": [of_red]}


def test_a_legal_entity_that_one_submission_leaves_out_is_taken_from_another() -> None:
    silent = organisation("IT", legal_entity=NOT_STATED)
    blue, red = dossier("IT", "DE"), dossier(proposal="red", consortium=of_members(organisation("RS"), silent))
    index = Submissions.of([red, blue])
    assert [each.proposal for each in index.by_entity["lanterna-body"]] == ["red", "blue"]
    assert index.body(silent) == "lanterna-body"
    assert index.bodies(red.consortium, APPLICANTS) == {"lanterna-body", organisation("RS").body}


def test_a_legal_entity_on_which_submissions_differ_is_not_taken_over() -> None:
    silent = organisation("IT", legal_entity=NOT_STATED)
    told = [of_members(organisation("IT", legal_entity=entity)) for entity in ("one", "two", "two")]
    index = Submissions.of([dossier(consortium=each, proposal=f"P{n}") for n, each in enumerate(told)])
    assert index.entity_of == {}
    assert index.body(silent) == silent.id


def test_only_applicants_are_indexed_and_two_clusters_of_one_body_once() -> None:
    twins = [organisation("DE", number, legal_entity="one-body") for number in (1, 2)]
    group = consortium("IT", "RS", role=Role.ASSOCIATED_PARTNER).with_added(tuple(twins))
    index = Submissions.of([dossier(consortium=group)])
    assert set(index.by_entity) == {"lanterna-body", "one-body"}
    assert len(index.by_entity["one-body"]) == 1
