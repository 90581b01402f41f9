"""A dossier that is written is read again as the same dossier, in TOML and in JSON."""

import json
import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hanse.callbook.dossier_writing import as_json, as_toml
from hanse.callbook.dossiers import read_dossier
from hanse.callbook.setting import vocabulary
from hanse.core.budget import Budget, CostLine, Financing, Part, SourceKind, personnel_cost, total
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.proposal import Annex, Declared, Dossier, parse_dossier
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED, Unknown

HIDDEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=HIDDEN) | st.sampled_from("\n\t\"\\'#=[]")
TEXTS = st.text(LETTERS, max_size=40) | st.text(LETTERS, min_size=90, max_size=130)
NAMES = TEXTS.map(str.strip).filter(bool)
MONEY = st.integers(0, 10**12).map(Money)
DAYS = st.dates()
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-9, minutes=-30)),
                         timezone(timedelta(minutes=17, seconds=30))])  # fmt: skip
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 -- bounds are naive
NOTES = st.builds(Unknown, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
PLACES = st.lists(st.sampled_from(["JP", "US", "DK", "africa"]), unique=True)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.just(NOT_STATED) | NOTES | values


def organisation(id: str) -> st.SearchStrategy[Organisation]:
    never = st.just(Registration.NEVER)
    return st.builds(
        Organisation,
        id=st.just(id),
        legal_name=TEXTS,
        country=maybe(st.sampled_from(["DK", "GR", "XK"])),
        legal_entity=st.just(NOT_STATED) | st.just(f"body of {id}"),
        kind=maybe(st.sampled_from(OrganisationKind)),
        own_legal_personality=maybe(st.booleans()),
        registered_on=maybe(DAYS | never),
        registration_requested_on=maybe(DAYS | never),
        properties=st.dictionaries(NAMES, st.booleans(), max_size=3),
        sectors=st.frozensets(NAMES, max_size=3),
        markets=PLACES.map(frozenset),
    )


@st.composite
def consortia(draw: st.DrawFn) -> Consortium:
    ids: list[str] = draw(st.lists(NAMES, unique=True, max_size=3))
    others: list[Role] = [role for role in Role if role is not Role.COORDINATOR]
    roles = [draw(st.sampled_from(others)) for _ in ids]
    if draw(st.booleans()):
        roles[:1] = [Role.COORDINATOR] * len(roles[:1])
    return Consortium(tuple(Participant(draw(organisation(id)), role) for id, role in zip(ids, roles, strict=True)))


@st.composite
def cost_lines(draw: st.DrawFn) -> CostLine:
    months, rate = draw(maybe(st.integers(0, 99_999))), draw(maybe(st.integers(0, 10**9).map(Money)))
    counted = not isinstance(months, Unknown) and not isinstance(rate, Unknown)
    amount = personnel_cost(months, rate) if counted else draw(MONEY)
    return CostLine(draw(NAMES), draw(TEXTS), draw(NAMES), amount, months, rate)


@st.composite
def budgets(draw: st.DrawFn) -> Budget:
    lines = draw(st.lists(cost_lines(), max_size=3).map(tuple))
    financing = st.lists(
        st.builds(Financing, NAMES, MONEY, maybe(NAMES), maybe(st.sampled_from(SourceKind))), max_size=2
    ).map(tuple)
    parts = draw(st.lists(st.builds(Part, NAMES, MONEY), max_size=2, unique_by=lambda part: part.partner).map(tuple))
    return Budget(
        total_cost=total(line.amount for line in lines) if lines else draw(maybe(MONEY)),
        requested=total(part.requested for part in parts) if parts else draw(maybe(MONEY)),
        lines=lines,
        financing=draw(maybe(financing)),
        parts=parts,
    )


DOSSIERS = st.builds(
    Dossier,
    proposal=NAMES,
    call=TEXTS,
    strand=maybe(NAMES),
    title=TEXTS,
    consortium=consortia(),
    targets=maybe(PLACES.map(tuple)),
    duration_months=maybe(st.integers(0, 10**6)),
    budget=budgets(),
    submitted_at=maybe(INSTANTS),
    sections=st.dictionaries(NAMES, TEXTS, max_size=4),
    annexes=st.lists(st.builds(Annex, NAMES, NAMES, NAMES, st.integers(0), TEXTS), max_size=2).map(tuple),
    declarations=st.lists(st.builds(Declared, NAMES, NAMES, NAMES, DAYS), max_size=2).map(tuple),
    drawn_at=maybe(INSTANTS),
)
QUOTES = Dossier(
    "q", sections={"one": '"', "two": '""\n"', "three": '\n"""', "four": '\\""""" \\\n', "five": '"' * 120}
)


@given(DOSSIERS)
@example(QUOTES)
def test_what_is_written_is_read_again_as_the_same(dossier: Dossier) -> None:
    faults: list[Fault] = []
    assert parse_dossier(tomllib.loads(as_toml(dossier)), "a.toml", vocabulary(), faults) == dossier
    assert parse_dossier(json.loads(as_json(dossier)), "a.json", vocabulary(), faults) == dossier
    assert faults == []


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_a_written_file_is_read_by_the_reader_of_dossiers(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"draft.{suffix}"
    path.write_text({"toml": as_toml, "json": as_json}[suffix](QUOTES), encoding="utf-8")
    faults: list[Fault] = []
    assert read_dossier(path, vocabulary(), faults) == QUOTES
    assert faults == []


def test_the_file_is_laid_out_for_people() -> None:
    blue = Dossier(
        "blue",
        call="TEST-2020",
        strand="A",
        title='The "blue" way',
        targets=("JP", "africa"),
        duration_months=Unknown("said as 'long'"),
        consortium=Consortium(
            (
                Participant(
                    Organisation(
                        "lanterna",
                        country="IT",
                        registered_on=date(2020, 9, 1),
                        registration_requested_on=Registration.NEVER,
                        properties={"defence related": False},
                        markets=frozenset({"US", "JP"}),
                    ),
                    Role.COORDINATOR,
                ),
            )
        ),
        budget=Budget(Money(150), lines=(CostLine("lanterna", "", "travel", Money(150)),), financing=()),
        annexes=(Annex("letters", "letters.pdf", "ab12", 2048),),
        sections={"summary": "We go.\n\nTogether.", "targets/JP/goals": "Ports."},
        drawn_at=datetime(2020, 11, 29, 16, tzinfo=UTC),
    )
    assert as_toml(blue, ["Draft for TEST-2020", "two\nlines"]) == (
        "# Draft for TEST-2020\n"
        "# two lines\n"
        "\n"
        'proposal = "blue"\n'
        'call = "TEST-2020"\n'
        'strand = "A"\n'
        'title = "The \\"blue\\" way"\n'
        'targets = ["JP", "africa"]\n'
        "duration_months = { unknown = \"said as 'long'\" }\n"
        "drawn_at = 2020-11-29T16:00:00+00:00\n"
        "\n"
        "[budget]\n"
        "financing = []\n"
        "\n"
        "[[budget.cost]]\n"
        'partner = "lanterna"\n'
        'category = "travel"\n'
        'amount = "1.50"\n'
        "\n"
        "[[member]]\n"
        'organisation = "lanterna"\n'
        'country = "IT"\n'
        'role = "coordinator"\n'
        "registered_on = 2020-09-01\n"
        'registration_requested_on = "never"\n'
        'properties = { "defence related" = false }\n'
        'markets = ["JP", "US"]\n'
        "\n"
        "[[annex]]\n"
        'kind = "letters"\n'
        'name = "letters.pdf"\n'
        'digest = "ab12"\n'
        "size = 2048\n"
        "\n"
        "[sections]\n"
        'summary = """\n'
        "We go.\n"
        "\n"
        'Together."""\n'
        '"targets/JP/goals" = "Ports."\n'
    )
