"""An application as the core sees it, and the same verdict from its draft file on a machine without the site."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.people import person
from tests.stages.proposals.draft_cast import CALL, NOW, REF, TEXTS, form, seats, standing_draft, write
from tests.stages.proposals.money_cast import Cast

from hanse.callbook.calls import read_call
from hanse.callbook.dossier_writing import as_json, as_toml
from hanse.callbook.dossiers import read_dossier
from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries, vocabulary
from hanse.cli.main import run
from hanse.core.budget import NOT_SHARED
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.proposal import Annex as CoreAnnex
from hanse.core.proposal import Declared, Dossier
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.ground.files.models import StoredFile
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.proposals.models import Annex, Declaration
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.dossiers import dossier_of, length_in, presentable
from hanse.stages.proposals.queries.papers import wording_digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(at: Any) -> Cast:
    return standing_draft()


def dossier(team: Cast, **how: Any) -> Dossier:
    return dossier_of(team.proposal, seats(team), at=NOW, **how)


def test_rows_become_one_dossier(team: Cast) -> None:
    found = dossier(team)
    assert (found.proposal, found.call, found.strand, found.title) == (REF, CALL, "A", "Quiet harbours")
    assert (found.targets, found.duration_months) == (("JP", "US"), 30)
    assert found.sections["summary"] == TEXTS["summary"]
    assert found.sections["targets/JP/goals"] == TEXTS["targets/JP/goals"]
    assert found.sections["work_packages/1"] == "1"
    assert {"title", "duration_months"}.isdisjoint(found.sections)
    assert [p.organisation.id for p in found.consortium.participants] == ["lanterna", "salzspeicher", "sava"]
    assert found.budget.total_cost == Money(100_050 + 50_000 + 2_250_000)
    assert found.drawn_at == NOT_STATED


def test_what_is_empty_is_left_out(team: Cast) -> None:
    write(team, "giulia", "summary", "")
    assert "summary" not in dossier(team).sections


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("", NOT_STATED),
        (" 36 ", 36),
        ("036", 36),
        ("0", 0),
        ("2.5", Unknown("the length is written as '2.5', which is not a whole number of months")),
        ("two years", Unknown("the length is written as 'two years', which is not a whole number of months")),
        ("99999", Unknown("the length is written as '99999', which is not a whole number of months")),
    ],
)
def test_a_length_is_a_whole_number_of_months(written: str, months: Any) -> None:
    assert length_in(written) == months


def test_a_length_in_words_is_kept_as_a_text(team: Cast) -> None:
    write(team, "giulia", "duration_months", "two years")
    found = dossier(team)
    assert isinstance(found.duration_months, Unknown)
    assert found.sections["duration_months"] == "two years"


def test_what_no_file_may_hold_is_left_out() -> None:
    assert presentable("one\r\ntwo\rthree\u202e \x00four\t日本") == "one\ntwo\nthree four\t日本"


def test_who_is_invited_counts_only_in_a_plan(team: Cast) -> None:
    seat = team.seats["mila"]
    seat.state = SeatState.INVITED
    seat.save()
    assert len(dossier(team).consortium.participants) == 2
    assert len(dossier(team, planned=True).consortium.participants) == 3


def test_annexes_and_declarations_are_told_with_their_partners(team: Cast) -> None:
    giulia, lanterna = person("giulia"), team.seats["giulia"]
    gone = Seat.objects.create(
        consortium=team.proposal.consortium, organisation=lanterna.organisation, role="beneficiary",
        state=SeatState.LEFT, place=9, invited_by=giulia, invited_at=NOW,
    )  # fmt: skip
    file = StoredFile.objects.create(digest="ab" * 32, size=2048, media_type="application/pdf", kept_at=NOW)
    for kind, name, seat, removed in (
        ("letters", "all.pdf", None, None), ("letters", "x.pdf", gone, None), ("letters", "y.pdf", None, NOW),
        ("asked_no_more", "z.pdf", lanterna, None),
    ):  # fmt: skip
        Annex.objects.create(
            proposal=team.proposal, kind=kind, seat=seat, name=name, file=file, added_by=giulia, added_at=NOW,
            removed_at=removed,
        )  # fmt: skip
    holds = wording_digest(drafts.form_of(team.proposal, NOW).declarations[0].text)
    for seat, revoked in ((lanterna, None), (team.seats["jonas"], NOW), (gone, None)):
        Declaration.objects.create(
            proposal=team.proposal, seat=seat, kind="honour", wording="We declare.", digest=holds, made_by=giulia,
            made_at=NOW + timedelta(hours=8), revoked_at=revoked,
        )  # fmt: skip
    found = dossier(team)
    assert found.annexes == (CoreAnnex("letters", "all.pdf", "ab" * 32, 2048),)
    day = (NOW + timedelta(days=1)).date()  # 1 o'clock at night in Brussels
    assert found.declarations == (Declared("honour", "lanterna", holds, day),)


def test_costs_that_are_not_shared_are_one_sum_for_others(team: Cast) -> None:
    team.keep("giulia")
    shown = dossier(team, viewer=team.standing("jonas"))
    assert [(line.category, line.amount) for line in shown.budget.lines if line.partner == "lanterna"] == [
        (NOT_SHARED, Money(2_350_050))
    ]
    assert len([line for line in dossier(team).budget.lines if line.partner == "lanterna"]) == 2


def test_what_is_asked_already_is_not_asked_again(team: Cast) -> None:
    held = seats(team)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        dossier_of(team.proposal, held, at=NOW)
    assert len(queries) <= 9
    known = dossier(team)
    with CaptureQueriesContext(connection) as queries:
        dossier_of(team.proposal, held, at=NOW, texts={}, form=form(team), budget=known.budget)
    assert len(queries) <= 4


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_the_draft_file_gives_the_verdict_of_the_site(team: Cast, tmp_path: Path, suffix: str, capsys: Any) -> None:
    path = tmp_path / f"draft.{suffix}"
    whole = replace(dossier(team), drawn_at=NOW)
    path.write_text({"toml": as_toml, "json": as_json}[suffix](whole), encoding="utf-8")
    faults: list[Fault] = []
    read = read_dossier(path, vocabulary(), faults)
    assert faults == []
    assert read == whole
    here, there = call_of(CALL, NOW), read_call(CALL)
    assert here is not None
    day = day_of_countries(there)
    assert day is not None
    site = Examiner(Context(here, geography(), day)).check(whole)
    assert Examiner(Context(there, geography(), day)).check(read) == site
    status = run(["check", str(path), "--call", CALL, "--format", "json"])
    told = json.loads(capsys.readouterr().out)["proposals"][0]
    assert told["verdict"] == site.verdict.value
    assert [finding["verdict"] for finding in told["findings"]] == [each.verdict.value for each in site.findings]
    assert status in (1, 2)
