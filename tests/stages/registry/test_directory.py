"""The directory and the map: whom filters find, in which order, and what can be taken away."""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import draft, person

from hanse.stages.registry.actions.profiles import keep_found, keep_tags
from hanse.stages.registry.actions.reference_data import load_reference_data
from hanse.stages.registry.models import Fact, Organisation, PastPartnership
from hanse.stages.registry.queries import listing, profiles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at")]
LIST, MAP = "/organisations", "/organisations/map"


def listed(name: str, **values: Any) -> Organisation:
    """A published profile, with tags and a place in the search."""
    one = Organisation.objects.create(
        ref=profiles.new_ref(name),
        name=name,
        name_key=profiles.name_key(name),
        source="https://example.org/members",
        status=Organisation.Status.PUBLISHED,
        created_at=NOW,
        changed_at=NOW,
        **values,
    )
    keep_tags(one, set(profiles.LISTS))
    keep_found(one)
    return one


def names(**asked: str) -> list[str]:
    """The names that the page shows, in their order."""
    answer = Client().get(LIST, asked)
    assert answer.status_code == 200
    return re.findall(r'data-ecl-table-header="Name"><a [^>]*><bdi>(.*?)</bdi>', answer.content.decode())


@pytest.fixture
def three() -> None:
    """Three organisations that differ in all that filters ask."""
    listed("Älpine Foods", country="AT", sectors=["food"], kind="cluster_organisation", target_markets=["JP"])
    listed("Berlin Photonics", country="DE", sectors=["photonics", "space"], languages=["de"], city="Berlin")
    listed("Chilean Partner", country="CL", international=True, sectors=["food"], languages=["es", "de"])


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Älpine Foods", "Berlin Photonics", "Chilean Partner"]),
        ({"sort": "-name"}, ["Chilean Partner", "Berlin Photonics", "Älpine Foods"]),
        ({"country": "DE"}, ["Berlin Photonics"]),
        ({"country": "none"}, []),
        ({"sector": "food"}, ["Älpine Foods", "Chilean Partner"]),
        ({"sector": "food", "country": "CL"}, ["Chilean Partner"]),
        ({"language": "de"}, ["Berlin Photonics", "Chilean Partner"]),
        ({"language": "de", "sector": "space"}, ["Berlin Photonics"]),
        ({"market": "JP"}, ["Älpine Foods"]),
        ({"kind": "cluster_organisation"}, ["Älpine Foods"]),
        ({"international": "yes"}, ["Chilean Partner"]),
        ({"international": "no"}, ["Älpine Foods", "Berlin Photonics"]),
        ({"q": "alpine"}, ["Älpine Foods"]),
        ({"q": "BERL"}, ["Berlin Photonics"]),
        ({"q": "partner", "country": "CL"}, ["Chilean Partner"]),
        ({"q": "partner", "country": "DE"}, []),
        ({"q": "nowhere"}, []),
        ({"country": "QQ", "sector": "magic"}, ["Älpine Foods", "Berlin Photonics", "Chilean Partner"]),
        ({"q": 'a" OR b* NEAR(x)'}, []),
    ],
)
def test_filters_find_those_that_meet_all_of_them(asked: dict[str, str], found: list[str]) -> None:
    assert names(**asked) == found


def test_what_is_not_published_is_nowhere() -> None:
    draft(person(), name="Secret Draft")
    assert names() == []
    assert "Secret" not in Client().get(LIST, {"format": "csv"}).getvalue().decode()
    assert "Denmark" not in re.sub(r"(?s)<select.*?</select>", "", Client().get(MAP).content.decode())


def test_pages_follow_each_other_while_rows_come() -> None:
    for number in range(60):
        listed(f"Network {number:02}")
    client, seen, address = Client(), [], LIST
    while address:
        text = client.get(address).content.decode()
        seen += re.findall(r"<bdi>(Network \d\d)</bdi>", text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = LIST + following[1].replace("&amp;", "&") if following else ""
        if len(seen) == 25:
            listed("Network 00 b")
    assert seen == [f"Network {number:02}" for number in range(60)]


def test_too_many_found_by_words_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_FOUND", 2)
    for number in range(3):
        listed(f"Network {number}")
    assert len(names(q="network")) == 2
    assert "add a word" in Client().get(LIST, {"q": "network"}).content.decode()


def test_htmx_gets_the_table_alone() -> None:
    listed("One")
    text = Client().get(LIST, headers={"HX-Request": "true", "HX-Target": "organisations"}).content.decode()
    assert "<html" not in text
    assert "<bdi>One</bdi>" in text


@pytest.mark.usefixtures("three")
def test_what_was_chosen_stays_chosen() -> None:
    text = Client().get(LIST, {"country": "DE", "q": "berlin"}).content.decode()
    assert '<option value="DE" selected>' in text
    assert text.count(" selected>") == 6
    assert 'value="berlin"' in text


HOSTILE = "<script>alert(1)</script>"


def test_hostile_names_are_harmless_in_lists_and_exports() -> None:
    listed(HOSTILE)
    for name in ("=1+1", "\u202eevil", "@cmd", "-2+3", "x" * 300):
        listed(name.ljust(3), city="\t=cmd|' /C calc'!A0")
    page = Client().get(LIST).content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    text = Client().get(LIST, {"format": "csv"}).getvalue().decode()
    rows = [line.split(",") for line in text.splitlines()]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    book = load_workbook(io.BytesIO(Client().get(LIST, {"format": "xlsx"}).getvalue()))
    assert book.active is not None
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.usefixtures("three")
def test_exports_hold_what_the_filters_leave() -> None:
    text = Client().get(LIST, {"format": "csv", "sector": "food"}).getvalue().decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["Name", "Älpine Foods", "Chilean Partner"]


@pytest.mark.usefixtures("three")
def test_the_map_counts_and_each_count_leads_to_its_list() -> None:
    text = Client().get(MAP, {"sector": "food"}).content.decode()
    counts = re.findall(r'<a class="ecl-link" href="([^"]+)">(\d+)<span class="ecl-u-sr-only"> in ([^<]+)</span>', text)
    assert [(number, country) for _, number, country in counts] == [("1", "Austria"), ("1", "Chile")]
    address = counts[0][0].replace("&amp;", "&")
    assert re.findall(r"<bdi>(.*?)</bdi>", Client().get(address).content.decode()) == ["Älpine Foods"]


def test_the_map_tells_those_whose_country_is_not_stated() -> None:
    listed("Nowhere")
    text = Client().get(MAP).content.decode()
    assert "Not stated" in text
    assert names(country="none") == ["Nowhere"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_a_constant_number_of_questions(count: int) -> None:
    for number in range(count):
        listed(f"Network {number}", country=("DE", "FR", "")[number], sectors=["food"])
    client, asked = Client(), []
    for address in (LIST, f"{LIST}?q=network&sector=food", MAP):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked.append(len(queries))
    assert asked == [3, 6, 3]


def test_the_page_needs_no_script_and_carries_none() -> None:
    listed("One")
    for address in (LIST, MAP):
        text = Client().get(address).content.decode()
        assert not re.findall(r"<script(?![^>]* src=)|\sstyle=|\son[a-z]+=", text)


# --- the real organisations --------------------------------------------------------------------------------------


def test_real_organisations_are_listed_once_with_their_sources() -> None:
    first = load_reference_data(at=NOW)
    assert first == Organisation.objects.count() > 200
    assert load_reference_data(at=NOW) == 0
    assert Organisation.objects.count() == first
    assert not Organisation.objects.filter(source="").exists()
    assert PastPartnership.objects.exclude(source="").count() == PastPartnership.objects.count() > 50
    one = Organisation.objects.get(name="AC Styria")
    assert (one.country, one.sectors, one.status) == ("AT", ["automotive-and-railway"], "published")
    assert names(q="ac styria") == ["AC Styria"]
    assert set(Fact.objects.filter(organisation=one).values_list("name", flat=True)) == {"name", "country", "sectors"}
    assert not one.memberships.exists()


def test_what_somebody_made_of_a_listed_profile_is_left_alone() -> None:
    load_reference_data(at=NOW)
    one = Organisation.objects.get(name="AC Styria")
    Organisation.objects.filter(pk=one.pk).update(name="ACstyria Mobility", source="")
    kept = list(one.past_partnerships.values_list("pk", flat=True))
    assert load_reference_data(at=NOW) == 0
    assert not Organisation.objects.filter(name="AC Styria").exists()
    assert list(one.past_partnerships.values_list("pk", flat=True)) == kept


def test_the_addresses_of_the_directory_are_as_agreed() -> None:
    assert (reverse("registry:organisations"), reverse("registry:map")) == (LIST, MAP)
