"""The rules of the 2020 call written by hand with NumPy: a peer of the bulk check."""

from typing import Any

import numpy as np
from bench.bulk_by_hand import CLOSING, Places, Verdicts
from numpy.typing import NDArray

from hanse.engines.portfolio.tables import ROLE_UNSTATED, UNSTATED_DAY, Table


def least(low: Any, high: Any, minimum: int) -> Any:
    """0, 1 or 2 for a count that lies between two others."""
    return (low < minimum).astype(np.int8) + (high < minimum)


def by_numpy(t: Table, places: Places) -> Verdicts:
    """All rules over plain arrays."""
    count, starts = len(t.offsets) - 1, t.offsets[:-1]
    of = np.repeat(np.arange(count, dtype=np.int32), np.diff(t.offsets))
    applicant = np.isin(np.arange(ROLE_UNSTATED + 1), (0, 1, ROLE_UNSTATED))[t.role]
    a = np.array([strand == "A" for strand in t.strands] + [False])[t.strand]
    b = np.array([strand == "B" for strand in t.strands] + [False])[t.strand]
    unnamed = t.strand < 0

    def only(mine: NDArray[np.bool_], verdicts: NDArray[np.int8]) -> NDArray[np.int8]:
        return np.where(mine, verdicts, np.where(unnamed, np.int8(1), np.int8(-1)))

    bits = np.append(np.uint64(1) << np.arange(len(t.countries), dtype=np.uint64), np.uint64(0))
    mask = np.bitwise_or.reduceat(np.where(applicant, bits[t.country], np.uint64(0)), starts)

    def bits_of(flags: NDArray[np.bool_]) -> np.uint64:
        return np.uint64(np.bitwise_or.reduce(bits[:-1][flags], initial=0))

    def countries(flags: NDArray[np.bool_]) -> Any:
        return np.bitwise_count(mask & bits_of(flags)).astype(np.int32)

    homeless = np.flatnonzero(t.country < 0)
    unplaced = np.bincount(of[homeless[applicant[homeless]]], minlength=count).astype(np.int32)
    cosme, doubtful, union = countries(places.cosme), countries(places.cosme_doubtful), countries(places.union)
    british = ((mask & bits[places.britain]) != 0) & (a | b | unnamed)
    every = np.bitwise_count(mask).astype(np.int32)
    maybe_union = union + british + unplaced

    # Legal entities are counted only where countries do not prove enough of them.
    members = np.bincount(of[applicant], minlength=count)
    entities = np.where((every >= 3) | ~a, 0, np.where(members < 3, 2, 0)).astype(np.int8)
    for_entities = np.flatnonzero(a & (every < 3) & (members >= 3))
    low, high = _entities(t, of, applicant, for_entities)
    entities[for_entities] = least(low, high, 3)
    # Countries of the Union hold a legal entity each. Only where a doubtful place could help must entities be counted.
    two, three = (least(union, maybe_union, 2), least(union, maybe_union, 3))
    needed = np.where(a, 2, 3)
    open_still = np.flatnonzero((a & (two == 1)) | (b & (three == 1)))
    helpful = np.append(places.union, True)
    helpful[places.britain] = True
    _, high = _entities(t, of, applicant & helpful[t.country], open_still)
    too_few = open_still[high < needed[open_still]]
    two[too_few], three[too_few] = 2, 2

    def each(bad: NDArray[np.bool_], unsure: NDArray[np.bool_]) -> NDArray[np.int8]:
        verdicts = np.zeros(count, np.int8)
        verdicts[of[np.flatnonzero(unsure & applicant)]] = 1
        verdicts[of[np.flatnonzero(bad & applicant)]] = 2
        return verdicts

    late = np.flatnonzero((t.registered_on > CLOSING) & (t.registration_requested_on > CLOSING) & applicant)
    open_still = (t.registered_on[late] == UNSTATED_DAY) | (t.registration_requested_on[late] == UNSTATED_DAY)
    registered = np.zeros(count, np.int8)
    registered[of[late[open_still]]] = 1
    registered[of[late[~open_still]]] = 2
    outside = bits_of(~(places.cosme | places.cosme_doubtful))
    targets = np.append(least(places.targets, places.targets + places.target_unclear, 2), 1).astype(np.int8)[t.targets]
    many = np.append(np.where(places.target_total > 5, 2, 0), 1).astype(np.int8)[t.targets]
    known = a | b
    months, cost, asked = t.duration_months, t.total_cost, t.requested
    fits = np.where(a, (months >= 30) & (months <= 36), (months >= 18) & (months <= 24))
    no_money = (cost < 0) | (asked < 0)
    return {
        "strand": np.where(known, 0, np.where(unnamed, 1, 2)).astype(np.int8),
        "A-three-entities": only(a, entities),
        "A-three-countries": only(a, least(cosme, cosme + doubtful + unplaced, 3)),
        "A-two-member-states": only(a, two),
        "B-three-member-states": only(b, three),
        "established": np.where((mask & outside) != 0, 2, (doubtful + unplaced > 0)).astype(np.int8),
        "registered": registered,
        "cluster-organisations": each(t.kind == 2, t.kind < 0),
        "own-legal-personality": each(t.own_legal_personality == 0, t.own_legal_personality < 0),
        "A-two-targets": only(a, targets),
        "B-two-targets": only(b, targets),
        "targets-at-most-five": many,
        "duration": np.where(known & (months >= 0), np.where(fits, 0, 2), 1).astype(np.int8),
        "rate": np.where(~known | no_money, 1, np.where(asked * 10 > cost * 9, 2, 0)).astype(np.int8),
        "cap": np.where(~known | (asked < 0), 1, np.where(asked > np.where(a, 55_000_000, 45_000_000), 2, 0)).astype(
            np.int8
        ),
        "balance": np.where(no_money, 1, np.where(asked > cost, 2, 0)).astype(np.int8),
        **_over_all(t, of, applicant, count),
    }


def _entities(
    t: Table, of: NDArray[np.int32], applicant: NDArray[np.bool_], chosen: NDArray[np.intp]
) -> tuple[Any, Any]:
    """Fewest and most legal entities of some proposals."""
    place = np.full(len(t.offsets) - 1, -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(applicant & (place >= 0)[of])
    mine, entity, country = place[of[rows]], t.legal_entity[rows], t.country[rows].astype(np.int64)
    stated, placed = entity >= 0, country >= 0

    def distinct(flags: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.int64]:
        pairs = np.unique(mine[flags] << 32 | values[flags])
        return np.bincount(pairs >> 32, minlength=len(chosen))

    named = distinct(stated, entity)
    unstated = np.bincount(mine[~stated], minlength=len(chosen))
    bodies = distinct(placed, country) - distinct(placed & stated, country)
    return np.maximum(np.maximum(distinct(stated & placed, entity) + bodies, named), 1), named + unstated


def _over_all(t: Table, of: NDArray[np.int32], applicant: NDArray[np.bool_], count: int) -> Verdicts:
    """The two rules over all submissions."""
    key = np.where(t.legal_entity >= 0, t.legal_entity, t.organisation)
    several = np.bincount(key, minlength=t.identity_count) > 1
    rows = np.flatnonzero(several[key] & applicant)
    pairs = np.unique(key[rows].astype(np.int64) << 32 | of[rows])
    bodies, proposal = pairs >> 32, pairs & 0xFFFFFFFF
    body = np.cumsum(np.append(0, bodies[1:] != bodies[:-1]))
    strands = len(t.strands) + 1
    group = body * strands + (t.strand[proposal] + 1)
    in_group = np.bincount(group, minlength=(body[-1] + 1) * strands)
    limit = np.zeros(count, np.int8)
    limit[proposal[(in_group[group] > 1) | (in_group[body * strands] > 0)]] = 1
    limit[t.strand < 0] = 1

    same = np.zeros(count, np.int8)
    repeated = np.bincount(of[rows], minlength=count) == np.bincount(of[applicant], minlength=count)
    chosen = repeated[proposal]
    order = np.argsort(proposal[chosen], kind="stable")
    mine, members = proposal[chosen][order], body[chosen][order]
    first = np.flatnonzero(np.append(True, mine[1:] != mine[:-1]))
    mixed = (members.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(29)) * np.uint64(0xBF58476D1CE4E5B9)
    sums, alike = np.unique(np.add.reduceat(mixed ^ mixed >> np.uint64(32), first), return_inverse=True)
    strand = t.strand[mine[first]].astype(np.int64)
    total = np.bincount(alike)[alike]
    stated = np.bincount(alike[strand >= 0], minlength=len(sums))[alike]
    place = alike * strands + strand + 1
    here = np.bincount(place)[place]
    unclear = np.where(strand >= 0, total - stated, total - 1) > 0
    same[mine[first]] = np.where((strand >= 0) & (stated > here), 2, unclear)
    return {"one-strand": same, "one-consortium-per-strand": limit}
