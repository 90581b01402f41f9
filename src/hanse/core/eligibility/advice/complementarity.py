"""What each partner brings that no other does, what several share, and what nobody covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from hanse.core.consortium import Organisation
from hanse.core.eligibility.advice.gains import Gains
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Maybe, Unknown


@dataclass(frozen=True, slots=True)
class Share:
    """What one partner knows.

    Attributes:
        sectors, markets: all that it names.
        alone_sectors, alone_markets: what no other partner names.
        shared_sectors, shared_markets: ids of the other partners that name the same.
        sentence: the same in words.
    """

    member: Organisation
    sectors: frozenset[str]
    markets: frozenset[str]
    alone_sectors: tuple[str, ...]
    alone_markets: tuple[str, ...]
    shared_sectors: Mapping[str, tuple[str, ...]]
    shared_markets: Mapping[str, tuple[str, ...]]
    sentence: str


@dataclass(frozen=True, slots=True)
class Gain:
    """What an organisation of the pool would add: sectors and markets that no partner names, and gaps it fills."""

    organisation: Organisation
    new_sectors: tuple[str, ...]
    new_markets: tuple[str, ...]
    fills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complementarity:
    """How the partners complete each other.

    Attributes:
        sectors, markets: everything that a partner names, in alphabetical order: the columns of the matrix whose
            rows are `shares`.
        shares: one for each partner, in the order of the application.
        gaps: targets of the proposal that no partner names as a market; unknown if the targets are not stated.
        gains: candidates that would add something, those that add most first.
        adding: how many candidates would add something.
        sentences: the same in words.
    """

    sectors: tuple[str, ...]
    markets: tuple[str, ...]
    shares: tuple[Share, ...]
    gaps: Maybe[tuple[str, ...]]
    gains: tuple[Gain, ...]
    adding: int
    sentences: tuple[str, ...]


def complementarity(
    dossier: Dossier,
    pool: Sequence[Organisation] = (),
    *,
    region_of: Mapping[str, str] | None = None,
    show: int | None = None,
) -> Complementarity:
    """Compare the sectors and markets that partners name, and those that candidates would add.

    Args:
        pool: candidates; those whose id stands in the consortium are left out.
        region_of: world region by country code. A target region is covered by a partner that names it or a
            country in it.
        show: how many candidates to list; all that add something if left out.
    """
    members = [participant.organisation for participant in dossier.consortium.participants]
    shares = tuple(_share(member, members) for member in members)
    sectors = tuple(sorted({sector for member in members for sector in member.sectors}))
    markets = tuple(sorted({market for member in members for market in member.markets}))
    regions = region_of or {}
    gaps: Maybe[tuple[str, ...]] = dossier.targets
    if not isinstance(gaps, Unknown):
        covered = _covered(markets, regions)
        gaps = tuple(target for target in gaps if target not in covered)
    adding, gains = _gains(dossier, pool, () if isinstance(gaps, Unknown) else gaps, regions, show)
    sentences = (*(share.sentence for share in shares), _gaps_in_words(gaps))
    return Complementarity(sectors, markets, shares, gaps, gains, adding, sentences)


def _covered(markets: Sequence[str] | frozenset[str], regions: Mapping[str, str]) -> set[str]:
    return {*markets, *(regions[market] for market in markets if market in regions)}


def _share(member: Organisation, members: Sequence[Organisation]) -> Share:
    others = [other for other in members if other.id != member.id]
    shared_sectors = {s: tuple(o.id for o in others if s in o.sectors) for s in sorted(member.sectors)}
    shared_markets = {m: tuple(o.id for o in others if m in o.markets) for m in sorted(member.markets)}
    alone_sectors = tuple(sector for sector, sharing in shared_sectors.items() if not sharing)
    alone_markets = tuple(market for market, sharing in shared_markets.items() if not sharing)
    if not member.sectors and not member.markets:
        sentence = f"{member.name} states neither sectors nor markets."
    elif alone_sectors or alone_markets:
        parts = [f"sectors {', '.join(alone_sectors)}"] * bool(alone_sectors)
        parts += [f"markets {', '.join(alone_markets)}"] * bool(alone_markets)
        sentence = f"{member.name} alone brings {'; '.join(parts)}."
    else:
        sentence = f"{member.name} brings nothing that no other partner names."
    return Share(
        member,
        member.sectors,
        member.markets,
        alone_sectors,
        alone_markets,
        {sector: sharing for sector, sharing in shared_sectors.items() if sharing},
        {market: sharing for market, sharing in shared_markets.items() if sharing},
        sentence,
    )


def _gains(
    dossier: Dossier, pool: Sequence[Organisation], gaps: Sequence[str], regions: Mapping[str, str], show: int | None
) -> tuple[int, tuple[Gain, ...]]:
    """How many candidates add something, and those that add most: gaps filled first, then new items, then name."""
    inside = {participant.organisation.id for participant in dossier.consortium.participants}
    measure = Gains(dossier.consortium)
    fills: dict[frozenset[str], tuple[str, ...]] = {}
    by_rank: dict[tuple[int, int], list[Organisation]] = {}
    for candidate in pool:
        mask = measure.mask(candidate)
        if not mask or candidate.id in inside:
            continue
        filled = fills.get(candidate.markets)
        if filled is None:
            covered = _covered(candidate.markets, regions)
            filled = fills[candidate.markets] = tuple(gap for gap in gaps if gap in covered)
        by_rank.setdefault((-len(filled), -mask.bit_count()), []).append(candidate)
    adding = sum(map(len, by_rank.values()))
    room = adding if show is None else show
    listed: list[Organisation] = []
    for _, candidates in sorted(by_rank.items()):
        listed += nsmallest(room - len(listed), candidates, key=lambda o: (o.name, o.id))
    gains = (Gain(o, measure.sectors((o,)), measure.markets((o,)), fills[o.markets]) for o in listed)
    return adding, tuple(gains)


def _gaps_in_words(gaps: Maybe[tuple[str, ...]]) -> str:
    if isinstance(gaps, Unknown):
        return "The targets of the proposal are not stated, so gaps cannot be told."
    if not gaps:
        return "Each target of the proposal is a market that a partner names."
    return f"No partner names these targets of the proposal as a market: {', '.join(gaps)}."
