"""The pages of the budget: what a reader sees, what a writer is told, and what leaks nowhere."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.proposals.money_cast import FLAT, REF, Cast, cast

from hanse.core.values.money import Money
from hanse.stages.announcement import actions as announcement
from hanse.stages.proposals.actions import money
from hanse.stages.proposals.models import Cost, Part, Source
from hanse.stages.proposals.pages.money_cells import rows_of

pytestmark = pytest.mark.django_db
PAGE = f"/proposals/{REF}/budget"


@pytest.fixture
def team(at: Any) -> Cast:
    announcement.load_callbook(at)
    return cast()


def post(who: str, path: str, data: dict[str, Any], **kwargs: Any) -> Any:
    return browsing(who).post(f"{PAGE}/{path}", data, **kwargs)


def text_of(response: Any) -> str:
    content: bytes = response.content
    return content.decode().replace("\u00a0", " ")


# --- seeing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/workbook", "/import", "/history"])
def test_members_alone_see_the_budget(team: Cast, path: str) -> None:
    for who in ("giulia", "jonas", "mila"):
        assert browsing(who).get(PAGE + path).status_code == 200
    for who in ("charlie", "odile", "halvard", "ines"):
        assert browsing(who).get(PAGE + path).status_code == 404
    assert browsing().get(PAGE + path).status_code == 302


@pytest.mark.parametrize("path", ["shares", "sava/cells", "sava/contribution", "sava/sharing", "sava/sources"])
def test_members_alone_write_and_each_for_their_own_partner(team: Cast, path: str) -> None:
    data = {
        "v-1-travel": "0|",
        "a-1-travel": "5",
        "requested": "5",
        "based_on": "0",
        "kind": "own",
        "name": "x",
        "amount": "5",
    }
    assert post("charlie", path, data).status_code == 404
    assert post("jonas", path, data).status_code == 403
    assert browsing("mila").get(f"{PAGE}/{path}").status_code == 405
    assert not Cost.objects.exists()
    assert not Part.objects.exists()
    assert not Source.objects.exists()


def test_the_page_tells_sums_shares_and_what_the_call_says(team: Cast) -> None:
    team.put("giulia", "1", "travel", cents=60_000_00)
    team.put("jonas", "2", "personnel", months=450, rate=6_120_50)
    team.ask("giulia", 60_000_00)
    team.ask("jonas", 20_000_00)
    told = text_of(browsing("giulia").get(PAGE))
    for words in (
        "87 542.25",
        "27 542.25",
        "The call pays at most 90 % of eligible costs.",
        "exceeds 90 %: lower the request by 1 211.98 or raise own funds by 1 346.64",
        "1. Work 1",
        "Costs by category",
        "On its own costs: 100 % exceeds 90 %",
        "1 cell, last change",
    ):
        assert words in told, words
    assert browsing("giulia").get(f"{PAGE}?partner=nobody").status_code == 404
    assert "4.5 months at 6 120.50" in text_of(browsing("giulia").get(f"{PAGE}?partner=salzspeicher"))


# --- writing -----------------------------------------------------------------------------------------------------


def test_cells_are_written_as_people_type_them(team: Cast) -> None:
    data = {
        "v-1-travel": "0|", "a-1-travel": "1.234,56",
        "v-1-personnel": "0||", "m-1-personnel": "4,5", "r-1-personnel": "€ 6 120,50",
        "v-0-equipment": "0|", "a-0-equipment": "  ",
    }  # fmt: skip
    answer = post("jonas", "salzspeicher/cells", data, follow=True)
    assert "2 cells are saved." in text_of(answer)
    found = {(cost.work_package, cost.category): cost.cents for cost in Cost.objects.all()}
    assert found == {("1", "travel"): 123_456, ("1", "personnel"): 2_754_225}
    answer = post("jonas", "salzspeicher/cells", {"v-1-travel": "1|1 234.56", "a-1-travel": "1 234.56"}, follow=True)
    assert "Nothing was changed." in text_of(answer)
    answer = post("jonas", "salzspeicher/cells", {"v-1-travel": "1|1 234.56", "a-1-travel": ""}, follow=True)
    assert "1 cell is saved." in text_of(answer)


def test_what_cannot_be_read_is_told_with_its_cell_and_nothing_typed_is_lost(team: Cast) -> None:
    data = {
        "v-1-travel": "0|",
        "a-1-travel": "1,234",
        "v-2-travel": "0|",
        "a-2-travel": "77",
        "v-9-travel": "0|",
        "v-x": "0|",
    }
    answer = post("jonas", "salzspeicher/cells", data)
    told = text_of(answer)
    assert answer.status_code == 422
    assert "Nothing was saved yet: look at 3 fields" in told
    assert "Travel, 1. Work 1: &#x27;1,234&#x27; can be 1 234 or 1 euro and a fraction" in told
    assert 'value="1,234"' in told
    assert 'value="77"' in told
    assert "A row or a column of this form is not there any more." in told
    assert not Cost.objects.exists()


def test_a_cell_that_somebody_changed_is_shown_with_both_figures(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=50_000)
    data = {"v-1-travel": "0|", "a-1-travel": "600", "v-2-travel": "0|", "a-2-travel": "5"}
    answer = post("jonas", "salzspeicher/cells", data)
    told = text_of(answer)
    assert answer.status_code == 409
    assert "Travel, 1. Work 1: you typed 600.00 EUR; Jonas Wendt wrote 500.00 EUR meanwhile." in told
    assert 'value="600"' in told
    assert 'value="1|500.00"' in told
    post("jonas", "salzspeicher/cells", {"v-1-travel": "1|500.00", "a-1-travel": "600"})
    assert sorted(Cost.objects.values_list("cents", flat=True)) == [500, 60_000]


def test_a_script_saves_one_cell_and_hears_both_sides_of_a_conflict(team: Cast) -> None:
    path = f"seats/{team.seats['jonas'].pk}/cell"
    data = {"v-1-travel": "0|", "a-1-travel": "600"}
    answer = post("jonas", path, data)
    (cell,) = answer.json()["cells"]
    assert (answer.json()["state"], cell["version"], cell["mark"], cell["amount"]) == (
        "saved",
        1,
        "v-1-travel",
        "600.00",
    )
    answer = post("jonas", path, data | {"a-1-travel": "700"})
    assert (answer.status_code, answer.json()["state"]) == (409, "conflict")
    assert answer.json()["told"] == ["you typed 700.00 EUR; Jonas Wendt wrote 600.00 EUR meanwhile."]
    answer = post("jonas", path, {"v-0-personnel": "0||", "m-0-personnel": "x", "r-0-personnel": "5"})
    assert (answer.status_code, answer.json()["state"]) == (422, "fault")
    for who, status in (("mila", 403), ("charlie", 404)):
        answer = post(who, path, data)
        assert (answer.status_code, answer.json()["state"]) == (status, "refused")
    assert post("jonas", path, {"v-1-gifts": "0|", "a-1-gifts": "5"}).status_code == 422


def test_a_contribution_is_stated_and_a_conflict_keeps_what_was_typed(team: Cast) -> None:
    post("jonas", "salzspeicher/contribution", {"requested": "1.000,00", "based_on": "0"})
    assert Part.objects.get().requested == 100_000
    answer = post("jonas", "salzspeicher/contribution", {"requested": "900", "based_on": "0"})
    assert answer.status_code == 409
    assert "Jonas Wendt changed this meanwhile to 1 000.00 EUR" in text_of(answer)
    assert 'value="900"' in text_of(answer)
    assert re.search(r'name="based_on" value="1"', text_of(answer))
    answer = post("jonas", "salzspeicher/contribution", {"requested": "about 900", "based_on": "1"})
    assert answer.status_code == 422
    assert "is not an amount" in text_of(answer)
    post("jonas", "salzspeicher/contribution", {"requested": "", "based_on": "1"})
    assert Part.objects.get().requested is None


def test_sources_are_added_and_removed(team: Cast) -> None:
    data = {"kind": "public", "name": "Port city", "amount": "500"}
    post("jonas", "salzspeicher/sources", data)
    assert "Port city (public money)" in text_of(browsing("mila").get(f"{PAGE}?partner=salzspeicher"))
    answer = post("jonas", "salzspeicher/sources", data)
    assert (answer.status_code, "is there already" in text_of(answer)) == (422, True)
    assert post("jonas", "salzspeicher/sources", {"kind": "", "name": "", "amount": "x"}).status_code == 422
    source = Source.objects.get()
    line = data | {"act": "save", "number": source.pk, "version": 1}
    assert post("jonas", "salzspeicher/sources", line | {"amount": "x"}).status_code == 422
    assert post("jonas", "salzspeicher/sources", line | {"amount": "0"}).status_code == 422
    post("jonas", "salzspeicher/sources", line | {"amount": "600"})
    source.refresh_from_db()
    assert (source.cents, source.version) == (60_000, 2)
    gone = {"act": "remove", "number": source.pk, "version": 7}
    assert post("jonas", "salzspeicher/sources", gone).status_code == 409
    post("jonas", "salzspeicher/sources", gone | {"version": 2})
    assert not Source.objects.exists()


def test_the_coordinator_shares_out(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=1000)
    answer = post("giulia", "shares", {"act": "most", "contribution": "x"}, follow=True)
    assert "9.00 EUR are shared out over 3 partners." in text_of(answer)
    assert post("giulia", "shares", {"contribution": "100"}).status_code == 422
    assert "Name an amount, or ask for the most." in text_of(post("giulia", "shares", {"contribution": ""}))
    assert "is not an amount" in text_of(post("giulia", "shares", {"contribution": "much"}))
    assert post("giulia", "nobody/cells", {}).status_code == 404
    assert post("giulia", "shares", {"contribution": "1", "part": ["7:1", "x"]}).status_code == 409


def test_a_flat_rate_is_computed_and_not_typed(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=10_050)
    books = team.books("jonas", FLAT)
    assert books.ledger.by_category() == {"travel": Money(10_050), "indirect": Money(703)}
    drawn = rows_of(books, books.sheets[1], editing=True)
    assert "a-1-travel" in drawn
    assert "a-1-indirect" not in drawn
    assert "7.03" in drawn


# --- what is not shared ------------------------------------------------------------------------------------------

SECRETS = ("4 321.09", "4321.09", "7 777.77", "7777.77", "12.34", "5 432.10", "5432.1", "uncle", "1 000.11", "234.45")


@pytest.fixture
def private(team: Cast) -> Cast:
    """Salzspeicher writes figures that others might like to see, and keeps them."""
    team.put("jonas", "1", "travel", cents=4_321_09)
    team.put("jonas", "2", "equipment", cents=7_777_77)
    team.put("jonas", "9", "personnel", months=1234, rate=5_432_10)
    team.put("mila", "1", "travel", cents=100_00)
    seat = team.seats["jonas"].pk
    for name, cents in (("Secret uncle", 1_000_11), ("Rich uncle", 234_45)):
        money.save_source(actor=person("jonas"), ref=REF, seat_id=seat, kind="private", name=name, cents=cents, at=NOW)
    team.ask("jonas", 60_000_00)
    team.keep("jonas")
    return team


@pytest.mark.parametrize("who", ["giulia", "mila"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "?partner=salzspeicher",
        "?partner=sava",
        "?partner=salzspeicher&format=csv&open=1&share=1",
        "/history",
        "/history?partner=salzspeicher&all=1",
    ],
)
def test_private_figures_stand_on_no_page_of_others(private: Cast, who: str, path: str) -> None:
    told = text_of(browsing(who).get(PAGE + path))
    found = [secret for secret in SECRETS if secret in told]
    assert not found
    assert "work package 9" not in told.lower(), "even that a row carries costs is private"


def test_sums_of_private_figures_are_seen(private: Cast) -> None:
    told = text_of(browsing("giulia").get(f"{PAGE}?partner=salzspeicher"))
    assert "79 130.97" in told  # 4 321.09 + 7 777.77 + 12.34 months at 5 432.10
    assert "60 000.00" in told
    assert "Salzspeicher Food Network does not share its cells." in told
    assert "not shared" in told
    assert "4 321.09" in text_of(browsing("jonas").get(PAGE))
    assert "figures that are not shared" in text_of(browsing("giulia").get(f"{PAGE}/history"))


@pytest.mark.parametrize("who", ["giulia", "mila"])
def test_private_figures_are_in_no_workbook_of_others(private: Cast, who: str) -> None:
    book = load_workbook(BytesIO(browsing(who).get(f"{PAGE}/workbook").content))
    assert book.sheetnames == ["Overview", "Lanterna Marine Cluster", "Sava Software Network"]
    told = " ".join(str(cell.value) for page in book for row in page.iter_rows() for cell in row)
    assert not [secret for secret in SECRETS if secret in told.replace("\u00a0", " ")]


def test_whoever_keeps_cells_may_share_them_again(private: Cast) -> None:
    post("jonas", "salzspeicher/sharing", {"act": "share"})
    assert "4 321.09" in text_of(browsing("mila").get(f"{PAGE}?partner=salzspeicher"))
    post("jonas", "salzspeicher/sharing", {"act": "keep"})
    assert "4 321.09" not in text_of(browsing("mila").get(f"{PAGE}?partner=salzspeicher"))


# --- the workbook ------------------------------------------------------------------------------------------------


def upload(content: bytes, name: str = "budget.xlsx") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content)}


def test_a_workbook_comes_back_with_a_preview_and_is_taken_over(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=50_000)
    jonas = browsing("jonas")
    book = load_workbook(BytesIO(jonas.get(f"{PAGE}/workbook").content))
    page = book["Salzspeicher Food Network"]
    column = next(cell.column for cell in page[9] if cell.value == "travel:amount")
    page.cell(11, column).value = 750
    page.cell(12, column).value = "1.234,56"
    changed = BytesIO()
    book.save(changed)
    answer = jonas.post(f"{PAGE}/import", upload(changed.getvalue()))
    told = text_of(answer)
    assert answer.status_code == 200
    assert "500.00 EUR" in told
    assert "750.00 EUR" in told
    assert "1 234.56 EUR" in told
    assert "Sheet Lanterna Marine Cluster is of another partner and was not read." in told
    assert Cost.objects.get().cents == 50_000
    agreed = re.search(r'name="agreed" value="([^"]+)"', told)
    assert agreed
    answer = jonas.post(f"{PAGE}/import", {"agreed": agreed[1]}, follow=True)
    assert "2 cells are taken over from the workbook." in text_of(answer)
    assert sorted(Cost.objects.values_list("cents", flat=True)) == [75_000, 123_456]
    assert jonas.post(f"{PAGE}/import", {"agreed": agreed[1]}).status_code == 302  # twice is once


def test_a_preview_is_for_the_one_who_saw_it_and_for_what_stood_then(team: Cast) -> None:
    jonas = browsing("jonas")
    book = load_workbook(BytesIO(jonas.get(f"{PAGE}/workbook").content))
    page = book["Salzspeicher Food Network"]
    column = next(cell.column for cell in page[9] if cell.value == "travel:amount")
    page.cell(11, column).value = 750
    changed = BytesIO()
    book.save(changed)
    told = text_of(jonas.post(f"{PAGE}/import", upload(changed.getvalue())))
    agreed = re.search(r'name="agreed" value="([^"]+)"', told)
    assert agreed
    assert post("mila", "import", {"agreed": agreed[1]}).status_code == 404
    assert post("jonas", "import", {"agreed": f"{agreed[1]}x"}).status_code == 404
    team.put("jonas", "1", "travel", cents=1)
    answer = post("jonas", "import", {"agreed": agreed[1]})
    assert answer.status_code == 409
    assert "Read the workbook again." in text_of(answer)
    assert Cost.objects.get().cents == 1


def test_faults_of_a_workbook_are_listed_and_nothing_is_changed(team: Cast) -> None:
    answer = post("jonas", "import", upload(b"Partner;Travel\n", "budget.csv"))
    assert (answer.status_code, "The file is plain text." in text_of(answer)) == (422, True)
    assert post("jonas", "import", {}).status_code == 422
    unchanged = browsing("jonas").get(f"{PAGE}/workbook").content
    assert "every figure of the workbook stands already" in text_of(post("jonas", "import", upload(unchanged)))


# --- speed -------------------------------------------------------------------------------------------------------


def test_a_full_budget_is_a_few_queries(team: Cast) -> None:
    categories = ("subcontracting", "travel", "equipment", "other_goods", "sme_support", "indirect")
    for seat in team.seats.values():
        Cost.objects.bulk_create(
            Cost(
                proposal=team.proposal,
                seat=seat,
                work_package=str(package),
                category=category,
                cents=package * 100,
                changed_by=person("giulia"),
                changed_at=NOW,
            )
            for package in range(1, 21)
            for category in categories
        )
    jonas = browsing("jonas")
    jonas.get(PAGE)
    with CaptureQueriesContext(connection) as spent:
        assert jonas.get(PAGE).status_code == 200
    assert len(spent) <= 20, "\n".join(query["sql"] for query in spent)


def test_a_script_saves_a_cell_in_a_few_queries(team: Cast) -> None:
    jonas, path = browsing("jonas"), f"{PAGE}/seats/{team.seats['jonas'].pk}/cell"
    jonas.post(path, {"v-1-travel": "0|", "a-1-travel": "1"})
    with CaptureQueriesContext(connection) as spent:
        jonas.post(path, {"v-1-travel": "1|1.00", "a-1-travel": "2"})
    asked = [query["sql"] for query in spent if "SAVEPOINT" not in query["sql"]]
    # Eight by the act; and four by which the site knows the hour, the session, the person and their roles.
    assert len(asked) <= 12, "\n".join(asked)
