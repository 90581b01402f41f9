"""Participants tables for the tests: small, and as odd as real ones get."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from hypothesis import strategies as st
from tests import cast

from hanse.core.call import Call
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.proposal import Dossier, Vocabulary
from hanse.engines.portfolio import Table, table_of
from hanse.engines.portfolio.blocks import COLUMNS

Row = Mapping[str, str]

COUNTRIES = ("IT", "DE", "RS", "BA", "GB", "US", "NA", "EL", "uk", "")
"""Inside, doubtful and outside, some as people write them, and not stated."""


def words() -> Vocabulary:
    """The codes and regions of the small map."""
    return cast.words()


def table(rows: Iterable[Row], vocabulary: Vocabulary | None = None) -> Table:
    """A table of rows; cells that are left out are empty."""
    listed = list(rows)
    frame = pl.DataFrame({column: [row.get(column, "") for row in listed] for column in COLUMNS})
    return table_of(frame, vocabulary or words())


def context(call: Call, dossiers: Iterable[Dossier] | None = None) -> Context:
    """The surroundings of a check on the closing day."""
    index = None if dossiers is None else Submissions.of(dossiers)
    return Context(call, cast.geography(), cast.CLOSING_DAY, index)


def one_of(*cells: str) -> st.SearchStrategy[str]:
    """One of these cells."""
    return st.sampled_from(cells)


def _members(bodies: int) -> st.SearchStrategy[list[dict[str, str]]]:
    """Members of a proposal: few bodies, so that they meet again in it and in others."""
    number = st.integers(1, bodies)
    member = st.fixed_dictionaries(
        {
            "organisation": number.map(lambda n: f"o{n}"),
            # An id may be a legal entity too: a member without one is known by its id.
            "legal_entity": st.one_of(number.map(lambda n: f"E{n}"), number.map(lambda n: f"o{n}"), st.just("")),
            "country": one_of(*COUNTRIES),
            "role": one_of("beneficiary", "partner", "", "associated_partner", "affiliated_entity"),
            "kind": one_of("cluster_organisation", "cluster_organisation", "business_network", "other", ""),
            "own_legal_personality": one_of("true", "yes", "", "", "no"),
            "registered_on": one_of("2020-01-01", "2020-12-02", "2020-12-03", "never", ""),
            "registration_requested_on": one_of("2020-12-02", "2020-12-03", "never", ""),
            "properties": one_of("", "independent", "!independent", "independent;x", "!own_legal_personality;x", "!x"),
        }
    )
    return st.lists(member, min_size=1, max_size=6, unique_by=lambda row: row["organisation"])


_PROPOSAL = st.fixed_dictionaries(
    {
        "strand": one_of("A", "A", "A", "B", "B", "Z", ""),
        "targets": one_of("", "US;JP", "US;BA;IT", "asia", "US;asia;CL", "BA", "IT;DE", "US;CA;JP;BR;CL;NA"),
        "total_cost": one_of("", "600000", "611111.11", "500 000", "0"),
        "requested": one_of("", "550000", "550000.01", "540000", "0", "450000", "600000"),
        "duration_months": one_of("", "17", "18", "24", "25", "30", "36", "37", "1000"),
        "submitted_at": one_of("", "2020-12-01T10:00:00Z", "2020-12-01T11:00:00+01:00", "2020-12-02T09:00:00Z"),
    }
)


@st.composite
def row_lists(draw: st.DrawFn, most: int = 6) -> list[Row]:
    """The rows of up to `most` proposals, rows of one standing together or not."""
    bodies = draw(st.integers(2, 14))
    rows: list[Row] = []
    for number in range(draw(st.integers(1, most))):
        own = draw(_PROPOSAL)
        members = draw(_members(bodies))
        if rows and draw(st.integers(0, 3)) == 0:  # the members of an earlier proposal once more
            earlier = draw(st.sampled_from(rows))["proposal"]
            members = [dict(row) for row in rows if row["proposal"] == earlier]
        if draw(st.booleans()):
            members[0]["role"] = "coordinator"
        rows += [{**member, **own, "proposal": f"P{number}", "legal_name": "Name"} for member in _seated(members)]
    return draw(st.permutations(rows)) if draw(st.integers(0, 4)) == 0 else rows


def _seated(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same members, each legal entity in one country and one coordinator at most: the rest is a fault."""
    seats: dict[str, str] = {}
    for number, member in enumerate(members):
        if number and member["role"] == "coordinator":
            member["role"] = "beneficiary"
        if member["legal_entity"] and member["country"]:
            member["country"] = seats.setdefault(member["legal_entity"], member["country"])
    return members
