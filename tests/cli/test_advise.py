"""`hanse advise` from the outside: what is printed, and with which status it leaves."""

import json
from pathlib import Path

import pytest

from hanse.cli.main import run

CALL = """
reference = "TEST-ADVISE"
edition = "1.0"
title = "Clusters of the tests go abroad"
programme = "COSME"

[window]
closes_on = 2020-12-02
closes_at = 17:00:00
zone = "Europe/Brussels"

[countries]
asked_on = 2020-12-02
basis = "in_force"

[[strand]]
id = "A"
title = "All sectors"
envelope = "a"

[[envelope]]
id = "a"
amount = 6600000
"""
RULES = """
[[rule]]
id = "three-countries"
kind = "minimum_countries"
text = "At least three countries of COSME."
cite = "notice"
[rule.parameters]
minimum = 3
groups = ["COSME"]

[[rule]]
id = "registered"
kind = "registered_or_requested"
text = "Every applicant is registered on the platform."
cite = "notice"
[rule.parameters]
platform = "platform"
by = "closing_date"
requested_counts = false
"""
SOURCES = """
[[source]]
id = "notice"
title = "Call notice of the tests"
"""
MEMBER = """
[[member]]
organisation = "member-{country}"
legal_name = "Member {country}"
country = "{country}"
role = "{role}"
registered_on = 2019-05-01
sectors = ["Textile"]
markets = ["JP"]
"""
POOL = "organisation,country,registered_on,sectors,markets\n"


@pytest.fixture
def call(tmp_path: Path) -> str:
    """The folder of a small call with two rules."""
    folder = tmp_path / "call"
    folder.mkdir()
    for name, content in (("call", CALL), ("rules", RULES), ("sources", SOURCES)):
        (folder / f"{name}.toml").write_text(content)
    return str(folder)


def advise(tmp_path: Path, call: str, countries: str, pool: str, *more: str) -> int:
    """Run the command on a consortium of these countries and a pool of these rows."""
    members = [
        MEMBER.format(country=country, role="beneficiary" if n else "coordinator")
        for n, country in enumerate(countries.split())
    ]
    draft, table = tmp_path / "draft.toml", tmp_path / "pool.csv"
    draft.write_text('proposal = "DRAFT"\nstrand = "A"\ntargets = ["JP", "BR"]\n' + "".join(members))
    table.write_text(POOL + pool)
    return run(["advise", str(draft), "--pool", str(table), "--call", call, *more])


def test_additions_that_will_do_are_printed_with_status_zero(
    tmp_path: Path, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advise(tmp_path, call, "IT DE", "a,FR,2019-01-01,Ports,BR\nb,IT,2019-01-01,,\nmember-IT,IT,,,\n") == 0
    printed = " ".join(capsys.readouterr().out.split())
    for words in (
        "Proposal DRAFT, strand A: NOT ELIGIBLE",
        "Whom to add (pool of 3; 1 left out that stand in the consortium)",
        "Every rule is met with 1 organisation more: 1 set will do.",
        "The only organisation, where no member stands yet (France (FR): 1) (1 set).",
        "Best first, by new sectors and markets: Add a (FR), new to the consortium: sectors Ports; markets Brazil (BR).",
        "Member IT can leave: no rule stands worse without it. It coordinates, so another member has to take over.",
        "No partner names these targets of the proposal as a market: BR.",
        "From the pool, a would add Ports, BR; covers the target BR.",
    ):
        assert words in printed


@pytest.mark.parametrize(
    ("countries", "pool", "status"),
    [
        ("IT DE RS", "a,US,,,\n", 0),
        ("IT DE", "a,FR,2019-01-01,,\n", 0),
        ("IT DE", "a,US,2019-01-01,,\nb,FR,never,,\n", 1),
        ("IT DE", "a,FR,,,\n", 2),
    ],
)
def test_the_status_tells_whether_the_pool_helps(
    tmp_path: Path, call: str, countries: str, pool: str, status: int
) -> None:
    assert advise(tmp_path, call, countries, pool) == status


@pytest.mark.parametrize(("day", "status"), [("never", 1), ('{ unknown = "asked" }', 2)])
def test_what_only_the_members_can_mend_is_not_help_from_the_pool(
    tmp_path: Path, call: str, capsys: pytest.CaptureFixture[str], day: str, status: int
) -> None:
    advise(tmp_path, call, "IT DE RS", "a,US,,,\n")
    draft = tmp_path / "draft.toml"
    written = '"never"' if day == "never" else day
    draft.write_text(draft.read_text().replace("registered_on = 2019-05-01", f"registered_on = {written}"))
    assert run(["advise", str(draft), "--pool", str(tmp_path / "pool.csv"), "--call", call]) == status
    assert "No addition changes rule registered" in capsys.readouterr().out


def test_conditional_advice_says_what_is_to_be_confirmed(
    tmp_path: Path, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advise(tmp_path, call, "IT DE", "a,FR,,,\n") == 2
    printed = " ".join(capsys.readouterr().out.split())
    assert "To be confirmed: Every applicant is registered on the platform." in printed
    assert "To be confirmed: registered." in printed
    assert advise(tmp_path, call, "IT DE", "a,FR,,,\n", "--show", "0") == 2
    assert "Add a (FR)" not in capsys.readouterr().out


def test_json_holds_everything_that_the_text_says(
    tmp_path: Path, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advise(tmp_path, call, "IT DE RS", "a,FR,2019-01-01,Ports,BR\n", "--format", "json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["call"], answer["as_of"], answer["strand"]) == ("TEST-ADVISE", "2020-12-02", "A")
    assert answer["verdict"] == "eligible"
    assert answer["additions"]["certain"]["size"] == 0
    assert answer["additions"]["conditional"] is None
    first = answer["resilience"][0]
    assert (first["organisation"], first["verdict"], first["replacements"]) == ("member-IT", "not_eligible", 1)
    assert first["broken"][0]["rule"] == "three-countries"
    assert (first["needs_coordinator"], first["first"]) == (True, ["a"])
    assert answer["complementarity"]["gaps"] == ["BR"]
    assert answer["complementarity"]["gains"] == [
        {"organisation": "a", "new_sectors": ["Ports"], "new_markets": ["BR"], "fills": ["BR"]}
    ]
    assert answer["complementarity"]["partners"][0]["shared_markets"] == {"JP": ["member-DE", "member-RS"]}


def test_suggestions_in_json_name_organisations_by_id(
    tmp_path: Path, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    advise(tmp_path, call, "IT", "a,FR,2019-01-01,,\nb,DE,2019-01-01,,\n", "--format", "json", "--strand", "A")
    certain = json.loads(capsys.readouterr().out)["additions"]["certain"]
    assert [suggestion["organisations"] for suggestion in certain["suggestions"]] == [["a", "b"]]
    assert certain["patterns"][0]["slots"] == [{"members": 2, "organisations": 2, "countries": {"DE": 1, "FR": 1}}]


def test_without_a_pool_the_organisations_that_come_with_hanse_are_asked(
    tmp_path: Path, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    advise(tmp_path, call, "IT DE", "")
    capsys.readouterr()
    assert run(["advise", str(tmp_path / "draft.toml"), "--call", call, "--at-most", "1"]) == 2
    assert "if this is confirmed: registered" in " ".join(capsys.readouterr().out.split())


def test_faults_of_dossier_and_pool_are_told_together(
    tmp_path: Path, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advise(tmp_path, call, "IT ZZ", "a,YY,,,\n") == 64
    told = capsys.readouterr().err
    assert "'ZZ' is not a country code" in told
    assert "pool.csv:2: country: 'YY' is not a country code" in told


def test_a_call_must_be_named_somewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text('proposal = "DRAFT"\n')
    assert run(["advise", str(draft)]) == 64
    assert "the dossier names no call" in capsys.readouterr().err


def test_a_number_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(["advise", "draft.toml", "--at-most", "-1"])
    assert left.value.code == 64
    assert "'-1' is not a whole number" in capsys.readouterr().err
