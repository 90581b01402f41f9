"""Participants tables as people really send them: every fault is told with its line, and nothing is guessed."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.callbook.participants import read_participants
from hanse.callbook.setting import vocabulary
from hanse.core.consortium import Registration, Role
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown

HEADER = "proposal,strand,organisation,legal_name,country,role"


def read(content: str | bytes, tmp_path: Path, name: str = "t.csv", **renamed: str) -> tuple[list[Dossier], list[str]]:
    """Read a table; return the dossiers and the faults as sentences without the folder."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    faults: list[Fault] = []
    dossiers = read_participants(path, vocabulary(), renamed, faults)
    return dossiers, [str(fault).replace(f"{tmp_path}/", "") for fault in faults]


def test_a_plain_table_becomes_dossiers_in_order_of_appearance(tmp_path: Path) -> None:
    rows = "P2,A,o1,One,IT,coordinator\nP1,A,o2,Two,DE,partner\nP2,A,o3,Three,FR,beneficiary\n"
    dossiers, faults = read(f"{HEADER}\n{rows}", tmp_path)
    assert faults == []
    assert [dossier.proposal for dossier in dossiers] == ["P2", "P1"]
    assert [p.organisation.id for p in dossiers[0].consortium.participants] == ["o1", "o3"]
    assert [p.role for p in dossiers[0].consortium.participants] == [Role.COORDINATOR, Role.BENEFICIARY]


def test_columns_that_are_missing_make_their_facts_unknown(tmp_path: Path) -> None:
    dossiers, faults = read("proposal,organisation\nP1,o1\n", tmp_path)
    (dossier,) = dossiers
    member = dossier.consortium.participants[0].organisation
    facts = (
        dossier.strand,
        dossier.targets,
        dossier.duration_months,
        dossier.budget.requested,
        member.country,
        member.kind,
        member.legal_entity,
        member.registered_on,
        member.own_legal_personality,
    )
    assert faults == []
    assert all(isinstance(fact, Unknown) for fact in facts)
    assert dossier.assumptions == ("role of 1 participant(s) not stated; read as beneficiary",)


def test_every_optional_column_is_read(tmp_path: Path) -> None:
    header = (
        f"{HEADER},kind,legal_entity,registered_on,registration_requested_on,properties,targets,total_cost,"
        "requested,duration_months,submitted_at,ignored"
    )
    row = (
        "P1,A,o1,One,IT,coordinator,business_network,E1,2019-05-01,never,defence_related;!independent;own_legal_personality,"
        'JP; southern-asia,"600 000",540000.50,33,2020-12-02T16:59:59+01:00,x'
    )
    targets = "JP;US"
    (dossier,), faults = read(f"{header}\n{row.replace('JP; southern-asia', targets)}\n", tmp_path)
    member = dossier.consortium.participants[0].organisation
    assert faults == []
    assert member.registration_requested_on is Registration.NEVER
    assert dict(member.properties) == {"defence_related": True, "independent": False}
    assert member.own_legal_personality is True
    assert dossier.targets == ("JP", "US")
    assert dossier.budget.total_cost == Money(600_000_00)
    assert dossier.budget.requested == Money(540_000_50)
    assert dossier.duration_months == 33


@pytest.mark.parametrize(
    ("written", "read_as"), [("EL", "GR"), ("UK", "GB"), ("xk", "XK"), ("NA", "NA"), (" de ", "DE")]
)
def test_country_codes_as_people_write_them(written: str, read_as: str, tmp_path: Path) -> None:
    (dossier,), faults = read(f"{HEADER}\nP1,A,o1,One,{written},coordinator\n", tmp_path)
    assert faults == []
    assert dossier.consortium.participants[0].organisation.country == read_as


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_the_same_table_reads_the_same_from_every_format(name: str, tmp_path: Path) -> None:
    content = f"{HEADER},requested\nP1,A,o1,One,NA,coordinator,1.50\nP1,A,o2,Two,,partner,\n"
    plain, _ = read(content, tmp_path)
    if name == "t.parquet":
        polars = pytest.importorskip("polars")
        polars.read_csv(tmp_path / "t.csv", infer_schema=False).write_parquet(tmp_path / name)
        packed = (tmp_path / name).read_bytes()
    else:
        packed = gzip.compress(content.encode()) if name.endswith("gz") else content.encode()
    dossiers, faults = read(packed, tmp_path, name)
    assert faults == []
    assert dossiers == plain


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(lambda text: text.replace(",", ";"), id="semicolons"),
        pytest.param(lambda text: text.replace(",", "\t"), id="tabs"),
        pytest.param(lambda text: text + "\n\n", id="empty lines at the end"),
    ],
)
def test_the_dialect_of_a_spreadsheet_does_not_matter(change: object, tmp_path: Path) -> None:
    content = f"{HEADER}\nP1,A,o1,One,IT,coordinator\nP1,A,o2,Two,DE,partner\n"
    plain, _ = read(content, tmp_path)
    dossiers, faults = read(change(content), tmp_path)  # type: ignore[operator]
    assert faults == []
    assert dossiers == plain


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    header = f"{HEADER},total_cost,requested,duration_months,registered_on,submitted_at"
    content = "\n".join(
        [
            header,
            "P1,A,o1,One,QQ,coordinator,100,90,33,2019-05-01,2020-12-02T16:00:00Z",
            'P2,A,o2,Two,IT,chief,"1.234,56",-5,many,01.05.2019,2020-12-02T17:00:00',
            "P3,A,,Three,IT,partner,1e3,0.999,1.5,,",
            ",A,o4,Four,IT,partner,,,,,",
            "P5,A,o5,Five,IT",
        ]
    )
    _, faults = read(content, tmp_path)
    assert [fault.split(":")[1] for fault in faults] == sorted(fault.split(":")[1] for fault in faults)
    assert sorted(faults) == sorted(
        [
            "t.csv:2: country: 'QQ' is not a country code; expected two letters of ISO 3166, or EL, UK, XK",
            "t.csv:3: role: is 'chief'; expected one of coordinator, beneficiary, affiliated_entity, associated_partner, "
            "international_partner",
            "t.csv:3: registered_on: '01.05.2019' is not a day; expected for example 2020-12-02",
            "t.csv:4: organisation: is empty; every row names its proposal and an organisation",
            "t.csv:5: proposal: is empty; every row names its proposal and an organisation",
            "t.csv:6: has 5 cells; the header has 11",
            "t.csv:3: duration_months: is 'many'; expected a whole number of zero or more",
            "t.csv:3: total_cost: '1.234,56' has a comma; write cents after a point and no thousands comma: \"1234.56\"",
            "t.csv:3: requested: -5.00 is negative; expected zero or more",
            "t.csv:3: submitted_at: 2020-12-02T17:00:00 has no zone; expected for example 2020-12-02T17:00:00+01:00 or ...Z",
            "t.csv:4: duration_months: is '1.5'; expected a whole number of zero or more",
            "t.csv:4: total_cost: '1e3' is not an amount; expected for example \"1234.56\"",
            "t.csv:4: requested: '0.999' is not an amount; expected for example \"1234.56\"",
        ]
    )


def test_an_organisation_named_twice_in_one_proposal_is_a_fault(tmp_path: Path) -> None:
    _, faults = read(f"{HEADER}\nP1,A,o1,One,IT,coordinator\nP1,A,o1,One again,IT,partner\n", tmp_path)
    assert faults == ["t.csv:2: proposal P1[2]: organisation 'o1' is named twice in one proposal"]


def test_two_coordinators_and_a_body_in_two_countries_are_faults(tmp_path: Path) -> None:
    rows = "P1,A,o1,One,IT,coordinator,E\nP1,A,o2,Two,DE,coordinator,E\n"
    _, faults = read(f"{HEADER},legal_entity\n{rows}", tmp_path)
    assert faults == [
        "t.csv:2: proposal P1[2]: legal entity 'E' is placed in two countries, IT and DE",
        "t.csv:2: proposal P1: has 2 coordinators (o1, o2); expected one",
    ]


def test_values_of_one_proposal_may_stand_once_but_not_differ(tmp_path: Path) -> None:
    header = f"{HEADER},requested"
    (dossier,), faults = read(f"{header}\nP1,A,o1,One,IT,coordinator,\nP1,,o2,Two,DE,partner,5\n", tmp_path)
    assert faults == []
    assert dossier.budget.requested == Money(500)
    _, faults = read(f"{header}\nP1,A,o1,One,IT,coordinator,4\nP1,A,o2,Two,DE,partner,5\n", tmp_path)
    assert faults == ["t.csv:3: requested: is '5' here and '4' on an earlier row of proposal P1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "t.csv:1: is empty; expected a header line with at least the columns proposal, organisation"),
        (f"{HEADER}\n", "t.csv:1: has a header but no rows"),
        (
            "proposal,country\nP1,IT\n",
            "t.csv:1: organisation: this column is missing; the header has proposal, country",
        ),
        ("proposal,organisation,organisation\n", "t.csv:1: organisation: is the name of two columns; expected one"),
        ('proposal,organisation\nP1,"o1\n', "t.csv:2: is not CSV: unexpected end of data"),
        (
            b"proposal,organisation\nP1,\xff\n",
            "t.csv:1: is not UTF-8 text near this line (invalid start byte); save it as UTF-8",
        ),
        (
            "proposal,organisation\nP1,o\x00ne\n",
            "t.csv:2: organisation: has the control character U+0000 at position 2; remove it",
        ),
        (
            "proposal,organisation\nP1,o\u202ene\n",
            "t.csv:2: organisation: has the invisible direction mark U+202E at position 2; remove it",
        ),
    ],
)
def test_a_file_that_is_no_table_says_why(content: str | bytes, said: str, tmp_path: Path) -> None:
    _, faults = read(content, tmp_path)
    assert faults == [said]


def test_a_name_in_arabic_or_hebrew_is_welcome(tmp_path: Path) -> None:
    (dossier,), faults = read(f"{HEADER}\nP1,A,o1,تجمع الصناعات,IT,coordinator\n", tmp_path)
    assert faults == []
    assert dossier.consortium.participants[0].organisation.legal_name == "تجمع الصناعات"


def test_a_decompression_bomb_is_refused_without_being_unpacked_into_memory(tmp_path: Path) -> None:
    bomb = gzip.compress(b"proposal,organisation\n" + b"\n" * (80 << 20))
    _, faults = read(bomb, tmp_path, "t.csv.gz")
    (fault,) = faults
    assert "refused as a decompression bomb" in fault


def test_a_cell_of_a_megabyte_is_refused(tmp_path: Path) -> None:
    _, faults = read(f"proposal,organisation\nP1,{'o' * (1 << 20)}\n", tmp_path)
    assert faults == ["t.csv:2: is not CSV: field larger than field limit (131072)"]


def test_a_gzip_that_is_none_and_a_parquet_that_is_none_say_so(tmp_path: Path) -> None:
    _, faults = read(b"plain", tmp_path, "t.csv.gz")
    assert faults == ["t.csv.gz: cannot be unpacked: Not a gzipped file (b'pl')"]
    pytest.importorskip("polars")
    _, faults = read(b"plain", tmp_path, "t.parquet")
    assert faults[0].startswith("t.parquet: cannot be read as Parquet: ")


def test_columns_may_have_other_names_in_the_file(tmp_path: Path) -> None:
    (dossier,), faults = read("project,PIC\nP1,o1\n", tmp_path, proposal="project", organisation="PIC")
    assert faults == []
    assert dossier.consortium.participants[0].organisation.id == "o1"
    _, faults = read("project,organisation\nP1,o1\n", tmp_path, proposal="projet")
    assert faults == ["t.csv:1: projet: there is no such column; the header has project, organisation"]


@given(rows=st.lists(st.tuples(st.sampled_from("XYZ"), st.integers(0, 5)), min_size=1, unique=True))
def test_scattered_rows_of_one_proposal_are_gathered(
    rows: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = "proposal,organisation\n" + "".join(f"{proposal},o{n}\n" for proposal, n in rows)
    dossiers, faults = read(content, tmp_path_factory.mktemp("tables"))
    assert faults == []
    gathered = {d.proposal: [p.organisation.id for p in d.consortium.participants] for d in dossiers}
    assert gathered == {
        key: [f"o{n}" for proposal, n in rows if proposal == key] for key in dict.fromkeys(p for p, _ in rows)
    }
