"""A draft goes out as a file and comes back: nothing that is unchanged is touched, nothing that others wrote is lost."""

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.proposals.draft_cast import REF, TEXTS, standing_draft, write
from tests.stages.proposals.money_cast import Cast

from hanse.ground import clock
from hanse.ground.audit.models import Event
from hanse.stages.consortia.models import Consortium
from hanse.stages.proposals.actions import importing
from hanse.stages.proposals.forms.importing import MOST_BYTES, read_draft
from hanse.stages.proposals.models import Cost, Text, TextVersion
from hanse.stages.proposals.queries.imports import difference
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db
PAGE = f"/proposals/{REF}"
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def team(at: Any) -> Cast:
    return standing_draft()


def exported(who: str = "giulia", suffix: str = "toml") -> str:
    """The draft file as somebody downloads it."""
    response = browsing(who).get(f"{PAGE}/draft.{suffix}")
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def preview(text: str, who: str = "giulia", name: str = "draft.toml") -> Any:
    """The answer to an uploaded file."""
    return browsing(who).post(f"{PAGE}/import", {"file": SimpleUploadedFile(name, text.encode())})


def apply(text: str, /, who: str = "giulia", **data: str) -> Any:
    """The answer to a confirmed file."""
    held = {"apply": "yes", "text": text, "name": "draft.toml", "suffix": ".toml", "seen_at": NOW.isoformat()}
    return browsing(who).post(f"{PAGE}/import", held | data)


def told(response: Any) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def value(key: str) -> str:
    return Text.objects.get(key=key).value


# --- going out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["output", "draft.toml", "draft.json", "application.pdf", "import", "plan"])
def test_members_alone_take_the_application_along(team: Cast, path: str) -> None:
    for who in ("giulia", "jonas", "mila"):
        assert browsing(who).get(f"{PAGE}/{path}").status_code == 200
    for who in ("charlie", "odile", "halvard", "ines"):
        assert browsing(who).get(f"{PAGE}/{path}").status_code == 404
    assert browsing().get(f"{PAGE}/{path}").status_code == 302
    assert browsing("giulia").get(f"/proposals/nowhere/{path}").status_code == 404


def test_the_file_says_what_it_is(team: Cast) -> None:
    text = exported()
    assert text.startswith("# Draft of the application of Clean seas, version ")
    assert "# Call COS-CLUSINT-2020-3-01, edition " in text
    assert "# Written on 29 November 2020, 17:00 Brussels time." in text
    assert "# Check it anywhere: hanse check clean-seas.toml" in text
    assert tomllib.loads(text)["sections"]["summary"] == TEXTS["summary"]
    assert "not shared" not in text


def test_a_file_is_kept_by_nobody_on_its_way(team: Cast) -> None:
    response = browsing("giulia").get(f"{PAGE}/draft.json")
    assert response["Content-Disposition"] == 'attachment; filename="clean-seas.json"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"].startswith("application/json")


def test_costs_that_are_not_shared_leave_as_a_sum_and_it_is_said(team: Cast) -> None:
    team.keep("giulia")
    text = exported("jonas")
    assert "# Costs that are not shared stand as one sum each: Lanterna Marine Cluster." in text
    assert "1000.50" not in text
    assert "1000.50" in exported("giulia")
    assert "Lanterna Marine Cluster" in told(browsing("jonas").get(f"{PAGE}/output"))


# --- coming back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["toml", "json"])
@pytest.mark.parametrize("who", ["giulia", "jonas"])
def test_an_unchanged_file_makes_no_difference(team: Cast, suffix: str, who: str) -> None:
    team.keep("mila")
    write(team, "giulia", "acronym", "with a mark \u202e and\r\na line")
    response = preview(exported(who, suffix), who, f"draft.{suffix}")
    assert response.status_code == 200
    assert "No difference" in told(response)
    assert "Import these changes" not in told(response)


@pytest.mark.parametrize("suffix", ["toml", "json"])
@pytest.mark.parametrize(
    "text",
    ["  spaces around  ", "\n\nlines\n\n", '"', '""" \'\'\' """', "C:\\new\\u0041", "tab\there", "e\u0301 and \u00e9", "{{ x }} <b>&amp;",
     "日本 مرحبا 🚢", "- a\n- b\n# c = 1\n[sections]", "line\r\nends\rof all\u2028kinds", "\u200bnothing\u00ad seen\ue000"],
)  # fmt: skip
def test_any_text_goes_out_and_comes_back_as_it_is(team: Cast, text: str, suffix: str) -> None:
    for key in ("title", "summary", "duration_months", "work_packages/1/description"):
        write(team, "giulia", key, text)
    before = dict(Text.objects.values_list("key", "value"))
    file = exported(suffix=suffix)
    assert "No difference" in told(preview(file, name=f"draft.{suffix}"))
    apply(file.replace("\n", "\r\n"), suffix=f".{suffix}")
    assert dict(Text.objects.values_list("key", "value")) == before


def test_what_would_change_is_shown_word_by_word_and_then_done(team: Cast) -> None:
    text = exported().replace("Quiet harbours", "Quiet and clean harbours").replace('"1000.50"', '"2000.50"')
    page = told(preview(text))
    assert "1 text and 1 budget cell would change." in page
    assert '<ins><span class="ecl-u-sr-only">added: </span>and clean </ins>' in page
    assert "2 000.50 EUR" in page
    response = apply(text)
    assert (response.status_code, response.url) == (302, PAGE)
    assert value("title") == "Quiet and clean harbours"
    assert TextVersion.objects.get(key="title", number=2).nature == TextVersion.Nature.IMPORTED
    assert Cost.objects.get(seat=team.seats["giulia"], category="travel").cents == 200_050
    entry = Event.objects.filter(act="import draft file").get()
    assert entry.facts == {"texts": {"saved": 1}, "cells": 1, "clashes": 0}


def test_what_a_file_does_not_mention_stays_and_an_empty_text_empties(team: Cast) -> None:
    text = 'proposal = "clean-seas"\n[sections]\nsummary = ""\nacronym = "QH"\n'
    page = told(preview(text))
    assert "2 texts and 0 budget cells would change." in page
    assert f"{len(Text.objects.all()) - 1} texts of the draft are not in the file and stay as they are." in page
    apply(text)
    assert (value("summary"), value("acronym"), value("title")) == ("", "QH", "Quiet harbours")


def test_what_others_wrote_since_the_file_was_made_stays(team: Cast) -> None:
    text = exported().replace("Stay together.", "Stay together for good.")
    clock.set_clock(instant=LATER)
    write(team, "mila", "title", "Harbours of calm", LATER)
    page = told(preview(text))
    assert "1 text and 0 budget cells would change." in page
    apply(text)
    assert value("title") == "Harbours of calm"
    assert value("work_packages/1/objectives") == "Stay together for good."


def test_two_changes_of_one_text_are_never_lost(team: Cast) -> None:
    text = exported().replace('title = "Quiet harbours"', 'title = "Harbours at peace"')
    clock.set_clock(instant=LATER)
    write(team, "mila", "title", "Harbours of calm", LATER)
    page = told(preview(text))
    assert "Others changed the same texts meanwhile" in page
    response = apply(text)
    assert response.status_code == 200
    assert "Some texts met other changes" in told(response)
    assert value("title") == "Harbours of calm"
    assert TextVersion.objects.get(key="title", number=None).value == "Harbours at peace"


def test_changes_of_different_lines_are_merged(team: Cast) -> None:
    text = exported().replace("Together \\\\ abroad", "All together \\\\ abroad")
    clock.set_clock(instant=LATER)
    write(team, "mila", "summary", TEXTS["summary"].replace("We go", "All of us go"), LATER)
    response = apply(text)
    assert response.status_code == 302
    assert value("summary") == 'All of us go to "Japan".\n\nAll together \\ abroad, "calmly".'


def test_what_may_not_be_saved_is_left_out_and_told(team: Cast) -> None:
    text = (
        'proposal = "clean-seas"\n[sections]\nacronym = "QH"\n"member_profiles/sava/role" = "Theirs"\n'
        '"member_profiles/salzspeicher/role" = "Ours"\n"tasks/1" = "first"\n"tasks/x/title" = "y"\nsummary = "\\u0007"\n'
    )
    assert "has the control character U+0007" in told(preview(text, "jonas"))
    text = text.replace('summary = "\\u0007"\n', "")
    page = told(preview(text, "jonas"))
    assert "2 texts and 0 budget cells would change." in page
    assert "The text &#x27;member_profiles/sava/role&#x27; is another member&#x27;s own. It is not imported." in page
    assert "&#x27;tasks/1&#x27; holds the place of a row, a number; &#x27;first&#x27; is none." in page
    assert "The form of this call has no field &#x27;tasks/x/title&#x27;." in page
    assert apply(text, "jonas").status_code == 302
    assert value("member_profiles/salzspeicher/role") == "Ours"
    assert value("tasks/1") == "1"
    assert not Text.objects.filter(key="member_profiles/sava/role").exists()


def test_the_coordinator_may_import_what_members_write_of_themselves(team: Cast) -> None:
    apply('proposal = "clean-seas"\n[sections]\n"member_profiles/sava/role" = "Writes software"\n')
    assert value("member_profiles/sava/role") == "Writes software"


def test_a_length_may_be_written_both_ways(team: Cast) -> None:
    assert "No difference" not in told(preview('proposal = "clean-seas"\nduration_months = 31\n'))
    apply('proposal = "clean-seas"\nduration_months = 31\n')
    assert value("duration_months") == "31"
    write(team, "giulia", "duration_months", "031")
    assert "0 texts" not in told(preview(exported()))
    assert "No difference" in told(preview(exported()))


def test_a_cell_that_was_changed_meanwhile_stays(team: Cast) -> None:
    text = exported().replace('"1000.50"', '"2000.50"')
    clock.set_clock(instant=LATER)
    team.put("giulia", "1", "travel", cents=1, at=LATER)
    assert "changed meanwhile, stays as it is" in told(preview(text))
    response = apply(text)
    assert "0.01 EUR stands, 2 000.50 EUR is in the file" in told(response)
    assert Cost.objects.get(seat=team.seats["giulia"], category="travel").cents == 1


def test_costs_of_others_members_and_aims_are_told_and_not_imported(team: Cast) -> None:
    text = exported("jonas").replace('"1000.50"', '"2000.50"')
    text = text.replace('targets = ["JP", "US"]', 'targets = ["JP"]').replace('strand = "A"', 'strand = "B"')
    text = text.replace('organisation = "sava"', 'organisation = "sava-nova"').replace(
        'role = "beneficiary"', 'role = "associated_partner"'
    )
    text = text.replace('partner = "lanterna"\nrequested = "10000.00"', 'partner = "lanterna"\nrequested = "1.00"')
    text = text.replace('requested = "10000.00"', 'requested = "1.00"').replace(
        "[sections]\n", '[sections]\nnonsense = "x"\n'
    )
    text += "\n"
    text += '[[annex]]\nkind = "letters"\nname = "l.pdf"\ndigest = "ab"\nsize = 1\n'
    text += '[[declaration]]\nkind = "honour"\npartner = "sava"\ndigest = "ab"\nmade_on = 2020-11-29\n'
    page = told(preview(text, "jonas"))
    for sentence in (
        "Nothing to import",
        "The strand differs (in the file: B). The coordinator changes it with the aims of the consortium.",
        "The targets differ (in the file: Japan).",
        "Sava Software Network is a member and stands not in the file. It stays a member.",
        "is no member. The coordinator can invite it.",
        "Salzspeicher Food Network is associated partner in the file.",
        "Costs of Lanterna Marine Cluster differ. Only its own people change them.",
        "Contributions of partners differ.",
        "Annexes differ.",
        "Declarations differ.",
        "The form of this call has no field &#x27;nonsense&#x27;. Its text is not imported.",
    ):
        assert sentence in page
    apply(text, "jonas")
    assert Consortium.objects.get().targets == ["JP", "US"]
    assert Cost.objects.get(seat=team.seats["giulia"], category="travel").cents == 100_050


# --- files that cannot be used -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("proposal = ", "mine.toml", "mine.toml: is not TOML: Invalid value (at end of document)"),
        ("{", "mine.json", "mine.json:1: is not JSON"),
        ("[]", "mine.json", "mine.json: holds no object; expected { ... }"),
        ('proposal = "clean-seas"\nfoo = 1\n[[member]]\ncountry = "XX"', "mine.toml", "mine.toml: member[1].country: "),
        ('proposal = "clean-seas"\nfoo = 1', "mine.toml", "mine.toml: foo: is not a key here"),
        ("PK\x03\x04\x00\x00", "mine.toml", "mine.toml: is not TOML"),
        ('proposal = "other"', "mine.toml", "This file is of another application, other. Import it there."),
        ('proposal = "clean-seas"\ncall = "TEST"', "mine.toml", "This file is of an application to the call TEST; this one answers COS-CLUSINT-2020-3-01."),
        ("x", "mine.docx", "its name ends neither in .toml nor in .json"),
        ("", "mine.toml", "The file is empty. Choose another."),
        ("#" * (MOST_BYTES + 1), "mine.toml", "The file is larger than 2 MB."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_answered_clearly(team: Cast, text: str, name: str, says: str) -> None:
    response = preview(text, name=name)
    assert response.status_code == 422
    assert says in told(response)


def test_every_fault_of_a_file_is_listed_at_once(team: Cast) -> None:
    text = (
        exported().replace('country = "DE"', 'country = "Deutschland"').replace("duration_months = 30", "months = 30")
    )
    page = told(preview(text))
    assert "member[2].country" in page
    assert "months: is not a key here" in page


def test_a_binary_file_is_no_draft() -> None:
    file, faults = read_draft("scan.toml", b"\xff\xfe\x00")
    assert file is None
    assert [str(fault) for fault in faults] == ["scan.toml: is not UTF-8 text: byte 1 cannot be read"]


@pytest.mark.parametrize(
    "data", [{"seen_at": "soon"}, {"seen_at": "2020-11-29T17:00"}, {"suffix": ".exe"}, {"text": ""}]
)
def test_a_broken_confirmation_changes_nothing(team: Cast, data: dict[str, str]) -> None:
    response = apply(exported().replace("Quiet harbours", "Loud"), **data)
    assert (response.status_code, response.url) == (302, f"{PAGE}/import")
    assert value("title") == "Quiet harbours"


def test_a_file_with_a_long_name_is_imported_too(team: Cast) -> None:
    name = f"{'a' * 240}.toml"
    response = preview('proposal = "clean-seas"\n[sections]\nacronym = "QH"\n', name=name)
    assert response.status_code == 200
    shown = response.context["name"]
    assert len(shown) == 200
    assert apply('proposal = "clean-seas"\n[sections]\nacronym = "QH"\n', name=shown).url == PAGE
    assert value("acronym") == "QH"


def test_a_confirmation_is_read_again(team: Cast) -> None:
    assert apply("proposal = 1").status_code == 422
    assert apply('proposal = "other"').status_code == 422


def test_nothing_is_imported_after_the_call_has_closed(team: Cast) -> None:
    text = exported().replace("Quiet harbours", "Loud")
    clock.set_clock(instant=NOW + timedelta(days=10))
    assert "Nothing can be imported." in told(browsing("giulia").get(f"{PAGE}/import"))
    assert "You can read this application and change nothing in it" in told(browsing("giulia").get(f"{PAGE}/output"))
    assert preview(text).status_code == 403
    assert apply(text).status_code == 403
    assert value("title") == "Quiet harbours"


def test_the_action_itself_refuses_strangers_and_lateness(team: Cast) -> None:
    file, _ = read_draft("draft.toml", b'proposal = "clean-seas"')
    assert file is not None
    for who, ref, at, status in (("charlie", REF, NOW, 404), ("giulia", "nowhere", NOW, 404),
                                 ("giulia", REF, NOW + timedelta(days=10), 403)):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            importing.apply(actor=person(who), ref=ref, file=file, seen_at=at, at=at)
        assert refused.value.status == status


def test_long_kept_runs_are_shortened() -> None:
    before = " ".join(f"w{n}" for n in range(30))
    pieces = difference(before, before.replace("w15", "new"))
    assert [(piece.kind, piece.words) for piece in pieces] == [
        ("kept", "… w11 w12 w13 w14 "), ("out", "w15"), ("in", "new"), ("kept", " w16 w17 w18 w19 …"),
    ]  # fmt: skip
    assert [piece.words for piece in difference("a b", "a, b")] == ["a", ",", " b"]


def test_a_change_of_spaces_alone_is_said_as_such(team: Cast) -> None:
    assert difference("a b", "a  b") == ()
    assert "Only spaces and line ends differ." in told(preview(exported().replace("Stay together.", "Stay  together.")))
