"""Can we apply? The address is the question, and nothing is stored."""

import re
from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.http import QueryDict
from django.test import Client
from tests.stages.announcement.conftest import CALL, PAGE

from hanse.callbook.calls import call_names, read_call
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.ground import search
from hanse.stages.announcement.forms.check import MOST_MEMBERS, Sketch, dossier_of, read_sketch
from hanse.stages.announcement.queries.verdicts import Answer, answer_of
from hanse.stages.registry.models import LegalEntity, Organisation, RegistrationStep

CHECK = f"{PAGE}/check"
ALL = {"all-kind": "cluster_organisation", "all-entity": "yes", "all-personality": "yes", "all-registered": "yes"}
MONEY = {"months": "30", "cost": "600 000", "grant": "500000", "other": "100000"}


def query(*countries: str, **changed: str | list[str]) -> str:
    """Members in these countries, every fact stated, unless changed."""
    said: dict[str, str | list[str]] = {"strand": "A", "country": list(countries), "target": ["US", "JP"]}
    return urlencode({**said, **ALL, **MONEY, **{key.replace("_", "-"): held for key, held in changed.items()}}, True)


def sketch(written: str) -> Sketch:
    return read_sketch(QueryDict(written), read_call(CALL))


def answer(written: str) -> Answer:
    call = read_call(CALL)
    found = sketch(written)
    dossier = dossier_of(found, call)
    assert not found.faults, found.faults
    return answer_of(call, dossier, datetime(2020, 11, 29).date())  # noqa: DTZ001 -- a day


def broken(written: str) -> list[str]:
    return [told.rule for told in answer(written).broken]


def missing(written: str) -> list[str]:
    return [told.rule for told in answer(written).missing]


def test_three_clusters_of_three_member_states_may_apply() -> None:
    found = answer(query("IT", "DE", "FR"))
    assert found.verdict is ProposalVerdict.ELIGIBLE
    assert not found.broken and not found.missing
    assert [told.rule for told in found.officer] == ["A-scope", "A-actions", "five-properties"]
    assert [told.rule for told in found.together] == ["one-strand", "one-consortium-per-strand"]


def test_two_may_not_and_the_smallest_repair_is_told() -> None:
    found = answer(query("IT", "DE"))
    assert found.verdict is ProposalVerdict.NOT_ELIGIBLE
    assert "Add 1 more legal entity." in [told.repair for told in found.repairs]
    assert found.broken[0].source and found.broken[0].anchor.startswith("rule-")


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"all_kind": ""}, "cluster-organisations"),
        ({"all_personality": ""}, "own-legal-personality"),
        ({"all_registered": ""}, "registered"),
        ({"months": ""}, "duration"),
        ({"cost": ""}, "rate"),
        ({"grant": ""}, "cap"),
        ({"target": ""}, "A-two-targets"),
        (
            {
                "country": ["IT", "DE", ""],
                "role": ["coordinator", "beneficiary", "beneficiary"],
                "kind": ["", "", "other"],
            },
            "A-three-countries",
        ),
    ],
)
def test_what_is_left_out_is_undecided(changed: dict[str, str | list[str]], rule: str) -> None:
    assert rule in missing(query("IT", "DE", "FR", **changed))


def test_without_legal_entities_two_of_one_country_might_be_one() -> None:
    assert "A-three-entities" in missing(query("IT", "IT", "FR", all_entity=""))


def test_a_row_speaks_before_what_was_said_of_all() -> None:
    assert broken(query("IT", "DE", "FR", registered=["", "no", ""])) == ["registered"]
    assert broken(query("IT", "DE", "FR", kind=["other", "", ""])) == ["cluster-organisations"]


def test_the_strand_left_open_is_undecided() -> None:
    assert answer(query("IT", "DE", "FR", strand="")).verdict is ProposalVerdict.UNDECIDED


def test_roles_are_the_usual_ones_unless_chosen() -> None:
    members = dossier_of(sketch(query("IT", "DE", "US", role=["", "", "international_partner"])), read_call(CALL))
    roles = [participant.role.value for participant in members.consortium.participants]
    assert roles == ["coordinator", "beneficiary", "international_partner"]


@pytest.mark.parametrize(
    "written",
    [
        query("IT", "DE", "FR"),
        query("IT", "DE", "FR", kind=["other", "", "business_network"], registered=["", "no", "yes"]),
        query("IT", "DE", "", "FR", kind=["", "", "other", ""]),
        query("GB", "UK", "EL", "TR", strand="B", target=["north-america", "JP", "BR"]),
        query("IT", role=["international_partner"], months="x", cost="1,2"),
        "",
    ],
)
def test_the_shared_link_asks_the_same(written: str) -> None:
    first = sketch(written)
    again = sketch(first.query())
    call = read_call(CALL)
    assert dossier_of(again, call) == dossier_of(sketch(written), call)
    assert again.query() == first.query()


def test_every_call_asks_its_own_facts_and_answers(calls: datetime, client: Client) -> None:
    for name in call_names():
        response = client.get(f"/calls/{name}/check?{query('IT', 'DE', 'FR', strand='')}")
        assert response.status_code == 200, name
        assert response.context["answer"] is not None


def test_the_page_begins_with_three_rows_and_no_answer(calls: datetime, client: Client) -> None:
    response = client.get(CHECK)
    assert response.status_code == 200
    assert len(response.context["rows"]) == 3
    assert response.context["answer"] is None


def test_another_row_without_scripts(calls: datetime, client: Client) -> None:
    response = client.get(f"{CHECK}?{query('IT', 'DE', 'FR')}&add=member")
    rows = response.context["rows"]
    assert len(rows) == 4
    assert [shown.row.country for shown in rows] == ["IT", "DE", "FR", ""]
    response = client.get(f"{CHECK}?{query('IT', 'DE', 'FR')}&add=target")
    assert len(response.context["targets"]) == 3


def test_the_answer_with_its_reasons_stands_on_the_page(calls: datetime, client: Client) -> None:
    page = client.get(f"{CHECK}?{query('IT', 'DE')}").content.decode()
    assert "No: not as it stands" in page
    assert "Smallest repair:" in page
    assert f'href="{PAGE}#rule-A-three-countries"' in page


def test_scripts_get_the_answer_alone(calls: datetime, client: Client) -> None:
    response = client.get(f"{CHECK}?{query('IT', 'DE', 'FR')}", headers={"HX-Request": "true"})
    page = response.content.decode()
    assert page.startswith('<div id="verdict"')
    assert "<html" not in page and "Yes: every rule" in page
    faulty = client.get(f"{CHECK}?country=QQ", headers={"HX-Request": "true"})
    assert faulty.status_code == 200 and "not a country code" in faulty.content.decode()


def test_nothing_is_stored(calls: datetime, client: Client) -> None:
    def rows() -> dict[str, int]:
        return {model._meta.label: model._default_manager.count() for model in apps.get_models()}

    before = rows()
    response = client.get(f"{CHECK}?{query('IT', 'DE', 'FR', organisation=['x', 'y', 'z'])}")
    assert response.status_code == 200
    assert rows() == before
    assert not response.cookies


@pytest.mark.parametrize(
    "hostile",
    [
        "country=%00&organisation=%00",
        "country=<script>alert(1)</script>&role=<b>&kind=\"'><img>",
        "strand=%E2%80%AE&months=99999999999999999999&cost=1e999999",
        "cost=" + "9" * 4000,
        "grant=-1&other=NaN",
        "&".join(["country=IT"] * 500),
        "&".join(["target=US"] * 500),
        "target=%F0%9F%92%A9&target=../../etc",
        "all-kind=cluster&all-registered=maybe",
        "country=IT&role=coordinator&country=DE&role=coordinator",
        "%FF%FE=%FF&add=%00",
        "organisation=" + "x" * 9000,
        "organisation=%22%20OR%201%3D1%20--%20*)",
    ],
)
def test_hostile_addresses_are_harmless(calls: datetime, client: Client, hostile: str) -> None:
    response = client.get(f"{CHECK}?{hostile}")
    assert response.status_code in (200, 422)
    page = response.content.decode()
    assert "<script>alert" not in page and "<img>" not in page
    assert "\0" not in page


def test_what_was_typed_stays_with_the_fault_that_names_it(calls: datetime, client: Client) -> None:
    response = client.get(f"{CHECK}?country=QQ&months=soon&cost=1,5")
    assert response.status_code == 422
    page = response.content.decode()
    assert {fault.anchor for fault in response.context["sketch"].faults} == {"country-1", "months", "cost"}
    assert '<option value="QQ" selected>QQ</option>' in page
    assert 'value="soon"' in page and 'value="1,5"' in page
    for anchor in ("country-1", "months", "cost"):
        assert f'href="#{anchor}"' in page and f'id="{anchor}"' in page


def test_the_same_organisation_twice_is_named(calls: datetime, client: Client) -> None:
    registered("Lanterna Marine Cluster", "lanterna", "IT", calls)
    response = client.get(f"{CHECK}?organisation=lanterna&organisation=lanterna")
    assert response.status_code == 422
    assert "named twice" in response.content.decode()


# --- organisations of the registry -----------------------------------------------------------------------------


def registered(name: str, ref: str, country: str, at: datetime) -> Organisation:
    entity = LegalEntity.objects.create(
        ref=f"{ref}-body", legal_name=name, country=country, own_legal_personality=True, created_at=at
    )
    organisation = Organisation.objects.create(
        ref=ref,
        name=name,
        name_key=name.casefold(),
        legal_entity=entity,
        kind="cluster_organisation",
        country=country,
        status="published",
        published_at=at,
        created_at=at,
        changed_at=at,
    )
    RegistrationStep.objects.create(organisation=organisation, status="published", at=at)
    search.put("organisation", ref, name, name)
    return organisation


def test_picked_organisations_bring_their_facts(calls: datetime, client: Client) -> None:
    for ref, name, country in (
        ("lanterna", "Lanterna Marine Cluster", "IT"),
        ("salzspeicher", "Salzspeicher Food Network", "DE"),
        ("phare", "Phare Photonics Cluster", "FR"),
    ):
        registered(name, ref, country, calls)
    picked = ["lanterna", "Salzspeicher Food Network", "phare"]
    bare = urlencode({"strand": "A", "organisation": picked, "target": ["US", "JP"], **MONEY}, True)
    response = client.get(f"{CHECK}?{bare}")
    assert response.context["answer"].verdict is ProposalVerdict.ELIGIBLE
    assert "Found: Salzspeicher Food Network" in response.content.decode()


def test_a_name_that_is_not_there_gets_suggestions(calls: datetime, client: Client) -> None:
    registered("Lanterna Marine Cluster", "lanterna", "IT", calls)
    response = client.get(f"{CHECK}?organisation=lanterna+marine&country=IT")
    [suggestion] = response.context["suggestions"]
    [(name, address)] = suggestion.choices
    assert name == "Lanterna Marine Cluster"
    taken = client.get(address)
    assert taken.context["rows"][0].row.known.id == "lanterna"


def test_a_private_organisation_is_not_told(calls: datetime, client: Client) -> None:
    secret = registered("Secret Cluster", "secret", "IT", calls)
    secret.status = "requested"
    secret.save()
    page = client.get(f"{CHECK}?organisation=secret").content.decode()
    assert "Secret Cluster" not in page


def test_queries_do_not_grow_with_rows(calls: datetime, client: Client, django_assert_max_num_queries: object) -> None:
    for number in range(MOST_MEMBERS):
        registered(f"Cluster {number}", f"cluster-{number}", "IT", calls)
    for many in (1, MOST_MEMBERS):
        picked = urlencode({"organisation": [f"cluster-{number}" for number in range(many)]}, True)
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            client.get(f"{CHECK}?{picked}")
    unknown = urlencode({"organisation": [f"none {number}" for number in range(MOST_MEMBERS)]}, True)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        client.get(f"{CHECK}?{unknown}")


def test_a_full_form_stays_light(calls: datetime, client: Client) -> None:
    page = client.get(f"{CHECK}?{query(*['IT'] * MOST_MEMBERS)}").content
    assert len(page) < 500_000
    assert not re.search(rb"\sstyle=|\son[a-z]+=|<style|<script(?! defer src)", page)
