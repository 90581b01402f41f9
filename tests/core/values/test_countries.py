"""Membership is asked for a country on a day, and the answer can be unknown."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.cast import COUNTRIES, geography

from hanse.core.values.countries import Basis, Geography, Membership, read_code
from hanse.core.values.unknown import Unknown

DAY = timedelta(days=1)


def of(**days: Any) -> Geography:
    """A map with one country in one group."""
    return Geography.of({"BA": "Bosnia and Herzegovina"}, {}, [Membership("COSME", "BA", **days)], {})


def asked(place: Geography, on: date, basis: Basis = Basis.IN_FORCE) -> str:
    answer = place.is_member("COSME", "BA", on, basis)
    return "unknown" if isinstance(answer, Unknown) else str(answer)


@pytest.mark.parametrize(
    ("written", "code"),
    [("de", "DE"), (" EL ", "GR"), ("uk", "GB"), ("UK", "GB"), ("XK", "XK"), ("NA", "NA")],
)
def test_codes_are_brought_to_iso(written: str, code: str) -> None:
    assert read_code(written) == code


def test_a_country_is_shown_by_name_and_code_and_namibia_is_not_nothing() -> None:
    assert geography().name("NA") == "Namibia (NA)"
    assert geography().name("QQ") == "QQ"


def test_a_country_without_a_row_is_not_a_member() -> None:
    assert geography().is_member("COSME", "US", date(2020, 12, 2), Basis.IN_FORCE) is False


def test_a_member_that_left_is_one_until_its_last_day() -> None:
    last = date(2020, 1, 31)
    assert geography().is_member("EU", "GB", last, Basis.IN_FORCE) is True
    assert geography().is_member("EU", "GB", last + DAY, Basis.IN_FORCE) is False


SIGNED, IN_FORCE = date(2014, 9, 29), date(2015, 4, 7)


@pytest.mark.parametrize(
    ("on", "by_signature", "by_force"),
    [
        (SIGNED - DAY, "False", "False"),
        (SIGNED, "True", "False"),
        (IN_FORCE - DAY, "True", "False"),
        (IN_FORCE, "True", "True"),
    ],
)
def test_the_basis_decides_between_signature_and_entry_into_force(on: date, by_signature: str, by_force: str) -> None:
    place = of(signed_on=SIGNED, in_force_on=IN_FORCE)
    assert (asked(place, on, Basis.SIGNATURE), asked(place, on)) == (by_signature, by_force)


@pytest.mark.parametrize(
    ("on", "by_signature", "by_force"),
    [
        (SIGNED - DAY, "False", "False"),
        (SIGNED, "True", "unknown"),
    ],
)
def test_where_only_the_signature_is_published_force_is_unknown_from_then(
    on: date, by_signature: str, by_force: str
) -> None:
    place = of(signed_on=SIGNED)
    assert (asked(place, on, Basis.SIGNATURE), asked(place, on)) == (by_signature, by_force)


@pytest.mark.parametrize(("on", "by_signature"), [(IN_FORCE - DAY, "unknown"), (IN_FORCE, "True")])
def test_an_agreement_in_force_has_been_signed_even_if_the_day_is_not_published(on: date, by_signature: str) -> None:
    assert asked(of(in_force_on=IN_FORCE), on, Basis.SIGNATURE) == by_signature


@pytest.mark.parametrize("basis", list(Basis))
def test_a_country_seen_as_a_member_is_one_from_that_day_and_before_it_nobody_knows(basis: Basis) -> None:
    place = of(member_by=IN_FORCE)
    assert (asked(place, IN_FORCE - DAY, basis), asked(place, IN_FORCE, basis)) == ("unknown", "True")


def test_the_doubt_says_which_day_is_missing() -> None:
    answer = of().is_member("COSME", "BA", SIGNED, Basis.IN_FORCE)
    assert isinstance(answer, Unknown)
    assert answer.note == "the day from which Bosnia and Herzegovina (BA) takes part in COSME is not published"


def test_members_are_the_certain_ones_in_alphabetical_order() -> None:
    members = geography().members("COSME", date(2020, 12, 2), Basis.IN_FORCE)
    assert members == ("DE", "ES", "FR", "GR", "IT", "PL", "RS", "TR")
    assert "BA" in geography().members("COSME", date(2020, 12, 2), Basis.SIGNATURE)
    assert set(members) < set(COUNTRIES)
