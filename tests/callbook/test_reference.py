"""The reference tables: every row sourced, dates in order, and the boundary facts that calls turn on."""

import csv
from datetime import date, timedelta

import pytest

from hanse.callbook.calls import CALLS
from hanse.callbook.reference import (
    REFERENCE,
    geography,
    organisations,
    partnerships,
    regions,
    regions_of_europe,
    sectors,
)
from hanse.core.consortium import Role
from hanse.core.values.countries import Basis
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown

TABLES = sorted(path.name for path in REFERENCE.glob("*.csv"))
DEADLINE_OF_2014 = date(2015, 3, 31)
DEADLINE_OF_2020 = date(2020, 12, 2)


def rows_of(table: str) -> list[dict[str, str]]:
    with (REFERENCE / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def takes_part(group: str, country: str, on: date, basis: Basis = Basis.IN_FORCE) -> bool | None:
    """Membership as true, false, or None where it is unknown."""
    answer = geography().is_member(group, country, on, basis)
    return None if isinstance(answer, Unknown) else answer


def test_there_are_the_tables_that_the_readme_explains() -> None:
    readme = (REFERENCE / "README.md").read_text(encoding="utf-8")
    assert len(TABLES) == 7
    assert [table for table in TABLES if f"| `{table}` |" not in readme] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_a_table_names_its_source(table: str) -> None:
    rows = rows_of(table)
    assert rows
    assert [row for row in rows if not row["source"].strip()] == []


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_plain_utf8_with_unix_line_ends_and_trimmed_cells(table: str) -> None:
    content = (REFERENCE / table).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    header, *rows = csv.reader(content.decode("utf-8").splitlines(), strict=True)
    assert [row for row in rows if len(row) != len(header)] == []
    assert [cell for row in rows for cell in row if cell != cell.strip()] == []


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("countries.csv", ("code",)),
        ("regions.csv", ("id",)),
        ("groups.csv", ("id",)),
        ("memberships.csv", ("group", "country")),
        ("sectors.csv", ("id",)),
        ("organisations.csv", ("organisation",)),
        ("partnerships.csv", ("partnership", "member")),
    ],
)
def test_no_table_says_the_same_thing_twice(table: str, key: tuple[str, ...]) -> None:
    keys = [tuple(row[column] for column in key) for row in rows_of(table)]
    assert sorted(keys) == sorted(set(keys))


def test_there_are_249_iso_codes_and_kosovo() -> None:
    names = geography().names
    assert len(names) == 250
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in names)
    assert names["XK"] == "Kosovo"


def test_namibia_is_a_country_and_not_a_missing_value() -> None:
    assert geography().names["NA"] == "Namibia"
    assert geography().regions["NA"] == "southern-africa"


def test_codes_that_only_eu_documents_write_are_no_codes_here() -> None:
    assert not {"EL", "UK"} & set(geography().names)


def test_every_country_but_antarctica_lies_in_one_known_region() -> None:
    places = geography()
    assert set(places.names) - set(places.regions) == {"AQ"}
    assert set(places.regions.values()) <= set(regions())


def test_a_region_id_can_be_typed_and_is_no_country_code() -> None:
    for id in regions():
        assert id == id.lower()
        assert id.replace("-", "").isalpha()
        assert id.upper() not in geography().names


def test_regions_lie_within_regions_and_those_of_europe_are_known() -> None:
    within = {row["id"]: row["within"] for row in rows_of("regions.csv")}
    assert {outer for outer in within.values() if outer} <= set(within)
    inside = {id for id, outer in within.items() if "europe" in (id, outer)}
    assert (
        regions_of_europe()
        == inside
        == {
            "europe",
            "eastern-europe",
            "northern-europe",
            "southern-europe",
            "western-europe",
        }
    )


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("JP", "east-asia"),
        ("SG", "southeast-asia"),
        ("TR", "western-asia"),
        ("MX", "central-america"),
        ("XK", "southern-europe"),
    ],
)
def test_countries_lie_where_the_united_nations_place_them(country: str, region: str) -> None:
    assert geography().regions[country] == region


def test_memberships_name_groups_and_countries_that_exist() -> None:
    places = geography()
    assert {group for group, _ in places.memberships} <= set(places.group_names)
    assert {country for _, country in places.memberships} <= set(places.names)


def test_the_dates_of_a_membership_are_in_order() -> None:
    for row in geography().memberships.values():
        days = [day for day in (row.signed_on, row.in_force_on or row.member_by, row.until) if day]
        assert days == sorted(days), row
        assert row.in_force_on or row.member_by, f"nothing shows {row.country} as a member of {row.group}"


def test_there_were_27_member_states_at_the_deadline_of_2020() -> None:
    members = geography().members("EU", DEADLINE_OF_2020, Basis.IN_FORCE)
    assert len(members) == 27
    assert "GB" not in members
    assert "HR" in members


def test_eleven_other_countries_and_the_united_kingdom_took_part_in_cosme_at_the_deadline_of_2020() -> None:
    others = set(geography().members("COSME", DEADLINE_OF_2020, Basis.IN_FORCE)) - set(
        geography().members("EU", DEADLINE_OF_2020, Basis.IN_FORCE)
    )
    assert others == {"AL", "AM", "BA", "GB", "IS", "MD", "ME", "MK", "RS", "TR", "UA", "XK"}


@pytest.mark.parametrize("country", ["NO", "LI", "CH", "GE"])
def test_european_neighbours_that_were_not_on_the_list_of_2018_were_not_in_cosme(country: str) -> None:
    assert takes_part("COSME", country, DEADLINE_OF_2020) is False


@pytest.mark.parametrize("basis", list(Basis))
def test_nobody_takes_part_in_cosme_before_or_after_the_programme(basis: Basis) -> None:
    for country in geography().names:
        assert takes_part("COSME", country, date(2021, 1, 1), basis) is False
        assert takes_part("COSME", country, date(2013, 12, 31), basis) is not True


def test_moldova_came_into_cosme_one_week_after_the_deadline_of_2014() -> None:
    entry = DEADLINE_OF_2014 + timedelta(days=7)
    assert takes_part("COSME", "MD", DEADLINE_OF_2014) is False
    assert takes_part("COSME", "MD", entry - timedelta(days=1)) is False
    assert takes_part("COSME", "MD", entry) is True
    assert takes_part("COSME", "MD", DEADLINE_OF_2014, Basis.SIGNATURE) is True


def test_albania_had_signed_by_the_deadline_of_2014_and_entry_into_force_is_not_published() -> None:
    assert takes_part("COSME", "AL", DEADLINE_OF_2014, Basis.SIGNATURE) is True
    assert takes_part("COSME", "AL", DEADLINE_OF_2014) is None
    assert takes_part("COSME", "AL", date(2015, 3, 2)) is False
    assert takes_part("COSME", "AL", date(2015, 11, 16)) is True


def test_ukraine_joined_cosme_ten_months_earlier_by_signature_than_by_entry_into_force() -> None:
    assert takes_part("COSME", "UA", date(2016, 5, 3), Basis.SIGNATURE) is False
    assert takes_part("COSME", "UA", date(2016, 5, 4), Basis.SIGNATURE) is True
    assert takes_part("COSME", "UA", date(2017, 3, 20)) is False
    assert takes_part("COSME", "UA", date(2017, 3, 21)) is True


def test_the_united_kingdom_left_the_union_in_january_and_the_programme_in_december_2020() -> None:
    assert takes_part("EU", "GB", date(2020, 1, 31)) is True
    assert takes_part("EU", "GB", date(2020, 2, 1)) is False
    assert takes_part("COSME", "GB", date(2020, 12, 31)) is True
    assert takes_part("COSME", "GB", date(2021, 1, 1)) is False
    assert takes_part("HORIZON_ASSOCIATED", "GB", date(2023, 12, 31)) is False
    assert takes_part("HORIZON_ASSOCIATED", "GB", date(2024, 1, 1)) is True


def test_kosovo_is_certain_in_cosme_only_once_the_list_of_2018_shows_it() -> None:
    assert takes_part("COSME", "XK", date(2017, 12, 18)) is False
    assert takes_part("COSME", "XK", date(2017, 12, 19), Basis.SIGNATURE) is True
    assert takes_part("COSME", "XK", date(2017, 12, 19)) is None
    assert takes_part("COSME", "XK", date(2018, 12, 31)) is True


def test_a_start_that_nobody_published_stays_unknown_until_a_source_shows_the_member() -> None:
    assert takes_part("COSME", "IS", date(2015, 12, 30)) is None
    assert takes_part("COSME", "IS", date(2015, 12, 31)) is True
    assert takes_part("COSME", "AM", date(2016, 6, 5)) is None
    assert takes_part("COSME", "AM", date(2016, 6, 6)) is True


def test_sixteen_countries_were_associated_to_horizon_europe_on_the_list_of_2022() -> None:
    members = geography().members("HORIZON_ASSOCIATED", date(2022, 8, 1), Basis.IN_FORCE)
    assert len(members) == 16
    assert not {"CA", "NZ", "CH", "GB"} & set(members)
    assert not set(members) & set(geography().members("EU", date(2022, 8, 1), Basis.IN_FORCE))


def test_organisations_have_known_countries_and_sectors_and_nothing_made_up() -> None:
    every = organisations()
    assert len(every) == 229
    assert [o.id for o in every if isinstance(o.country, Unknown)] == ["ELCA - European Lighting Cluster Alliance"]
    assert {o.country for o in every if not isinstance(o.country, Unknown)} <= set(geography().names)
    assert set().union(*(o.sectors for o in every)) <= set(sectors())
    assert all(isinstance(o.kind, Unknown) and isinstance(o.registered_on, Unknown) for o in every)


def test_partnerships_point_to_calls_strands_organisations_and_sectors_that_exist() -> None:
    known = {organisation.id for organisation in organisations()}
    for partnership in partnerships():
        assert (CALLS / partnership.call / "call.toml").is_file(), partnership.call
        assert not partnership.sector or partnership.sector in sectors()
        assert {member.organisation for member in partnership.members} <= known
        assert {member.country for member in partnership.members} <= set(geography().names)
        if not isinstance(partnership.targets, Unknown):
            assert set(partnership.targets) <= set(geography().names)


def test_the_rows_of_a_partnership_agree_in_all_but_the_member() -> None:
    of_member = {"member", "country", "role", "country_basis"}
    seen: dict[str, dict[str, str]] = {}
    for row in rows_of("partnerships.csv"):
        shared = {column: cell for column, cell in row.items() if column not in of_member}
        assert seen.setdefault(row["partnership"], shared) == shared


def test_partnerships_keep_what_their_sources_say_and_leave_the_rest_unknown() -> None:
    by_name = {partnership.name: partnership for partnership in partnerships()}
    assert len(by_name) == 26
    sport = by_name["EU4SportsClusters Alliance"]
    assert sport.grant == Money(449_991_00)
    assert sport.strand == "2"
    assert sport.complete
    assert [member.role for member in sport.members].count(Role.COORDINATOR) == 1
    silicon = by_name["Silicon Europe Worldwide (ESCiP)"]
    assert isinstance(silicon.members[0].role, Unknown)
    assert "GR" in {member.country for member in silicon.members}
    voluntary = by_name["SeaMICI"]
    assert isinstance(voluntary.strand, Unknown)
    assert isinstance(voluntary.targets, Unknown)
    assert isinstance(voluntary.grant, Unknown)
    assert not voluntary.complete
    assert not voluntary.members[1].country_stated
