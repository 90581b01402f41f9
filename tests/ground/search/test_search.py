"""Search: all words, the last one as a beginning; case, accents and syntax make no difference."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanse.ground import search

pytestmark = pytest.mark.django_db


def catalogue() -> None:
    search.put_many(
        "organisation",
        [
            ("phare", "Phare Photonics Cluster", "Lannion France light sensors"),
            ("lanterna", "Lanterna Marine Cluster", "Genova Italy ships sensors photonics"),
            ("bogaz", "Boğaz Textile Cluster", "İstanbul Türkiye"),
            ("faros", "Φάρος Blue Growth", "Πειραιάς"),
            ("lodz", "Łódź Fashion", ""),
        ],
    )
    search.put("call", "2020", "Photonics call", "")


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("photonics", ["phare", "lanterna"]),  # the title counts more
        ("PHOTON", ["phare", "lanterna"]),
        ("sensors genova", ["lanterna"]),
        ("genova sens", ["lanterna"]),
        ("gen sensors", []),  # only the last word may be a beginning
        ("bogaz", ["bogaz"]),
        ("Boğaz TÜRK", ["bogaz"]),
        ("istanbul", ["bogaz"]),
        ("lodz", ["lodz"]),
        ("φαρος", ["faros"]),
        ("photonics AND NOT marine", []),
        ("", []),
        ("   ", []),
        ("!!!", []),
    ],
)
def test_finds_what_is_meant(words: str, keys: list[str]) -> None:
    catalogue()
    assert search.found("organisation", words) == keys


def test_what_is_renewed_is_found_by_its_new_words_only() -> None:
    catalogue()
    search.put("organisation", "phare", "Lighthouse Network", "")
    assert search.found("organisation", "lighthouse") == ["phare"]
    assert search.found("organisation", "lannion") == []


def test_what_is_dropped_is_not_found() -> None:
    catalogue()
    search.drop("organisation", "phare")
    assert search.found("organisation", "photonics") == ["lanterna"]


def test_gives_no_more_than_asked() -> None:
    search.put_many("organisation", [(f"o{n:03}", f"Cluster {n}", "") for n in range(30)])
    assert len(search.found("organisation", "cluster", limit=7)) == 7


@given(st.text(max_size=60))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_typed_is_syntax(words: str) -> None:
    search.put("organisation", "phare", "Phare Photonics Cluster", "")
    assert isinstance(search.found("organisation", words), list)


@pytest.mark.parametrize("words", ['"', "phare*", "a:b", "(((", "NEAR(a b)", "' OR 1=1 --", "a & | !", "\\", "x\x00y"])
def test_nothing_hostile_breaks_it(words: str) -> None:
    catalogue()
    assert isinstance(search.found("organisation", words), list)
