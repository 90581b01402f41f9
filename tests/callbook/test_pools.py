"""Pools as people really send them: every fault is told with its line, and nothing is guessed."""

from datetime import date
from pathlib import Path

import pytest
from tests import cast

from hanse.callbook.pools import read_pool
from hanse.core.consortium import Organisation, OrganisationKind, Registration
from hanse.core.values.faults import Fault
from hanse.core.values.unknown import NOT_STATED


def read(content: str | bytes, tmp_path: Path) -> tuple[tuple[Organisation, ...], list[str]]:
    """Read a pool; return the organisations and the faults as sentences without the folder."""
    path = tmp_path / "pool.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    faults: list[Fault] = []
    found = read_pool(path, cast.words(), faults)
    return found, [str(fault).replace(f"{tmp_path}/", "") for fault in faults]


def test_every_column_is_read(tmp_path: Path) -> None:
    header = (
        "organisation,legal_name,country,legal_entity,kind,own_legal_personality,registered_on,"
        "registration_requested_on,properties,sectors,markets,remarks"
    )
    row = (
        "faros,Faros,EL,faros-body,business_network,yes,never,2020-11-20,defence_related;!independent,"
        "Blue growth; Ports,JP;north_america,ignored"
    )
    found, faults = read(f"{header}\n{row}\n", tmp_path)
    assert faults == []
    assert found == (
        Organisation(
            id="faros",
            legal_name="Faros",
            country="GR",
            legal_entity="faros-body",
            kind=OrganisationKind.BUSINESS_NETWORK,
            own_legal_personality=True,
            registered_on=Registration.NEVER,
            registration_requested_on=date(2020, 11, 20),
            properties={"defence_related": True, "independent": False},
            sectors=frozenset({"Blue growth", "Ports"}),
            markets=frozenset({"JP", "north_america"}),
        ),
    )


def test_empty_cells_and_missing_columns_are_unknown(tmp_path: Path) -> None:
    found, faults = read("country,kind,organisation\n,,faros\nNA,other,dune\n\n", tmp_path)
    assert faults == []
    assert found == (
        Organisation("faros"),
        Organisation("dune", country="NA", kind=OrganisationKind.OTHER, legal_entity=NOT_STATED),
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbforganisation,country\nfaros,GR\n",
        b"organisation;country\r\nfaros;GR\r\n",
        b"organisation\tcountry\nfaros\tGR",
    ],
)
def test_byte_order_marks_line_ends_and_separators_of_every_sort_are_read(content: bytes, tmp_path: Path) -> None:
    assert read(content, tmp_path) == ((Organisation("faros", country="GR"),), [])


def test_rows_with_equal_cells_share_their_facts(tmp_path: Path) -> None:
    header = "organisation,country,registered_on,properties,sectors\n"
    (one, other), _ = read(f"{header}a,IT,2020-01-01,independent,x;y\nb,IT, 2020-01-01,independent,x;y\n", tmp_path)
    assert one.registered_on is other.registered_on
    assert one.properties is other.properties
    assert one.sectors is other.sectors


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    content = (
        "organisation,country,legal_entity,kind,own_legal_personality,registered_on,properties,markets\n"
        "a,IT,body,cluster,maybe,soon,!,Moon\n"
        "a,ZZ,,,,,x;!x,\n"
        ",IT,,,,,,\n"
        "b,DE,body,,,,,\n"
        "c,IT\n"
        "d\x07,IT,,,,,,\n"
        "\u202ee,IT,,,,,,JP;JP\n"
    )
    found, faults = read(content, tmp_path)
    assert len(found) == 6
    assert faults == [
        "pool.csv:2: kind: is 'cluster'; expected one of cluster_organisation, business_network, other",
        "pool.csv:2: own_legal_personality: is 'maybe'; expected true or false",
        "pool.csv:2: registered_on: 'soon' is not a day; expected for example 2020-12-02",
        "pool.csv:2: properties: is '!'; expected names such as defence_related;!independent",
        "pool.csv:2: markets: 'Moon' is neither a country code nor a world region",
        "pool.csv:3: country: 'ZZ' is not a country code; expected two letters of ISO 3166, or EL, UK, XK",
        "pool.csv:3: properties: says of x that it is true and that it is false",
        "pool.csv:3: organisation: 'a' is also named on line 2; expected once",
        "pool.csv:4: organisation: is empty; every row names an organisation",
        "pool.csv:5: legal_entity: 'body' is placed in IT on line 2 and in DE here; expected one country",
        "pool.csv:6: has 2 cells; the header has 8",
        "pool.csv:7: organisation: has the control character U+0007 at position 2; remove it",
        "pool.csv:8: markets: names JP more than once",
        "pool.csv:8: organisation: has the invisible direction mark U+202E at position 1; remove it",
    ]


def test_a_legal_entity_with_and_without_a_country_is_a_fault(tmp_path: Path) -> None:
    _, faults = read("organisation,country,legal_entity\na,IT,body\nb,,body\n", tmp_path)
    assert faults == [
        "pool.csv:3: legal_entity: 'body' is placed in IT on line 2 and in (not stated) here; expected one country"
    ]


def test_names_in_right_to_left_letters_are_welcome(tmp_path: Path) -> None:
    (found,), faults = read("organisation,legal_name,country\na,מגדלור,IT\n", tmp_path)
    assert (found.legal_name, faults) == ("מגדלור", [])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "pool.csv:1: is empty; expected a header line with at least the columns organisation, country"),
        ("organisation,country\n", "pool.csv:1: has a header but no rows"),
        ("name,country\nx,IT\n", "pool.csv:1: organisation: this column is missing; the header has name, country"),
        (
            "organisation,country,country\nx,IT,IT\n",
            "pool.csv:1: country: is the name of two columns; expected one",
        ),
    ],
)
def test_a_table_that_is_no_pool_is_refused(content: str, fault: str, tmp_path: Path) -> None:
    assert read(content, tmp_path) == ((), [fault])


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert read_pool(tmp_path / "nowhere.csv", cast.words(), faults) == ()
    assert [fault.what for fault in faults] == ["cannot be read: [Errno 2] No such file or directory: "
                                                f"'{tmp_path}/nowhere.csv'"]  # fmt: skip
