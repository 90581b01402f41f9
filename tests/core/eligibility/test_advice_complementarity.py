"""What each partner brings alone, what several share, what nobody covers."""

from hypothesis import given
from hypothesis import strategies as st
from tests import cast

from hanse.core.consortium import Organisation
from hanse.core.eligibility.advice import complementarity
from hanse.core.values.unknown import NOT_STATED, Unknown


def partner(country: str, sectors: str = "", markets: str = "") -> Organisation:
    """A cluster organisation with sectors and markets."""
    return cast.organisation(country, sectors=frozenset(sectors.split()), markets=frozenset(markets.split()))


MEMBERS = cast.of_members(partner("IT", "marine energy", "JP"), partner("DE", "food marine", "JP US"), partner("RS"))


def test_each_partner_is_told_by_what_it_alone_brings() -> None:
    found = complementarity(cast.dossier(consortium=MEMBERS))
    italy, germany, serbia = found.shares
    assert (italy.alone_sectors, italy.alone_markets) == (("energy",), ())
    assert (germany.alone_sectors, germany.alone_markets) == (("food",), ("US",))
    assert italy.shared_sectors == {"marine": ("salzspeicher",)}
    assert germany.shared_markets == {"JP": ("lanterna",)}
    assert (found.sectors, found.markets) == (("energy", "food", "marine"), ("JP", "US"))
    assert found.sentences == (
        "Lanterna Marine Cluster alone brings sectors energy.",
        "Salzspeicher Food Network alone brings sectors food; markets US.",
        "Sava Software Network states neither sectors nor markets.",
        "Each target of the proposal is a market that a partner names.",
    )
    assert (serbia.sectors, serbia.markets) == (frozenset(), frozenset())


def test_a_partner_that_brings_nothing_of_its_own_is_told_so() -> None:
    members = cast.of_members(partner("IT", "marine"), partner("DE", "marine"))
    found = complementarity(cast.dossier(consortium=members))
    assert found.sentences[0] == "Lanterna Marine Cluster brings nothing that no other partner names."


def test_targets_that_no_partner_knows_are_gaps() -> None:
    members = cast.of_members(partner("IT", "", "US"))
    found = complementarity(cast.dossier(consortium=members, targets=("JP", "north_america")), region_of=cast.REGIONS)
    assert found.gaps == ("JP",)
    assert found.sentences[-1] == "No partner names these targets of the proposal as a market: JP."
    assert complementarity(cast.dossier(consortium=members, targets=("north_america",))).gaps == ("north_america",)


def test_where_targets_are_not_stated_gaps_are_unknown() -> None:
    found = complementarity(cast.dossier(consortium=MEMBERS, targets=NOT_STATED), [partner("FR", "photonics")])
    assert isinstance(found.gaps, Unknown)
    assert found.sentences[-1] == "The targets of the proposal are not stated, so gaps cannot be told."
    assert found.gains[0].fills == ()


def test_candidates_that_fill_a_gap_come_first_then_those_that_add_most() -> None:
    pool = [
        partner("FR", "photonics optics lasers"),
        partner("ES", "", "BR"),
        partner("PL", "marine"),
        partner("GR", "aquaculture"),
        partner("IT", "robots"),
    ]
    found = complementarity(cast.dossier(consortium=MEMBERS, targets=("JP", "BR")), pool)
    assert [gain.organisation.id for gain in found.gains] == ["almenara", "phare", "faros"]
    assert (found.gains[0].new_markets, found.gains[0].fills) == (("BR",), ("BR",))
    assert found.gains[1].new_sectors == ("lasers", "optics", "photonics")
    assert found.adding == 3
    assert len(complementarity(cast.dossier(consortium=MEMBERS), pool, show=1).gains) == 1


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=4), max_size=5))
def test_every_sector_is_either_one_partners_own_or_shared(sectors: list[frozenset[str]]) -> None:
    members = cast.of_members(*(Organisation(f"o{n}", sectors=named) for n, named in enumerate(sectors)))
    found = complementarity(cast.dossier(consortium=members))
    own = [sector for share in found.shares for sector in share.alone_sectors]
    shared = {sector for share in found.shares for sector in share.shared_sectors}
    assert len(own) == len(set(own))
    assert set(own) | shared == set(found.sectors)
    assert not set(own) & shared
    assert own == [s for named in sectors for s in sorted(named) if sum(s in other for other in sectors) == 1]
