"""Makes a participants table as a large call would have it: the same for the same number of proposals, every time.

Most consortia are sound. Some lack a country, a registration or a fact; some organisations stand in several
consortia, and some consortia apply twice. Run: python bench/bulk_table.py PROPOSALS FILE.parquet [FILE.csv]
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20201202
UNION = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "EL", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
BESIDE = ("RS", "TR", "IS", "ME", "MK", "AL", "MD", "UA", "AM", "BA", "XK", "UK", "NO", "CH", "US")
TARGETS = (
    "US", "JP", "CN", "CA", "KR", "BR", "IN", "AU", "CL", "MX", "ZA", "SG", "VN", "IL", "AE", "CO",
    "PE", "NZ", "TH", "ID", "MY", "AR", "MA", "TN", "EG", "KE", "NG", "GH", "SA", "TW",
)  # fmt: skip
SIZES = {2: 0.02, 3: 0.08, 4: 0.17, 5: 0.22, 6: 0.2, 7: 0.13, 8: 0.08, 9: 0.05, 10: 0.03, 11: 0.01, 12: 0.01}
"""How many of the consortia have so many participants."""


def participants(proposals: int) -> pl.DataFrame:
    """The table, all cells as text."""
    draw = np.random.default_rng(SEED)
    sizes = draw.choice(list(SIZES), proposals, p=list(SIZES.values()))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    rows = int(sizes.sum())
    of = np.repeat(np.arange(proposals), sizes)
    first = np.zeros(rows, bool)
    first[starts] = True
    # Who: mostly organisations of their own; one second member in seven is among those that stand in several consortia.
    body = np.arange(rows) + proposals
    pool = starts[draw.random(proposals) < 0.14] + 1
    body[pool] = draw.integers(0, max(proposals // 10, 10), len(pool))
    again = np.flatnonzero((sizes[1:] == sizes[:-1]) & (draw.random(proposals - 1) < 0.01)) + 1
    source = np.arange(rows)
    for step in range(int(sizes.max())):
        chosen = again[sizes[again] > step]
        source[starts[chosen] + step] = starts[chosen - 1] + step
    body = body[source]
    codes = np.array(UNION + BESIDE)
    weights = np.concatenate((np.full(len(UNION), 0.92 / len(UNION)), np.full(len(BESIDE), 0.08 / len(BESIDE))))
    country = draw.choice(len(codes), rows + proposals, p=weights)[body]
    entity = body.copy()
    shared = np.flatnonzero((draw.random(rows) < 0.008) & ~first)  # two cluster organisations run by one body
    entity[shared], country[shared] = entity[shared - 1], country[shared - 1]
    country_text = pl.Series(codes[country])
    entity_text = pl.Series(900_000_000 + entity).cast(pl.String)
    role = draw.choice(["beneficiary", "associated_partner", "affiliated_entity"], rows, p=[0.93, 0.05, 0.02])
    role[first] = "coordinator"
    day = draw.integers(0, 2600, rows)
    days = pl.Series(np.datetime64("2013-12-01") + day).cast(pl.String)
    asked = pl.Series(np.datetime64("2020-11-01") + draw.integers(0, 40, rows)).cast(pl.String)
    registered = draw.random(rows)
    of_proposal = _of_proposals(draw, proposals).select(pl.all().gather(of))
    frame = pl.DataFrame(
        {
            "proposal": pl.Series(of + 1).cast(pl.String).str.zfill(7),
            "organisation": pl.Series(body).cast(pl.String),
            "country": country_text,
            "role": role,
            "kind": draw.choice(
                ["cluster_organisation", "business_network", "other", ""], rows, p=[0.93, 0.05, 0.01, 0.01]
            ),
            "legal_entity": entity_text,
            "registered_on": days,
            "registration_requested_on": asked,
            "properties": draw.choice(["", "defence_related", "!defence_related"], rows, p=[0.7, 0.2, 0.1]),
            "own_legal_personality": draw.choice(["true", "", "false"], rows, p=[0.985, 0.01, 0.005]),
        }
    )
    frame = frame.with_columns(
        proposal=pl.lit("CGI-") + pl.col("proposal"),
        # A body may run two organisations: the second has an id of its own.
        organisation=pl.lit("org-") + pl.col("organisation"),
        legal_name=pl.lit("Réseau of enterprises ") + pl.col("organisation") + pl.lit(" in ") + pl.col("country"),
        country=pl.when(pl.Series(draw.random(rows) < 0.003)).then(pl.lit("")).otherwise("country"),
        legal_entity=pl.when(pl.Series(draw.random(rows) < 0.01)).then(pl.lit("")).otherwise("legal_entity"),
        registered_on=pl.when(pl.Series(registered < 0.02))
        .then(pl.lit("never"))
        .when(pl.Series(registered < 0.06))
        .then(pl.lit(""))
        .otherwise("registered_on"),
        registration_requested_on=pl.when(pl.Series(registered > 0.055))
        .then(pl.lit(""))
        .otherwise("registration_requested_on"),
    )
    return pl.concat((frame, of_proposal), how="horizontal").select(
        "proposal", "strand", "organisation", "legal_name", "country", "role", "kind", "legal_entity",
        "registered_on", "registration_requested_on", "properties", "targets", "total_cost", "requested",
        "duration_months", "own_legal_personality", "submitted_at",
    )  # fmt: skip


def _of_proposals(draw: np.random.Generator, proposals: int) -> pl.DataFrame:
    strand = draw.choice(["A", "B", "C", ""], proposals, p=[0.8, 0.19, 0.005, 0.005])
    low = np.where(strand == "B", 17, 29)
    cost = draw.integers(300_000, 700_000, proposals)
    cents = draw.integers(0, 100, proposals)
    share = draw.uniform(0.6, 0.9, proposals) + np.where(draw.random(proposals) < 0.03, 0.2, 0)
    limit = np.where(strand == "B", 450_000, 550_000)
    requested = np.minimum((cost * share).astype(np.int64), np.where(draw.random(proposals) < 0.98, limit, 10**9))
    order = np.argsort(draw.random((4000, len(TARGETS))), axis=1)
    number = draw.integers(1, 7, len(order))
    lists = [";".join(TARGETS[place] for place in row[:count]) for row, count in zip(order, number, strict=True)]
    lists += ["", "asia", "US;IT", "US;BA", "RS;NO"]
    minutes = np.datetime64("2020-10-01T08:00") + draw.integers(0, 60 * 24 * 62, proposals)
    return pl.DataFrame(
        {
            "strand": strand,
            "targets": pl.Series(lists).gather(draw.integers(0, len(lists), proposals)),
            "total_cost": pl.Series(cost).cast(pl.String) + "." + pl.Series(cents).cast(pl.String).str.zfill(2),
            "requested": pl.Series(requested).cast(pl.String),
            "duration_months": pl.Series(low + draw.integers(0, 9, proposals)).cast(pl.String),
            "submitted_at": pl.Series(minutes.astype("datetime64[ms]")).dt.to_string("%Y-%m-%dT%H:%M:00+00:00"),
        }
    )


if __name__ == "__main__":
    table = participants(int(sys.argv[1])).select(pl.all().replace("", None))  # an empty cell, not a quoted nothing
    for name in sys.argv[2:]:
        table.write_csv(Path(name)) if name.endswith(".csv") else table.write_parquet(Path(name))
