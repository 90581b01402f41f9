"""Profiles that may be of one organisation."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import HOUR, appointed, browser, draft, member, person, published, unowned

from hanse.ground import audit
from hanse.ground.accounts.models import Role
from hanse.stages.registry.actions import cleaning
from hanse.stages.registry.actions.profiles import stand_on
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import DuplicatePair, LegalEntity, Organisation, PastPartnership
from hanse.stages.registry.queries import duplicates
from hanse.stages.registry.queries.duplicates import (
    candidates_for,
    compared,
    host_of,
    known_of,
    likeness_of_names,
    open_pairs,
    pairs_alike,
    words_of,
)
from hanse.stages.registry.queries.profiles import name_key

pytestmark = pytest.mark.django_db
_count = iter(range(10_000))
HOSTILE = ("", " ", "%_%'\";--", "\u202e\u0000", "🙂" * 300, "a" * 5000, "((((", "\\", "x OR 1=1", "e.V.", "Ω")


def listed(name: str, country: str = "", website: str = "", **numbers: str) -> Organisation:
    """A published profile of this name, with a legal entity if numbers are given."""
    number = next(_count)
    entity = None
    if numbers:
        entity = LegalEntity.objects.create(
            ref=f"le-{number}", legal_name=name, created_at=NOW, **{"country": country, **numbers}
        )
    return Organisation.objects.create(
        ref=f"listed-{number}",
        name=name,
        name_key=name_key(name),
        country=country,
        website=website,
        legal_entity=entity,
        status=Organisation.Status.PUBLISHED,
        created_at=NOW,
        changed_at=NOW,
    )


def likeness(one: str, other: str) -> float:
    """How alike two names are."""
    return likeness_of_names(words_of(one), words_of(other))


def found(*args: Any, **more: Any) -> list[tuple[str, int, tuple[str, ...]]]:
    """The candidates, briefly."""
    return [(one.organisation.name, one.likeness, one.reasons) for one in candidates_for(*args, **more)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Photonics Cluster Berlin e.V.", "Photonics Berlin"),
        ("Blue Harbour Cluster", "BLUE HARBOUR"),
        ("Blue Harbour Cluster", "Blueharbour Cluster"),
        ("Blue Harbour Cluster", "Blue Harbor Cluster"),
        ("Pôle Mer Méditerranée", "Pole Mer Mediterranee"),
        ("Klaster Łódź Odzież", "Klaster Lodz Odziez"),
        ("Association of Green Valleys", "Green Valleys Association"),
    ],
)
def test_names_of_one_organisation_are_alike(one: str, other: str) -> None:
    assert likeness(one, other) >= duplicates.NAMES_ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Photonics Cluster France", "Photonics Cluster Denmark"),
        ("European Network of Clusters", "European Network of Ports"),
        ("Business Cluster Association Alpha", "Business Cluster Association Omega"),
        ("Hall 12 Cluster", "Hall 13 Cluster"),
        ("Cluster", "Network"),
        ("Wood Cluster", "Food Cluster"),
    ],
)
def test_words_that_all_bear_make_no_likeness(one: str, other: str) -> None:
    assert likeness(one, other) < duplicates.NAMES_ALIKE


@given(st.text(max_size=40), st.text(max_size=40))
@example("cluster", "e.V.")
def test_likeness_is_a_share_and_one_is_like_itself(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 100
    assert not words_of(one) or likeness(one, one) == 100


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.Example.org/path", "example.org"),
        ("example.org", "example.org"),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_websites_are_compared_by_their_host(website: str, host: str) -> None:
    assert host_of(website) == host


@pytest.mark.parametrize(
    ("name", "stored", "asked"),
    [
        ("pic", "999 888 777", "999888777"),
        ("vat", "dk-31.12", "DK3112"),
        ("lei", "5493001kjtiigc8y1r12", "5493001KJTIIGC8Y1R12"),
    ],
)
def test_a_shared_number_is_certain_however_it_is_written(name: str, stored: str, asked: str) -> None:
    listed("Something Else", "DK", **{name: stored})
    [(_, certain, reasons)] = found("Blue Harbour", "SE", {name: asked})
    assert certain == 100
    assert reasons[0] == f"the same {duplicates.NUMBERS[name]}"


def test_a_national_number_counts_within_its_country() -> None:
    listed("Something Else", "DK", national_number="31 123")
    assert found("Blue Harbour", "DK", {"national_number": "31123"})
    assert not found("Blue Harbour", "SE", {"national_number": "31123"})
    assert not found("Blue Harbour", "", {"national_number": "31123"})


def test_candidates_come_with_reasons_and_the_likeliest_first() -> None:
    listed("Blue Harbour Network", "DK")
    listed("Blue Harbour", "SE")
    listed("Something Else", "DK", pic="999888777")
    listed("Green Valley Cluster", "DK")
    assert found("Blue Harbour Cluster e.V.", "DK", {"pic": "999888777"}) == [
        ("Something Else", 100, ("the same PIC", "the same country")),
        ("Blue Harbour Network", *_alike("Blue Harbour Cluster e.V.", "Blue Harbour Network", 0)),
        ("Blue Harbour", *_alike("Blue Harbour Cluster e.V.", "Blue Harbour", duplicates.OTHER_COUNTRY)),
    ]


def _alike(one: str, other: str, less: int) -> tuple[int, tuple[str, ...]]:
    country = () if less else ("the same country",)
    return round(likeness(one, other) - less), ("names that are alike", *country)


def test_one_website_is_a_reason_unless_many_share_it() -> None:
    first = listed("Alpha", website="https://www.example.org/alpha")
    assert found("Omega", "", {}, website="http://example.org") == [("Alpha", 70, ("the same website",))]
    for number in range(6):
        listed(f"Gamma {number}", website="https://social.example/x")
    assert not found("Omega", "", {}, website="https://social.example")
    assert compared(known_of(first), known_of(first))[1] == 99


def test_only_what_is_public_or_asks_to_be_is_a_candidate() -> None:
    owner = person()
    draft(owner)
    assert not found("Blue Harbour Cluster", "DK", {"national_number": "31123"})
    published(owner)
    [one] = candidates_for("Blue Harbour Cluster", "DK", {"national_number": "31123"})
    assert one.likeness == 100
    assert one.reasons == ("the same number in the national register", "the same name", "the same country")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(name: str) -> None:
    listed("Blue Harbour Cluster")
    assert found(name, name[:2], {"pic": name, "vat": name, "lei": name, "national_number": name}, website=name) == []


def test_candidates_are_asked_for_in_few_queries(django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        listed(f"Blue Harbour {number}", "DK", pic="1", website="https://blue.example")
    with django_assert_max_num_queries(5):
        assert len(candidates_for("Blue Harbour", "DK", {"pic": "1"}, "https://blue.example")) == duplicates.SHOWN


# --- all against all ---------------------------------------------------------------------------------------------


def test_pairs_are_found_whichever_way_they_are_alike() -> None:
    one, two = listed("Blue Harbour Cluster", "DK"), listed("Blue Harbor", "DK")
    three, four = listed("Alpha", pic="1 2"), listed("Omega", pic="12")
    five, six = listed("North", website="http://n.example"), listed("South", website="https://www.n.example/s")
    seven, eight = listed("Blueberry Growers"), listed("Blue Berry Growers")
    listed("Quite Another Thing")
    pairs = {(pair.first, pair.second) for pair in pairs_alike(duplicates.all_known())}
    assert pairs == {(one.pk, two.pk), (three.pk, four.pk), (five.pk, six.pk), (seven.pk, eight.pk)}


def test_many_of_one_name_make_a_chain_and_not_all_pairs() -> None:
    known = [duplicates.Known(number, ("harbour", "cluster"), "", "", ()) for number in range(1, 1001)]
    pairs = pairs_alike(known)
    assert len(pairs) == 999
    assert all(pair.likeness == 99 for pair in pairs)


def test_looking_keeps_what_it_finds_and_forgets_what_is_no_longer_alike() -> None:
    one, two = listed("Blue Harbour Cluster"), listed("Blue Harbour")
    assert cleaning.look_for_duplicates(at=NOW) == cleaning.Looked(found=1, added=1, dropped=0)
    assert cleaning.look_for_duplicates(at=NOW + HOUR) == cleaning.Looked(found=1, added=0, dropped=0)
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second, pair.found_at) == (one, two, NOW)
    Organisation.objects.filter(pk=two.pk).update(country="DK", name="BLUE HARBOUR Cluster")
    cleaning.look_for_duplicates(at=NOW)
    pair.refresh_from_db()
    assert pair.reasons == ["the same name"]
    Organisation.objects.filter(pk=two.pk).update(name="Green Valley")
    assert cleaning.look_for_duplicates(at=NOW).dropped == 1
    assert not DuplicatePair.objects.exists()


def test_what_was_called_different_is_not_suspected_again() -> None:
    officer = appointed(Role.OFFICER)
    listed("Blue Harbour Cluster"), listed("Blue Harbour")
    cleaning.look_for_duplicates(at=NOW)
    pair = DuplicatePair.objects.get()
    decided = cleaning.call_different(actor=officer, pair=pair.pk, note=" Two bodies. ", at=NOW)
    assert (decided.state, decided.note, decided.decided_by) == ("different", "Two bodies.", officer)
    assert cleaning.look_for_duplicates(at=NOW) == cleaning.Looked(found=0, added=0, dropped=0)
    assert not open_pairs().exists()
    with pytest.raises(Refusal, match="decided already"):
        cleaning.call_different(actor=officer, pair=pair.pk, at=NOW)
    assert audit.history(("organisation", pair.first.ref)).last().act == "call profiles different"  # type: ignore[union-attr]


def test_profiles_on_one_legal_entity_are_suspected() -> None:
    owner = person()
    one, two = published(owner, name="Alpha Yards"), published(owner, name="Omega Pilots")
    stand_on(two, {}, by=owner, at=NOW, existing=one.legal_entity)
    cleaning.look_for_duplicates(at=NOW)
    assert DuplicatePair.objects.get().likeness == 100


# --- who may -----------------------------------------------------------------------------------------------------


def test_only_officers_look_and_decide() -> None:
    listed("Blue Harbour Cluster"), listed("Blue Harbour")
    cleaning.look_for_duplicates(at=NOW)
    pair = DuplicatePair.objects.get()
    for actor in (person(), appointed(Role.AUDITOR), appointed(Role.EXPERT), appointed(Role.ADMINISTRATOR)):
        with pytest.raises(Refusal, match="Only officers") as refused:
            cleaning.look_for_duplicates(actor=actor, at=NOW)
        assert refused.value.status == 403
        with pytest.raises(Refusal, match="Only officers"):
            cleaning.call_different(actor=actor, pair=pair.pk, at=NOW)
    with pytest.raises(Refusal, match="no such pair"):
        cleaning.call_different(actor=appointed(Role.OFFICER), pair=0, at=NOW)


@pytest.mark.usefixtures("at")
def test_pages_are_for_officers_and_auditors_read_them() -> None:
    listed("Blue Harbour Cluster"), listed("Blue Harbour")
    cleaning.look_for_duplicates(at=NOW)
    pair = DuplicatePair.objects.get()
    pages = [
        reverse("registry:duplicates"),
        reverse("registry:duplicate", args=[pair.pk]),
        reverse("registry:merge_pair", args=[pair.pk, pair.first.ref]),
        reverse("registry:merges"),
    ]
    for page in pages:
        assert browser().get(page).status_code == 302
        assert browser(person()).get(page).status_code == 403
        assert browser(appointed(Role.OFFICER)).get(page).status_code == 200
        assert browser(appointed(Role.AUDITOR)).get(page).status_code == 200
    for page in (*pages[1:3], reverse("registry:look")):
        assert browser(appointed(Role.AUDITOR)).post(page).status_code == 403
        assert browser(person()).post(page).status_code == 403
    pair.refresh_from_db()
    assert pair.state == "open"


@pytest.mark.usefixtures("at")
def test_an_officer_looks_compares_and_calls_them_different() -> None:
    desk = browser(appointed(Role.OFFICER))
    listed("Blue Harbour Cluster", "DK")
    unowned("Blue Harbour")
    told = desk.post(reverse("registry:look"), follow=True).content.decode()
    assert "New among them: 1." in told
    assert "Blue Harbour Cluster — Blue Harbour" in told
    assert "names that are alike" in told
    page = reverse("registry:duplicate", args=[DuplicatePair.objects.get().pk])
    shown = desk.get(page).content.decode()
    assert "Denmark" in shown
    assert "not stated" in shown
    done = desk.post(page, {"note": "Two ports."}, follow=True).content.decode()
    assert "are two organisations." in done
    assert "Two ports." in desk.get(page).content.decode()
    again = desk.post(page, {"note": ""})
    assert again.status_code == 409


@pytest.mark.usefixtures("at")
def test_names_are_text_on_the_pages() -> None:
    desk = browser(appointed(Role.OFFICER))
    name = "<script>alert(1)</script> & {{ 7|add:7 }} Harbour"
    listed(name), listed(name)
    cleaning.look_for_duplicates(at=NOW)
    pair = DuplicatePair.objects.get()
    for page in (
        reverse("registry:duplicates"),
        reverse("registry:duplicate", args=[pair.pk]),
        reverse("registry:merge_pair", args=[pair.pk, pair.second.ref]),
    ):
        shown = desk.get(page).content.decode()
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown
        assert "{{ 7|add:7 }}" in shown


@pytest.mark.usefixtures("at")
def test_more_pairs_and_more_people_take_no_more_queries() -> None:
    desk = browser(appointed(Role.OFFICER))

    def queries_of(page: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(page).status_code == 200
        return len(asked)

    def grow(number: int) -> None:
        for letter in "abcdefghijklmnopqrst"[:number]:
            listed(f"Harbour {letter * 5}", pic=letter), listed(f"Yards {letter * 7}", pic=letter)
            for pair in DuplicatePair.objects.select_related("first", "second"):
                member(person(), pair.first, "owner")
                member(person(), pair.second, "editor")
                PastPartnership.objects.create(organisation=pair.second, partnership=f"Ports {next(_count)}")
            cleaning.look_for_duplicates(at=NOW)

    grow(1)
    pair = DuplicatePair.objects.get()
    pages = [
        reverse("registry:duplicates"),
        reverse("registry:duplicate", args=[pair.pk]),
        reverse("registry:merge_pair", args=[pair.pk, pair.first.ref]),
    ]
    few = [queries_of(page) for page in pages]
    grow(8)
    assert open_pairs().count() > 8
    assert [queries_of(page) for page in pages] == few


@pytest.mark.usefixtures("at")
def test_the_list_goes_on_page_by_page_the_likeliest_first() -> None:
    desk = browser(appointed(Role.OFFICER))
    one = listed("Start")
    for number in range(30):
        other = listed(f"Other {number}")
        DuplicatePair.objects.create(first=one, second=other, likeness=60 + number % 7, found_at=NOW, reasons=["x"])
    seen: list[int] = []
    further = "?"
    while further:
        table = desk.get(reverse("registry:duplicates") + further).context["table"]
        seen += [pair.pk for pair in table.objects]
        further = table.next
    wanted = DuplicatePair.objects.order_by("-likeness", "pk")
    assert seen == [pair.pk for pair in wanted]


@pytest.mark.usefixtures("at")
def test_pages_of_pairs_that_are_not_there() -> None:
    desk = browser(appointed(Role.OFFICER))
    assert desk.get(reverse("registry:duplicate", args=[9])).status_code == 404
    assert desk.get(reverse("registry:merge_pair", args=[9, "x"])).status_code == 404
    assert desk.get(reverse("registry:merge", args=[9])).status_code == 404
    listed("Blue Harbour Cluster"), listed("Blue Harbour")
    cleaning.look_for_duplicates(at=NOW)
    pair = DuplicatePair.objects.get()
    assert desk.get(reverse("registry:merge_pair", args=[pair.pk, "another"])).status_code == 404


def test_the_worker_looks_once_a_day_if_anything_changed() -> None:
    listed("Harbour Sawmills Alliance", "DK")
    listed("Harbour Sawmill Alliance", "DK")
    assert cleaning.look_when_due(NOW) == 1
    assert DuplicatePair.objects.count() == 1
    assert cleaning.look_when_due(NOW + 2 * HOUR) == 0, "it looked today"
    assert cleaning.look_when_due(NOW + 30 * HOUR) == 0, "nothing changed since"
    Organisation.objects.update(changed_at=NOW + HOUR)
    assert cleaning.look_when_due(NOW + 30 * HOUR) == 1
    assert cleaning.look_when_due(NOW - 30 * HOUR) == 0, "a rehearsal clock that is set back makes nothing due"
