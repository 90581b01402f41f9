"""The rules of the 2020 call written by hand with Polars: a peer of the bulk check."""

import numpy as np
import polars as pl
from bench.bulk_by_hand import CLOSING, Places, Verdicts
from numpy.typing import NDArray

from hanse.engines.portfolio.tables import NEVER, ROLE_UNSTATED, ROLES, UNSTATED_DAY, Table


def frames_of(t: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same table as a Polars user would load it: members sorted by proposal, proposals one a row."""
    day = {int(NEVER): 99999, int(UNSTATED_DAY): None}
    roles = pl.Enum([role.value for role in ROLES])
    members = pl.DataFrame(
        {
            "proposal": pl.Series(t.proposal_of).cast(pl.UInt32).set_sorted(),
            "entity": pl.Series(np.where(t.legal_entity >= 0, t.legal_entity, 0)),
            "key": pl.Series(np.where(t.legal_entity >= 0, t.legal_entity, t.organisation)),
            "stated": t.legal_entity >= 0,
            "country": pl.Series(t.country).cast(pl.Int16),
            "role": pl.Series(np.where(t.role == ROLE_UNSTATED, 1, t.role)).cast(pl.UInt8).cat.to(roles),
            "kind": pl.Series(t.kind),
            "own": pl.Series(t.own_legal_personality),
            "registered": pl.Series(t.registered_on).replace(day),
            "requested": pl.Series(t.registration_requested_on).replace(day),
        }
    ).with_columns(
        pl.when(pl.col("country") >= 0).then("country"),
        pl.when("stated").then("entity"),
        pl.when(pl.col("kind") >= 0).then("kind"),
        pl.when(pl.col("own") >= 0).then("own"),
    )
    proposals = pl.DataFrame(
        {
            "proposal": pl.Series(np.arange(len(t))).cast(pl.UInt32).set_sorted(),
            "strand": pl.Series([*t.strands, None]).gather(np.where(t.strand < 0, len(t.strands), t.strand)),
            "targets": pl.Series(t.targets),
            "cost": pl.Series(t.total_cost),
            "asked": pl.Series(t.requested),
            "months": pl.Series(t.duration_months),
        }
    ).with_columns(
        pl.col("strand").cast(pl.Enum(list(t.strands))),
        *(pl.when(pl.col(name) >= 0).then(name) for name in ("targets", "cost", "asked", "months")),
    )
    return members.drop("stated"), proposals


def by_polars(members: pl.DataFrame, proposals: pl.DataFrame, places: Places) -> Verdicts:
    """All rules as lazy expressions."""
    bit = pl.Series(np.uint64(1) << np.arange(len(places.cosme), dtype=np.uint64))
    applicants = members.lazy().filter(pl.col("role").is_in(["coordinator", "beneficiary"]))
    in_time = (pl.col("registered") <= CLOSING) | (pl.col("requested") <= CLOSING)
    per_proposal = applicants.group_by("proposal").agg(
        members=pl.len(),
        mask=pl.lit(bit).gather(pl.col("country").drop_nulls()).bitwise_or(),
        unplaced=pl.col("country").null_count(),
        other_kind=(pl.col("kind") == 2).any(),
        no_kind=pl.col("kind").null_count() > 0,
        not_own=(pl.col("own") == 0).any(),
        no_own=pl.col("own").null_count() > 0,
        late=(~in_time).any(),
        unsure=in_time.is_null().any(),
    )

    def bits_of(flags: NDArray[np.bool_]) -> pl.Expr:
        return pl.lit(sum(bit.filter(pl.Series(flags)).to_list()), pl.UInt64)

    def countries(flags: NDArray[np.bool_]) -> pl.Expr:
        return (pl.col("mask") & bits_of(flags)).bitwise_count_ones().cast(pl.Int32)

    britain = np.arange(len(places.cosme)) == places.britain
    table = (
        proposals.lazy()
        .join(per_proposal, on="proposal", how="left", maintain_order="left")
        .with_columns(
            pl.col("mask", "members", "unplaced").fill_null(0),
            pl.col("other_kind", "no_kind", "not_own", "no_own", "late", "unsure").fill_null(False),
        )
        .with_columns(
            a=pl.col("strand") == "A",
            b=pl.col("strand") == "B",
            every=pl.col("mask").bitwise_count_ones(),
            cosme=countries(places.cosme),
            doubtful=countries(places.cosme_doubtful) + pl.col("unplaced"),
            outside=countries(~(places.cosme | places.cosme_doubtful)) > 0,
            union=countries(places.union),
            maybe_union=countries(places.union)
            + countries(britain) * pl.col("strand").is_in(["A", "B"]).fill_null(True)
            + pl.col("unplaced"),
            certain=pl.lit(pl.Series(places.targets)).gather("targets"),
            unclear=pl.lit(pl.Series(places.target_unclear)).gather("targets"),
            named=pl.lit(pl.Series(places.target_total)).gather("targets"),
        )
        .collect()
    )
    entities, in_union = _entities_polars(applicants, table, np.flatnonzero(places.union | britain).tolist())
    limit, same = _over_all_polars(applicants, proposals)
    known = pl.col("a") | pl.col("b")
    named, months = pl.col("strand").is_not_null(), pl.col("months")
    fits = pl.when("a").then(months.is_between(30, 36)).otherwise(months.is_between(18, 24))

    def least(low: pl.Expr, high: pl.Expr, minimum: int) -> pl.Expr:
        return (low < minimum).cast(pl.Int8) + (high < minimum).cast(pl.Int8)

    def union(minimum: int) -> pl.Expr:
        few = pl.col("most_in_union") < minimum
        return pl.when(few).then(2).otherwise(least(pl.col("union"), pl.col("maybe_union"), minimum))

    def only(mine: str, verdict: pl.Expr) -> pl.Expr:
        return pl.when(~named).then(1).when(mine).then(verdict).otherwise(-1)

    def either(bad: pl.Expr, unsure: pl.Expr) -> pl.Expr:
        return pl.when(bad).then(2).when(unsure).then(1).otherwise(0)

    targets = least(pl.col("certain"), pl.col("certain") + pl.col("unclear"), 2).fill_null(1)
    cap = pl.when("a").then(55_000_000).otherwise(45_000_000)
    verdicts = (
        table.lazy()
        .join(entities, on="proposal", how="left", maintain_order="left")
        .join(in_union, on="proposal", how="left", maintain_order="left")
        .join(limit, on="proposal", how="left", maintain_order="left")
        .join(same, on="proposal", how="left", maintain_order="left")
        .select(
            (pl.when(~named).then(1).when(known).then(0).otherwise(2)).alias("strand"),
            only(
                "a",
                pl.when(pl.col("every") >= 3)
                .then(0)
                .when(pl.col("members") < 3)
                .then(2)
                .otherwise(least(pl.col("fewest"), pl.col("most"), 3)),
            ).alias("A-three-entities"),
            only("a", least(pl.col("cosme"), pl.col("cosme") + pl.col("doubtful"), 3)).alias("A-three-countries"),
            only("a", union(2)).alias("A-two-member-states"),
            only("b", union(3)).alias("B-three-member-states"),
            either(pl.col("outside"), pl.col("doubtful") > 0).alias("established"),
            either(pl.col("late"), pl.col("unsure")).alias("registered"),
            either(pl.col("other_kind"), pl.col("no_kind")).alias("cluster-organisations"),
            either(pl.col("not_own"), pl.col("no_own")).alias("own-legal-personality"),
            only("a", targets).alias("A-two-targets"),
            only("b", targets).alias("B-two-targets"),
            either(pl.col("named") > 5, pl.col("named").is_null()).alias("targets-at-most-five"),
            either(known & ~fits, ~known.fill_null(False) | months.is_null()).alias("duration"),
            either(known & (pl.col("asked") * 10 > pl.col("cost") * 9), ~known.fill_null(False) | _no_money()).alias(
                "rate"
            ),
            either(known & (pl.col("asked") > cap), ~known.fill_null(False) | pl.col("asked").is_null()).alias("cap"),
            either(pl.col("asked") > pl.col("cost"), _no_money()).alias("balance"),
            pl.col("same").fill_null(0).alias("one-strand"),
            pl.when(~named).then(1).otherwise(pl.col("limit").fill_null(0)).alias("one-consortium-per-strand"),
        )
        .select(pl.all().cast(pl.Int8))
        .collect()
    )
    return {name: verdicts[name].to_numpy() for name in verdicts.columns}


def _no_money() -> pl.Expr:
    return pl.col("asked").is_null() | pl.col("cost").is_null()


def _entities_polars(
    applicants: pl.LazyFrame, table: pl.DataFrame, helpful: list[int]
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Fewest and most legal entities where countries do not prove three; most that could be in the Union."""
    open_still = table.lazy().filter("a", pl.col("every") < 3, pl.col("members") >= 3).select("proposal")
    stated = pl.col("entity").is_not_null()
    placed = pl.col("country").is_not_null()
    counted = (
        applicants.join(open_still, on="proposal", how="semi")
        .group_by("proposal")
        .agg(
            named=pl.col("entity").drop_nulls().n_unique(),
            unstated=pl.col("entity").null_count(),
            seated=pl.col("entity").filter(stated & placed).n_unique(),
            bodies=pl.col("country").drop_nulls().n_unique() - pl.col("country").filter(stated & placed).n_unique(),
        )
        .select(
            "proposal",
            fewest=pl.max_horizontal(pl.col("seated") + pl.col("bodies"), "named", 1),
            most=pl.col("named") + pl.col("unstated"),
        )
    )
    needed = pl.when("a").then(2).otherwise(3)
    doubtful = (pl.col("a") | pl.col("b")) & (pl.col("union") < needed) & (pl.col("maybe_union") >= needed)
    in_union = (
        applicants.filter(pl.col("country").is_in(helpful) | ~placed)
        .join(table.lazy().filter(doubtful).select("proposal"), on="proposal", how="semi")
        .group_by("proposal")
        .agg(most_in_union=pl.col("entity").drop_nulls().n_unique() + pl.col("entity").null_count())
    )
    return counted, in_union


def _over_all_polars(applicants: pl.LazyFrame, proposals: pl.DataFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The two rules over all submissions."""
    keys = applicants.select("proposal", "key")
    several = keys.group_by("key").len().filter(pl.col("len") > 1).select("key")
    shared = (
        keys.join(several, on="key", how="semi")
        .unique()
        .join(proposals.lazy().select("proposal", "strand"), on="proposal")
        .collect()
    )
    clashing = shared.lazy().filter((pl.len().over("key", "strand") > 1) | pl.col("strand").is_null().any().over("key"))
    limit = clashing.select("proposal", limit=pl.lit(1, pl.Int8)).unique()
    distinct = keys.join(shared.lazy().select("proposal").unique(), on="proposal", how="semi").unique()
    consortia = (
        distinct.group_by("proposal")
        .agg(total=pl.len(), sum=pl.col("key").hash().sum())
        .join(shared.lazy().group_by("proposal").agg(pl.len(), pl.col("strand").first()), on="proposal")
        .filter(pl.col("total") == pl.col("len"))
        .with_columns(
            everywhere=pl.len().over("sum"),
            stated=pl.col("strand").count().over("sum"),
            here=pl.len().over("sum", "strand"),
        )
    )
    named = pl.col("strand").is_not_null()
    unclear = pl.when(named).then(pl.col("everywhere") > pl.col("stated")).otherwise(pl.col("everywhere") > 1)
    verdict = pl.when(named & (pl.col("stated") > pl.col("here"))).then(2).when(unclear).then(1).otherwise(0)
    return limit, consortia.select("proposal", same=verdict)
