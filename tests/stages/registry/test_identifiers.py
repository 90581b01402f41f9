"""Numbers of legal entities: what is doubted, in words, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.stages.registry.queries import identifiers
from hanse.stages.registry.queries.identifiers import check_lei, check_national_number, check_pic, check_vat


@pytest.mark.parametrize(
    ("check", "value", "country"),
    [
        (check_pic, "999999999", "DE"),
        (check_pic, " 999 999 999 ", ""),
        (check_vat, "ATU13585627", "AT"),
        (check_vat, "atu 135.856-27", "AT"),
        (check_vat, "EL094259216", "GR"),
        (check_vat, "094259216", "GR"),
        (check_vat, "BE0428759497", "BE"),
        (check_vat, "XK whatever", "XK"),
        (check_vat, "12345", ""),
        (check_lei, "529900T8BM49AURSDO55", "DE"),
        (check_lei, "5299 00T8 BM49 AURS DO55", ""),
        (check_national_number, "HRB 12345 B", "DE"),
    ],
)
def test_numbers_as_they_should_be_are_not_doubted(check: object, value: str, country: str) -> None:
    assert check(value, country) is None  # type: ignore[operator]


@pytest.mark.parametrize(
    ("check", "value", "country", "said"),
    [
        (check_pic, "12345678", "", "nine digits"),
        (check_pic, "12345678X", "", "nine digits"),
        (check_pic, "٩٩٩٩٩٩٩٩٩", "", "nine digits"),
        (check_vat, "ATU13585626", "AT", "mistyped"),
        (check_vat, "DE136695976", "AT", "seat is in AT"),
        (check_vat, "EL094259217", "GR", "begin with EL"),
        (check_lei, "529900T8BM49AURSDO56", "", "check digits"),
        (check_lei, "529900T8BM49AURSDO5", "", "20 letters and digits"),
        (check_national_number, "unknown", "", "no digit"),
    ],
)
def test_numbers_that_look_wrong_are_doubted_in_words(check: object, value: str, country: str, said: str) -> None:
    assert said in str(check(value, country))  # type: ignore[operator]


@given(st.text(max_size=60), st.sampled_from(["", "DE", "GR", "GB", "JP", "XK", "zz", "é"]))
def test_nothing_that_is_typed_breaks_a_check(value: str, country: str) -> None:
    for check in (check_pic, check_vat, check_lei, check_national_number):
        doubt = check(value, country)
        assert doubt is None or doubt.text


def test_numbers_are_compared_without_blanks_and_strokes() -> None:
    assert identifiers.normal(" fi-1234.5678 / 9 ") == "FI123456789"
