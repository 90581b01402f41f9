"""Tables of organisations are tried, then imported; each faulty row is named."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import appointed, browser, draft, person, published

from hanse.core.values.unknown import Unknown
from hanse.ground import audit, search
from hanse.ground.accounts.actions import appoint
from hanse.ground.accounts.models import Role, User
from hanse.stages.registry.actions import importing
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Fact, ImportRow, ImportRun, LegalEntity, Organisation, Tag
from hanse.stages.registry.queries import imports, profiles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at")]
HEAD = "name,country,sectors"


def upload(text: str | bytes, name: str = "table.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(), "text/csv")


def tried(officer: User, text: str | bytes, most: int = importing.STEP) -> ImportRun:
    """A table that was read to its end."""
    run = importing.start_import(actor=officer, upload=upload(text), at=NOW)
    return finished(run, most)


def finished(run: ImportRun, most: int = importing.STEP) -> ImportRun:
    while run.state in (ImportRun.State.READING, ImportRun.State.RUNNING):
        run = importing.continue_run(run.pk, NOW, most)
    return run


def imported(officer: User, text: str | bytes, skip: bool = False, most: int = importing.STEP) -> ImportRun:
    run = tried(officer, text, most)
    importing.begin_import(actor=officer, number=run.pk, skip_faulty=skip, at=NOW)
    run.refresh_from_db()
    return finished(run, most)


def only_row(run: ImportRun) -> ImportRow:
    return ImportRow.objects.get(run=run)


def faults(text: str | bytes) -> list[str]:
    row: list[str] = only_row(tried(appointed(Role.OFFICER), text)).faults
    return row


def doubts(text: str | bytes) -> list[str]:
    row = only_row(tried(appointed(Role.OFFICER), text))
    assert row.faults == []
    found: list[str] = row.doubts
    return found


# --- what is imported --------------------------------------------------------------------------------------------


def test_a_row_becomes_a_listed_profile_with_facts_tags_legal_entity_and_a_place_in_the_search() -> None:
    officer = appointed(Role.OFFICER)
    run = imported(
        officer,
        "Name;Country;Town;Sectors;Languages;Target markets;Services;Members;SMEs;VAT number;Kind;Website\r\n"
        '"Söderland Wood Cluster";SE;Umeå;space;Swedish, en;Japan;training;1 200;900;SE556703748501;cluster;wood.example\r\n'.replace(
            "Swedish, en", "Swedish | en"
        ),
    )
    assert run.state == ImportRun.State.DONE
    one = Organisation.objects.get()
    assert (one.name, one.country, one.city, one.status) == ("Söderland Wood Cluster", "SE", "Umeå", "published")
    assert (one.members_count, one.smes_count, one.kind) == (1200, 900, "cluster_organisation")
    assert one.languages == ["en", "sv"]
    assert one.target_markets == ["JP"]
    assert one.website == "https://wood.example"
    assert one.source == "imported from table.csv"
    assert one.legal_entity is not None
    assert one.legal_entity.vat == "SE556703748501"
    assert one.legal_entity.legal_name == one.name
    assert set(Tag.objects.values_list("kind", "value")) == {
        ("sector", "space"), ("language", "en"), ("language", "sv"), ("market", "JP"), ("service", "training"),
    }  # fmt: skip
    facts = dict(Fact.objects.filter(organisation=one).values_list("name", "value"))
    assert facts["country"] == "SE"
    assert facts["legal_entity.vat"] == "SE556703748501"
    assert search.found("organisation", "soderland") == [one.ref]
    assert only_row(run).organisation == one
    acts = [event.act for event in audit.history(("import", str(run.pk)))]
    assert acts == ["upload table of organisations", "begin import", "import organisations"]


def test_whether_an_imported_organisation_is_registered_is_not_known() -> None:
    imported(appointed(Role.OFFICER), f"{HEAD},source\nWood,FI,,https://list.example\n")
    one = Organisation.objects.get()
    assert one.source == "https://list.example"
    silent = Unknown("its source does not say whether it is registered")
    assert profiles.registration_days(one) == (silent, silent)


def test_trying_imports_nothing() -> None:
    run = tried(appointed(Role.OFFICER), f"{HEAD}\nWood,FI,space\n")
    assert (run.state, run.rows, run.faulty) == ("checked", 1, 0)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_steps_of_any_size_do_the_same(most: int) -> None:
    text = HEAD + "".join(f"\nWood {number},FI,space" for number in range(5)) + "\nWood 1,FI,\n,FI,\n"
    run = imported(appointed(Role.OFFICER), text, skip=True, most=most)
    assert (run.state, run.rows, run.faulty, run.done) == ("done", 7, 2, 5)
    assert sorted(Organisation.objects.values_list("ref", flat=True)) == [f"wood-{n}" for n in range(5)]
    bad = ImportRow.objects.filter(run=run).exclude(faults=[]).order_by("line")
    assert [row.line for row in bad] == [7, 8]
    assert "line 3" in bad[0].faults[0]


def test_the_worker_takes_steps_until_nothing_is_left() -> None:
    officer = appointed(Role.OFFICER)
    run = importing.start_import(actor=officer, upload=upload(f"{HEAD}\nWood,FI,\n"), at=NOW)
    assert importing.work_on(NOW) == 1
    assert importing.work_on(NOW) == 0
    importing.begin_import(actor=officer, number=run.pk, skip_faulty=False, at=NOW)
    assert importing.work_on(NOW) == 1
    assert importing.work_on(NOW) == 1
    assert importing.work_on(NOW) == 0
    assert Organisation.objects.count() == 1


def test_refs_differ_from_those_given_out_and_from_each_other() -> None:
    officer = appointed(Role.OFFICER)
    published(person(), officer, name="Wood")
    imported(officer, f"{HEAD}\nWood,FI,\nWood,SE,\nWood,NO,\nMap,NO,\n")
    assert set(Organisation.objects.values_list("ref", flat=True)) == {"wood", "wood-2", "wood-3", "wood-4", "map-2"}


def test_two_rows_with_one_identifier_stand_on_one_legal_entity() -> None:
    run = imported(
        appointed(Role.OFFICER), "name,country,lei\nWood,FI,529900T8BM49AURSDO55\nSteel,FI,529900T8BM49AURSDO55\n"
    )
    assert LegalEntity.objects.count() == 1
    assert Organisation.objects.filter(legal_entity__lei="529900T8BM49AURSDO55").count() == 2
    assert "Line 2 has the same LEI" in ImportRow.objects.get(run=run, line=3).doubts[0]


def test_a_private_draft_is_neither_told_nor_stood_upon() -> None:
    officer = appointed(Role.OFFICER)
    draft(person(), name="Wood")
    LegalEntity.objects.update(national_number="77")
    run = imported(officer, "name,country,national_number\nWood,DK,77\n")
    assert only_row(run).doubts == []
    assert LegalEntity.objects.count() == 2


# --- what is wrong -----------------------------------------------------------------------------------------------


def test_a_thousand_bad_rows_are_each_named_and_nothing_is_imported_unless_asked() -> None:
    officer = appointed(Role.OFFICER)
    text = HEAD + "".join(f"\nBad {number},QQ,space" for number in range(1000)) + "\nGood,FI,space\n"
    run = tried(officer, text)
    assert (run.rows, run.faulty) == (1001, 1000)
    bad = ImportRow.objects.filter(run=run).exclude(faults=[])
    assert sorted(bad.values_list("line", flat=True)) == list(range(2, 1002))
    assert all("QQ" in row.faults[0] for row in bad)
    with pytest.raises(Refusal):
        importing.begin_import(actor=officer, number=run.pk, skip_faulty=False, at=NOW)
    client = browser(officer)
    answer = client.post(reverse("registry:import_begin", args=[run.pk]))
    assert answer.status_code == 422
    assert "1,000 rows are faulty" in answer.content.decode()
    assert not Organisation.objects.exists()
    exported = client.get(reverse("registry:import", args=[run.pk]), {"format": "csv", "rows": "faulty"})
    lines = b"".join(exported.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1001
    client.post(reverse("registry:import_begin", args=[run.pk]), {"skip_faulty": "on"})
    run.refresh_from_db()
    finished(run)
    assert [one.name for one in Organisation.objects.all()] == ["Good"]


@pytest.mark.parametrize(
    ("head", "cells", "said"),
    [
        ("country", "QQ", "no country code"),
        ("legal_country", "??", "no country code"),
        ("kind", "guild", "cluster_organisation"),
        ("website", "javascript:alert(1)", "no address"),
        ("website", "ftp://wood.example", "no address"),
        ("email", "nobody", "no e-mail address"),
        ("sectors", "space;magic", "“magic” is not known"),
        ("target_markets", "Atlantis", "“Atlantis” is not known"),
        ("languages", "Elvish", "“Elvish” is not known"),
        ("members_count", "many", "no whole number"),
        ("members_count", "-3", "no whole number"),
        ("members_count", "٣", "no whole number"),
        ("founded", "2099", "no whole number"),
        ("founded", "12", "no whole number"),
        ("international", "perhaps", "neither yes nor no"),
        ("own_legal_personality", "perhaps", "neither yes nor no"),
        ("summary", "x" * 401, "401 characters"),
        ("city", "a\x85b", "invisible"),
    ],
)
def test_a_fault_names_the_cell_and_the_remedy(head: str, cells: str, said: str) -> None:
    found = faults(f'name,{head}\nWood,"{cells}"\n')
    assert len(found) == 1
    assert said in found[0]


def test_smes_are_among_the_members() -> None:
    assert "more than the 3 members" in faults("name,members_count,smes_count\nWood,3,4\n")[0]


@pytest.mark.parametrize(("row", "said"), [(",FI,", "no name"), ("Wood,FI,,,more", "beyond the last column")])
def test_a_row_without_a_name_or_with_too_many_cells_is_faulty(row: str, said: str) -> None:
    assert said in faults(f"{HEAD}\n{row}\n")[0]


def test_a_name_of_more_than_300_characters_is_faulty_and_its_row_can_be_shown() -> None:
    officer = appointed(Role.OFFICER)
    run = tried(officer, f"name\n{'n' * 301}\n")
    assert "301 characters" in only_row(run).faults[0]
    assert browser(officer).get(reverse("registry:import", args=[run.pk])).status_code == 200


@pytest.mark.parametrize(
    ("typed", "read"), [("EL", "GR"), ("UK", "GB"), ("el", "GR"), (" fi ", "FI"), ("Finland", "FI")]
)
def test_countries_are_read_as_institutions_write_them(typed: str, read: str) -> None:
    imported(appointed(Role.OFFICER), f"name,country\nWood,{typed}\n")
    assert Organisation.objects.get().country == read


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("pic,123", "nine digits"),
        ("vat,FI123", "VAT numbers of FI"),
        ("lei,abc", "20 letters"),
        ("national_number,none", "no digit"),
    ],
)
def test_doubtful_numbers_are_told_and_imported(cells: str, said: str) -> None:
    head, cell = cells.split(",")
    assert said in doubts(f"name,country,{head}\nWood,FI,{cell}\n")[0]


def test_a_row_that_ends_early_and_a_name_like_a_formula_are_doubtful() -> None:
    found = doubts(f"{HEAD}\n=1+1\n")
    assert "ends 2 columns early" in found[0]
    assert "formula" in found[1]


def test_names_that_differ_in_a_common_word_are_doubtful() -> None:
    run = tried(appointed(Role.OFFICER), f"{HEAD}\nWood Cluster,FI,\nCluster of Wood,FI,\n")
    assert run.faulty == 0
    assert "much like that in line 2" in ImportRow.objects.get(run=run, line=3).doubts[0]


def test_what_the_registry_has_is_not_imported_again() -> None:
    officer = appointed(Role.OFFICER)
    known = published(person(), officer, name="Blue Harbour")
    run = tried(officer, f"{HEAD}\nBLUE  harbour,DK,\nBlue Harbour,SE,\n")
    assert known.ref in ImportRow.objects.get(run=run, line=2).faults[0]
    assert ImportRow.objects.get(run=run, line=3).faults == []


def test_the_same_identifier_is_the_same_organisation_if_the_name_is_too() -> None:
    officer = appointed(Role.OFFICER)
    published(person(), officer, name="Blue Harbour")  # its number is 31123, in DK
    run = tried(
        officer, "name,country,national_number\nBlue Harbour Cluster,DK,31123\nRed Hill,DK,31123\nRed Hill,SE,31123\n"
    )
    rows = list(ImportRow.objects.filter(run=run).order_by("line"))
    assert "by its national register number" in rows[0].faults[0]
    assert rows[1].faults == []
    assert "has the same national register number" in " ".join(rows[1].doubts)
    assert rows[2].doubts == []  # a national number counts within its country


def test_what_was_registered_since_the_table_was_tried_is_left_out() -> None:
    officer = appointed(Role.OFFICER)
    run = tried(officer, f"{HEAD}\nWood,FI,\nSteel,FI,\n")
    published(person(), officer, name="Wood", country="FI")
    importing.begin_import(actor=officer, number=run.pk, skip_faulty=False, at=NOW)
    run.refresh_from_db()
    run = finished(run)
    assert (run.done, run.faulty) == (1, 1)
    assert Organisation.objects.filter(name="Wood").count() == 1


# --- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "name,country\nÅbo,FI\n".encode(),
        "name,country\r\nÅbo,FI\r\n".encode("utf-8-sig"),
        "name;country\rÅbo;FI\r".encode(),
        "name\tcountry\r\nÅbo\tFI\r\n".encode("utf-16"),
        "sep=;\r\nname;country\r\nÅbo;FI\r\n".encode(),
        "\n\nname,country\n\nÅbo,FI\n\n".encode(),
        "name,country\nA\u030abo,FI\n".encode(),
        "NAME , Country,,\nÅbo,FI,,\n".encode(),
    ],
)
def test_files_as_spreadsheets_write_them_are_read(content: bytes) -> None:
    imported(appointed(Role.OFFICER), content)
    one = Organisation.objects.get()
    assert (one.name, one.country) == ("Åbo", "FI")


def test_a_cell_of_several_lines_counts_its_lines() -> None:
    run = tried(appointed(Role.OFFICER), 'name,description\nWood,"one\ntwo"\n,x\n')
    assert [row.line for row in ImportRow.objects.filter(run=run).order_by("line")] == [3, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,country\nÅbo,FI\n".encode("cp1252"), "not in UTF-8"),
        (b"", ""),
        (b"\n\n", "is empty"),
        (b"name\n", "no row follows"),
        (b"country\nFI\n", "no column “name”"),
        (b"name,colour\nWood,red\n", "no column “colour”"),
        (b"name,Name\nWood,Wood\n", "stands there twice"),
        (b'name\n"Wood' + b"x" * 200_000, "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_says_why(content: bytes, said: str) -> None:
    officer = appointed(Role.OFFICER)
    if not content:
        with pytest.raises(Refusal, match="is empty"):
            tried(officer, content)
        return
    run = tried(officer, content)
    assert run.state == ImportRun.State.REFUSED
    assert said in " ".join(run.faults)
    assert browser(officer).get(reverse("registry:import", args=[run.pk])).status_code == 200


@pytest.mark.parametrize("content", [b"name\nW\x00ood\n", b"PK\x03\x04rubbish", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_text_is_refused_at_the_upload_and_the_page_says_why(content: bytes) -> None:
    client = browser(appointed(Role.OFFICER))
    answer = client.post(reverse("registry:imports"), {"file": upload(content)})
    assert answer.status_code == 422
    assert "table.csv is" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_ROWS", 2)
    run = tried(appointed(Role.OFFICER), "name\na\nb\nc\n")
    assert "more than 2 rows" in run.faults[0]


def test_the_template_can_be_imported() -> None:
    officer = appointed(Role.OFFICER)
    content = browser(officer).get(reverse("registry:import_template")).content
    run = imported(officer, content)
    assert (run.done, run.faulty) == (1, 0)
    assert only_row(run).doubts == []


# --- pages -------------------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>"


def test_hostile_cells_are_harmless_on_pages_and_in_exports() -> None:
    officer = appointed(Role.OFFICER)
    client = browser(officer)
    text = f'name,country,city\n{HOSTILE},FI,\n"=HYPERLINK(""http://x"")",FI,\n\u202eevil,FI,\n@sum,QQ,\n'
    run = imported(officer, text, skip=True)
    page = client.get(reverse("registry:import", args=[run.pk]), {"rows": "all"}).content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    listed = client.get(reverse("registry:organisations")).content.decode()
    assert HOSTILE not in listed
    for address in (reverse("registry:import", args=[run.pk]), reverse("registry:organisations")):
        exported = client.get(address, {"format": "csv", "rows": "all"})
        body = b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]
        assert "'=HYPERLINK" in body
        assert ',"=HYPERLINK' not in body


def test_the_way_through_the_pages_without_scripts() -> None:
    client = browser(appointed(Role.OFFICER))
    assert client.get(reverse("registry:imports")).status_code == 200
    answer = client.post(reverse("registry:imports"), {"file": upload(f"{HEAD}\nWood,FI,\n")})
    run = ImportRun.objects.get()
    address = reverse("registry:import", args=[run.pk])
    assert answer["Location"] == address
    assert "Read so far" in client.get(address).content.decode()
    assert client.post(reverse("registry:import_step", args=[run.pk]))["Location"] == address
    assert "All rows can be imported" in client.get(address).content.decode()
    client.post(reverse("registry:import_begin", args=[run.pk]))
    for _ in range(2):
        client.post(reverse("registry:import_step", args=[run.pk]))
    assert "1 organisation imported" in client.get(address).content.decode()


def test_htmx_gets_the_progress_alone_and_the_page_when_it_is_done() -> None:
    client = browser(appointed(Role.OFFICER))
    client.post(reverse("registry:imports"), {"file": upload(f"{HEAD}\nWood,FI,\n")})
    run = ImportRun.objects.get()
    step = reverse("registry:import_step", args=[run.pk])
    assert client.post(step, headers={"HX-Request": "true"})["HX-Redirect"] == reverse("registry:import", args=[run.pk])
    client.post(reverse("registry:import_begin", args=[run.pk]))
    partial = client.post(step, headers={"HX-Request": "true"}).content.decode()
    assert 'id="progress"' in partial
    assert "<html" not in partial


def test_a_table_can_be_laid_aside_and_then_not_begun() -> None:
    officer = appointed(Role.OFFICER)
    run = tried(officer, f"{HEAD}\nWood,FI,\n")
    client = browser(officer)
    client.post(reverse("registry:import_discard", args=[run.pk]))
    assert client.post(reverse("registry:import_begin", args=[run.pk])).status_code == 409
    assert client.post(reverse("registry:import_discard", args=[run.pk])).status_code == 409
    assert not Organisation.objects.exists()


def test_nothing_is_imported_twice() -> None:
    officer = appointed(Role.OFFICER)
    run = imported(officer, f"{HEAD}\nWood,FI,\n")
    with pytest.raises(Refusal):
        importing.begin_import(actor=officer, number=run.pk, skip_faulty=False, at=NOW)
    assert importing.step(run.pk, NOW) == 0
    assert Organisation.objects.count() == 1


ADDRESSES = ("imports", "import_columns", "import_template", "import")


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_auditor_reads_and_an_applicant_does_not(name: str) -> None:
    run = tried(appointed(Role.OFFICER), f"{HEAD}\nWood,FI,\n")
    address = reverse(f"registry:{name}", args=[run.pk] if name == "import" else [])
    assert browser(appointed(Role.AUDITOR)).get(address).status_code == 200
    assert browser(person()).get(address).status_code == 403
    assert browser().get(address).status_code == 302


@pytest.mark.parametrize("name", ["import_step", "import_begin", "import_discard"])
def test_only_officers_act_and_only_on_what_is_there(name: str) -> None:
    run = tried(appointed(Role.OFFICER), f"{HEAD}\nWood,FI,\n")
    address = reverse(f"registry:{name}", args=[run.pk])
    assert browser(appointed(Role.AUDITOR)).post(address).status_code == 403
    assert browser(person()).post(address).status_code == 403
    assert browser(appointed(Role.OFFICER)).get(address).status_code == 405
    assert browser(appointed(Role.OFFICER)).post(reverse(f"registry:{name}", args=[9999])).status_code == 404
    run.refresh_from_db()
    assert run.state == ImportRun.State.CHECKED


def test_an_auditor_who_is_an_officer_too_changes_nothing() -> None:
    both = appointed(Role.OFFICER)
    appoint(actor=None, person=both, role=Role.AUDITOR, at=NOW - timedelta(hours=1))
    with pytest.raises(Refusal):
        importing.start_import(actor=both, upload=upload(HEAD), at=NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_database_a_constant_number_of_questions(count: int) -> None:
    officer = appointed(Role.OFFICER)
    for number in range(count):
        run = imported(officer, HEAD + "".join(f"\nWood {number} {n},FI," for n in range(count)) + "\n")
    client = browser(officer)
    asked = []
    for address in (reverse("registry:imports"), reverse("registry:import", args=[run.pk]) + "?rows=all"):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        asked.append(len(queries))
    assert asked == [5, 7]


@pytest.mark.parametrize("broken", ["hanse.ground.search.put_many", "django.db.models.query.QuerySet.bulk_update"])
def test_a_step_broken_off_midway_writes_nothing_and_the_next_one_doubles_nothing(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = appointed(Role.OFFICER)
    run = tried(officer, HEAD + "".join(f"\nHarbour cluster number {n},DE,digital" for n in range(9)))
    importing.begin_import(actor=officer, number=run.pk, skip_faulty=False, at=NOW)

    def breaks(*_: object, **__: object) -> None:
        raise ConnectionResetError("the machine went away")

    with monkeypatch.context() as patched:
        patched.setattr(broken, breaks)
        with pytest.raises(ConnectionResetError):
            importing.continue_run(run.pk, NOW, 3)
    assert not Organisation.objects.filter(name__startswith="Harbour cluster").exists()
    assert not ImportRow.objects.filter(run=run, organisation__isnull=False).exists()
    run.refresh_from_db()
    assert finished(run, 3).done == 9
    assert Organisation.objects.filter(name__startswith="Harbour cluster").count() == 9
    assert len(search.found("organisation", "harbour cluster")) == 9
