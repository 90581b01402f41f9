"""A fact names the document and the place in it that it comes from."""

import pytest

from hanse.core.values.citation import Citation, Stated, parse_citation
from hanse.core.values.unknown import Unknown


@pytest.mark.parametrize(
    ("written", "citation"),
    [
        ("notice", Citation("notice")),
        ("notice: 6.2", Citation("notice", "6.2")),
        (" notice :  section 6.2: second dash ", Citation("notice", "section 6.2: second dash")),
    ],
)
def test_a_citation_is_a_source_and_perhaps_a_clause(written: str, citation: Citation) -> None:
    assert parse_citation(written) == citation


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        pytest.param("", "is not a citation", id="empty"),
        pytest.param(3, "is not a citation", id="a number"),
        pytest.param(": 6.2", "names no source", id="a clause without a source"),
    ],
)
def test_what_names_no_source_is_refused(written: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_citation(written)


def test_a_citation_reads_as_people_cite() -> None:
    assert (str(Citation("notice", "6.2")), str(Citation("notice"))) == ("notice, 6.2", "notice")


def test_a_figure_is_known_or_it_is_none() -> None:
    silent: Stated[int] = Stated(Unknown("not found"))
    assert Stated(5).known == 5
    assert silent.known is None
