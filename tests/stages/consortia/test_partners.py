"""Partner search: what a draft lacks, who brings it, and how much the database is asked."""

import re
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.consortia.casting import (
    CALL,
    REGISTERED,
    a_consortium,
    editor_of,
    invited,
    organisation_in,
    organisation_of,
    owner_of,
    the_calls,
    unclaimed,
)

from hanse.callbook.reference import geography
from hanse.core.eligibility.advice import Matcher
from hanse.ground.search import semantic
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.queries import members, partners
from hanse.stages.consortia.queries.panel import examiner_of, of_members
from hanse.stages.registry.actions import registration
from hanse.stages.registry.actions.profiles import keep_tags
from hanse.stages.registry.models import LegalEntity, Organisation, PastPartnership
from hanse.stages.registry.queries import published, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at")]
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def calls() -> None:
    the_calls()


def listed(name: str, country: str, **values: Any) -> Organisation:
    """A profile from a source, with the tags by which lists filter."""
    made = unclaimed(name, country, kind=values.pop("kind", "cluster_organisation"), **values)
    keep_tags(made, {"sectors", "target_markets", "languages"})
    return made


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def names(answer: Any) -> list[str]:
    """The candidates of a page, in their order."""
    return [candidate.organisation.name for candidate in answer.context["candidates"]]


def look(consortium: Consortium, **asked: Any) -> Any:
    """The answer of the page to the coordinator."""
    return browsing("giulia").get(f"/consortia/{consortium.ref}/partners", asked)


def everybody(consortium: Consortium, **changed: Any) -> partners.Partners:
    """The answer to a question without filters, all on one page."""
    call = call_of(CALL, NOW)
    assert call is not None
    dossier = members.sketch(consortium, members.open_seats(consortium), planned=True)
    asked: dict[str, Any] = {"only_missing": False, "seed": consortium.ref, "most": 500, **changed}
    return partners.look_for_partners(call, dossier, published(), TODAY, **asked)


# --- what is missing and who brings it ---------------------------------------------------------------------------


def test_the_page_says_what_is_missing_and_who_brings_it() -> None:
    consortium = a_consortium("giulia", "jonas", targets=("US", "BR"), sectors=("photonics", "food"))
    organisation_in("FR")
    organisation_in("ES")
    listed("Brygge Ocean Cluster", "NO")
    answer = look(consortium)
    assert answer.status_code == 200
    told = words(answer)
    assert "One member is missing" in told
    assert "Targets that no member knows yet: Brazil" in told
    assert "Sectors of the draft in which no member works: Photonics" in told
    assert sorted(names(answer)) == ["Almenara Mobility Cluster", "Phare Photonics Cluster"]
    assert "With it, this is met: They are established in at least three different countries" in told
    assert "Knows Brazil" in told
    assert "a target that no member knows." in told
    assert "Works in Photonics, a sector of the draft that no member has." in told
    assert "Registered since 1 September 2020." in told


def test_each_candidate_is_invited_or_written_to() -> None:
    consortium = a_consortium("giulia", "jonas")
    phare = organisation_in("FR")
    page = look(consortium).content.decode()
    assert f'href="/consortia/blue-ways/invite?organisation={phare.ref}"' in page
    assert f'href="/calls/{CALL}/partners/first-word?to={phare.ref}"' in page
    other = browsing("jonas").get("/consortia/blue-ways/partners").content.decode()
    assert "/invite?organisation=" not in other
    assert "/partners/first-word?to=" in other


def test_who_is_invited_already_is_counted_and_not_proposed() -> None:
    consortium = a_consortium("giulia", "jonas")
    invited(consortium, "FR")
    answer = look(consortium, q="")
    assert "No member is missing" in words(answer)
    assert "Phare Photonics Cluster" not in names(answer)


def test_where_no_member_is_missing_those_come_who_bring_what_nobody_brings() -> None:
    consortium = a_consortium("giulia", "jonas", "mila", targets=("US", "BR"), sectors=("photonics",))
    organisation_in("FR")
    organisation_in("ES")
    organisation_in("PL")
    assert sorted(names(look(consortium))) == ["Almenara Mobility Cluster", "Phare Photonics Cluster"]
    assert len(names(look(consortium, q=""))) == 3
    complete = a_consortium("giulia", "jonas", "mila", ref="complete", targets=("US", "JP"))
    assert len(names(look(complete))) == 3  # nothing is missing, so nobody is left out


def test_a_registry_without_the_right_countries_does_not_hide_what_is_missing() -> None:
    a_consortium("giulia")
    answer = look(Consortium.objects.get())
    assert "2 members are missing" in words(answer)
    assert names(answer) == []


def test_a_draft_without_members_lacks_three() -> None:
    consortium = a_consortium("giulia")
    consortium.seats.update(state="left", ended_at=NOW)
    found = everybody(consortium)
    assert found.gap.size == 3


def test_where_the_strand_is_open_the_page_says_what_it_leaves_out() -> None:
    told = words(look(a_consortium("giulia", "jonas", strand="")))
    assert "The strand is not decided" in told
    assert "The strand is not decided" not in words(look(a_consortium("giulia", "mila", ref="decided")))


def test_a_region_is_known_through_one_of_its_countries_and_counts_once() -> None:
    consortium = a_consortium("giulia", "jonas", "mila", targets=("south-america",))
    listed("Andes Friends", "FR", target_markets=["BR", "CL", "south-america"])
    found = everybody(consortium).matches
    assert [(part.points, part.sentence) for part in found[0][0].parts] == [
        (5, "Knows South America, a target that no member knows.")
    ]


def test_whoever_would_break_a_rule_stands_last_with_the_reason() -> None:
    consortium = a_consortium("giulia", "jonas", targets=("US", "BR"))
    listed("Brygge Ocean Cluster", "NO", target_markets=["BR"], sectors=["food", "marine-technology"])
    organisation_in("FR", 1, target_markets=[], sectors=["textile"])
    answer = look(consortium, q="")
    assert names(answer) == ["Phare Photonics Cluster", "Brygge Ocean Cluster"]
    assert "It would break a rule: " in words(answer)


def test_who_publishes_is_found_at_once_and_who_withdraws_at_once_no_more() -> None:
    consortium = a_consortium("giulia", "jonas")
    assert names(look(consortium)) == []
    phare = organisation_in("FR")
    assert names(look(consortium)) == ["Phare Photonics Cluster"]
    registration.withdraw(actor=owner_of(phare), ref=phare.ref, reason="We merge.", at=NOW)
    assert names(look(consortium)) == []


def test_past_wins_change_neither_points_nor_place() -> None:
    consortium = a_consortium("giulia", "jonas")
    rivals = [listed(f"Rival {n}", "FR", sectors=["food"]) for n in range(6)]
    before = [(match.organisation.id, match.score) for match, _ in everybody(consortium).matches]
    for n, rival in enumerate(rivals[:3]):
        for turn in range(n + 1):
            PastPartnership.objects.create(organisation=rival, partnership=f"Winners {turn}", call="COS-2016")
    assert [(match.organisation.id, match.score) for match, _ in everybody(consortium).matches] == before


def test_equal_ones_stand_in_an_order_of_the_draft_that_stays() -> None:
    first, second = a_consortium("giulia", "jonas"), a_consortium("giulia", "jonas", ref="other-ways")
    for n in range(12):
        listed(f"Equal {n:02}", "FR")
    one, other = names(look(first)), names(look(second))
    assert one == names(look(first))
    assert sorted(one) == sorted(other)
    assert one != other


# --- exactness ---------------------------------------------------------------------------------------------------

SECTORS: tuple[Sequence[str], ...] = ((), ("food",), ("photonics", "textile"), ("food", "marine-technology", "digital"))
MARKETS: tuple[Sequence[str], ...] = ((), ("BR",), ("JP", "north-america"), ("CA", "US", "BR"))


def a_registry() -> None:
    """Organisations of every sort: country, kind, body, standing of the body, sectors and markets."""
    body = LegalEntity.objects.create(ref="le-own", legal_name="Own body", own_legal_personality=True, created_at=NOW)
    part = LegalEntity.objects.create(ref="le-part", legal_name="A part", own_legal_personality=False, created_at=NOW)
    sorts = product(("FR", "NO", "RS", ""), ("cluster_organisation", "other", ""), (body, part, None))
    for n, (country, kind, entity) in enumerate(sorts):
        for turn in (n, n + 1):
            listed(
                f"Sort {n}-{turn}",
                country,
                kind=kind,
                legal_entity=entity,
                sectors=list(SECTORS[turn % 4]),
                target_markets=list(MARKETS[turn // 4 % 4]),
            )


@pytest.mark.parametrize("drafted", [("giulia",), ("giulia", "jonas"), ("giulia", "jonas", "mila")])
def test_the_best_are_those_that_matching_everybody_one_by_one_finds(drafted: tuple[str, ...]) -> None:
    consortium = a_consortium(*drafted, targets=("BR", "north-america"), sectors=("photonics",))
    a_registry()
    found = everybody(consortium, sectors_sought=consortium.sectors)
    assert found.number == len(found.matches) == published().count() - len(drafted)
    places = [(bool(match.against), -match.score) for match, _ in found.matches]
    assert places == sorted(places)
    few = everybody(consortium, sectors_sought=consortium.sectors, most=15)
    assert [match.score for match, _ in few.matches] == [match.score for match, _ in found.matches[:15]]
    assert {match.organisation.id for match, _ in found.matches} == {
        row.ref for row in published() if row.ref not in {seat.organisation.ref for seat in consortium.seats.all()}
    }


def test_page_after_page_shows_each_once() -> None:
    consortium = a_consortium("giulia", "jonas", targets=("BR", "US"))
    a_registry()
    whole = [row.pk for _, row in everybody(consortium).matches]
    parts = [
        row.pk for first in range(0, len(whole), 7) for _, row in everybody(consortium, first=first, most=7).matches
    ]
    assert sorted(parts) == sorted(whole)


def test_pages_turn_forward_and_back_with_the_question_kept() -> None:
    consortium = a_consortium("giulia", "jonas")
    for n in range(45):
        listed(f"Cluster {n}", "FR", sectors=["food"])
    first = look(consortium, sector="food")
    assert "45 organisations come into question; 20 are shown" in words(first)
    assert first.context["pages"] == [("Further ones", "?sector=food&page=2")]
    last = look(consortium, sector="food", page="3")
    assert (len(names(last)), last.context["pages"]) == (5, [("Better ones", "?sector=food&page=2")])
    for nonsense in ("0", "x", "-1", "99999999999999999999", "²"):
        assert len(names(look(consortium, sector="food", page=nonsense))) == 20


# --- filters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"country": "FR"}, ["Phare"]),
        ({"sector": "mobility"}, ["Almenara"]),
        ({"market": "BR"}, ["Almenara"]),
        ({"kind": "business_network"}, ["Quai"]),
        ({"language": "fr"}, ["Quai"]),
        ({"q": "photon"}, ["Phare"]),
        ({"q": "photon", "country": "ES"}, []),
        ({"q": "zeppelin"}, []),
        ({"q": "zeppelin", "missing": "on"}, []),
        ({"sector": "drones"}, []),
        ({"registered": "on"}, ["Almenara", "Phare"]),
        ({"registered": "on", "country": "BE"}, []),
        ({"missing": "on", "country": "NO"}, []),
    ],
)
def test_filters_leave_what_is_asked_for(asked: dict[str, str], found: list[str]) -> None:
    consortium = a_consortium("giulia", "jonas")
    organisation_in("FR")
    organisation_in("ES")
    listed("Quai Textile Network", "BE", kind="business_network", languages=["fr"])
    listed("Brygge Ocean Cluster", "NO")
    assert sorted(name.split()[0] for name in names(look(consortium, **asked))) == found


def test_where_a_site_has_chosen_so_words_also_find_what_is_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    consortium = a_consortium("giulia", "jonas")
    organisation_in("FR")
    organisation_in("ES")
    assert names(look(consortium, q="Phottonics")) == []
    monkeypatch.setenv(semantic.SETTING, "letters")
    semantic.renew()
    answer = look(consortium, q="Phottonics")
    assert names(answer)[0] == "Phare Photonics Cluster"
    assert "Also finds profiles that are alike." in words(answer)
    assert names(look(consortium, q="Phottonics", country="ES")) == []


def test_a_filter_that_makes_no_sense_is_told_and_nothing_is_lost() -> None:
    answer = look(a_consortium(), country="Atlantis", q="ships")
    assert answer.status_code == 422
    assert "ships" in answer.content.decode()
    answer = browsing("giulia").get("/consortia/blue-ways/partners/map?country=Atlantis")
    assert answer.status_code == 422


def test_the_map_counts_the_same_organisations() -> None:
    consortium = a_consortium("giulia", "jonas")
    organisation_in("FR")
    listed("Brygge Ocean Cluster", "NO")
    client = browsing("giulia")
    told = words(client.get("/consortia/blue-ways/partners/map", {"missing": "on"}))
    assert "France : 1" in told
    assert "Norway" not in told.split("By country")[1]
    told = words(client.get("/consortia/blue-ways/partners/map", {"sector": "photonics"}))
    assert "France : 1" in told.split("By country")[1]
    assert "country=FR" in client.get("/consortia/blue-ways/partners/map").content.decode()
    assert consortium.name in told


def test_where_the_call_is_gone_the_page_says_so() -> None:
    consortium = a_consortium(call="GONE-2011")
    answer = look(consortium)
    assert answer.status_code == 200
    assert "The call is not known here any more" in words(answer)


# --- who may, and how much it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["partners", "partners/map"])
def test_members_search_and_nobody_else_learns_that_there_is_a_consortium(page: str) -> None:
    consortium = a_consortium("giulia", "jonas")
    seat = invited(consortium, "FR")
    guest = browsing()
    guest.force_login(owner_of(seat.organisation), backend="django.contrib.auth.backends.ModelBackend")
    for who in ("charlie", "odile", "halvard", "ines"):
        assert browsing(who).get(f"/consortia/blue-ways/{page}").status_code == 404
    assert browsing("jonas").get(f"/consortia/blue-ways/{page}").status_code == 200
    assert browsing().get(f"/consortia/blue-ways/{page}").status_code == 302


def test_a_larger_registry_takes_no_more_queries() -> None:
    a_consortium("giulia", "jonas")
    organisation_in("FR", sectors=["food"])
    client = browsing("giulia")

    def asked(**question: str) -> int:
        client.get("/consortia/blue-ways/partners", question)
        with CaptureQueriesContext(connection) as captured:
            client.get("/consortia/blue-ways/partners", question)
        return len(captured)

    few = [asked(), asked(q=""), asked(sector="food")]
    for n in range(40):
        listed(f"Cluster {n}", "FR", sectors=["food"], target_markets=["JP"])
    assert [asked(), asked(q=""), asked(sector="food")] == few
    assert max(few) <= 15


# --- before there is a consortium --------------------------------------------------------------------------------

MATCH = f"/calls/{CALL}/partners/organisations"


def test_an_organisation_looks_for_partners_before_it_has_a_consortium() -> None:
    lanterna = organisation_of("giulia")
    organisation_in("FR")
    answer = browsing("giulia").get(MATCH)
    assert "Around Lanterna Marine Cluster" in words(answer)
    assert "2 members are missing" in words(answer)
    assert names(answer) == ["Phare Photonics Cluster"]
    page = answer.content.decode()
    assert "/invite?" not in page
    assert "/partners/first-word?to=" in page
    assert lanterna.name not in names(answer)


def test_who_acts_for_several_chooses_one() -> None:
    organisation_of("giulia")
    editor_of("giulia", organisation_of("jonas"))
    client = browsing("giulia")
    assert "Around Lanterna" in words(client.get(MATCH))
    told = words(client.get(MATCH, {"organisation": organisation_of("jonas").ref, "strand": "A"}))
    assert "Around Salzspeicher Food Network" in told
    assert client.get(MATCH, {"strand": "Z"}).status_code == 422


def test_who_has_no_registered_organisation_is_told_what_to_do() -> None:
    assert "No organisation of yours is registered" in words(browsing("charlie").get(MATCH))
    assert browsing().get(MATCH).status_code == 302
    assert browsing("charlie").get("/calls/GONE-2011/partners/organisations").status_code == 404
    assert person("charlie").email


def test_the_matcher_and_the_database_give_the_same_points() -> None:
    """What the page orders by is what it shows: no weight is hidden in the question to the database."""
    consortium = a_consortium("giulia", "jonas", targets=("BR", "north-america"), sectors=("photonics",))
    a_registry()
    found = everybody(consortium, sectors_sought=consortium.sectors)
    call = call_of(CALL, NOW)
    assert call is not None
    dossier = members.sketch(consortium, members.open_seats(consortium), planned=True)
    matcher = Matcher(
        dossier,
        examiner_of(of_members(call), TODAY),
        wanted=found.gap.countries,
        sectors=consortium.sectors,
        region_of=geography().regions,
    )
    assert {row.pk: match.score for match, row in found.matches} == {
        row.pk: matcher.match(snapshot(row)).score for _, row in found.matches
    }
    assert REGISTERED < NOW
