"""What each benchmark shows in the README: work, measured, limit or peer of the same run, ratio."""

from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, str]
Figures = dict[str, Any]

LACKING = ("draft with two missing", "draft with one missing")
"""The searches of a draft that lacks something, by their names in `bench/partners.py`."""

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def rows_of(name: str, figures: Figures) -> list[Row]:
    """The README rows of one benchmark."""
    return list(_WRITERS[name](figures))


def _row(work: str, measured: str, against: str, ratio: float | None = None) -> Row:
    return {"work": work, "measured": measured, "against": against, "ratio": "" if ratio is None else f"{ratio:.2f}"}


def _cold_start(found: Figures) -> Iterator[Row]:
    floor = found["empty_python_s"]
    yield _row(
        "`hanse check` of one dossier, from a cold shell",
        f"{found['median_s']:.3f} s",
        f"limit {found['limit_s']} s; an empty Python process {floor:.3f} s",
        found["median_s"] / found["limit_s"],
    )


def _bulk(found: Figures) -> Iterator[Row]:
    work = f"all 2020 rules over {found['proposals']:,} proposals ({found['participants']:,} participants), loaded"
    yield _row(work, f"{found['check_s']} s", f"Polars by hand {found['polars_by_hand_s']} s", found["ratio_to_polars"])
    yield _row(work, f"{found['check_s']} s", f"NumPy by hand {found['numpy_by_hand_s']} s", found["ratio_to_numpy"])
    loaded = found["load_csv_and_check_s"]
    yield _row(
        f"the same, loading the CSV of {found['csv_bytes'] / 2**20:.0f} MiB included",
        f"{loaded} s, {found['peak_gib']} GiB",
        f"limit {found['limit_load_csv_and_check_s']} s, {found['limit_peak_gib']} GiB",
        loaded / found["limit_load_csv_and_check_s"],
    )
    whole = found["end_to_end_s"]
    yield _row(
        f"{found['end_to_end_proposals']:,} proposals, CSV to JSON with every reason, cold command",
        f"{whole} s",
        f"limit {found['limit_end_to_end_s']} s",
        whole / found["limit_end_to_end_s"],
    )


def _advise(found: Figures) -> Iterator[Row]:
    for size, limit in (("small", found["limits"]["small_s"]), ("large", found["limits"]["large_s"])):
        part = found[size]
        slower = max(part["one_missing_s"], part["two_missing_s"])
        yield _row(
            f"advice from a pool of {part['pool']:,} organisations",
            f"{slower * 1000:.0f} ms (cold command {part['command_cold_s']:.2f} s)",
            f"limit {limit * 1000:.0f} ms",
            slower / limit,
        )
    for peer in found["brute_force"]:
        yield _row(
            f"smallest additions of {peer['size']} from {peer['pool']:,}: {peer['sets']:,} sets, all counted",
            f"{peer['ours_s'] * 1000:.0f} ms",
            f"trying every set {peer['brute_force_s'] * 1000:.0f} ms",
            peer["ours_s"] / peer["brute_force_s"],
        )


def _rank(found: Figures) -> Iterator[Row]:
    yield _row(
        "`hanse rank` of 20,000 proposals on 4 criteria, CSV to JSON, cold command",
        f"{found['median_s']:.2f} s",
        f"limit {found['limit_s']} s; reading and sorting alone {found['csv_and_sort_only_s']:.2f} s",
        found["median_s"] / found["limit_s"],
    )


def _assign(found: Figures) -> Iterator[Row]:
    for kind, words in (("random", "random affinities"), ("fields", "scarce fields")):
        part = found[kind]
        bare, best, fair, sides = part["bare"], part["sum"], part["fair"], part["sides"]
        work = f"assignment 2,000 × 1,500 × 3, all pairs, {words}"
        yield _row(
            f"{work}: {_proof(best)}",
            f"{best['seconds']:.2f} s, {best['peak_mib']} MiB",
            f"bare OR-tools flow {bare['seconds']:.2f} s",
            best["seconds"] / bare["seconds"],
        )
        yield _row(f"{work}, fair: {_proof(fair)}", f"{fair['seconds']:.2f} s", "limit 20 s", fair["seconds"] / 20)
        yield _row(
            f"{work}, no two of one country, a practitioner each: {_proof(sides)}",
            f"{sides['seconds']:.2f} s",
            "limit 120 s",
            sides["seconds"] / 120,
        )


def _pages(found: Figures) -> Iterator[Row]:
    pages, limit = found["pages"], found["limit_page_p95_ms"]
    slowest = max(pages, key=lambda name: float(pages[name]["p95_ms"]))
    rows = f"{found['organisations']:,} organisations and {found['rows_on_desks']:,} rows on each desk"
    yield _row(
        f"the slowest of {len(pages)} pages with {rows}: {slowest}, server time at p95",
        f"{pages[slowest]['p95_ms']} ms",
        f"limit {limit} ms",
        pages[slowest]["p95_ms"] / limit,
    )
    yield _row(
        "queries of the page with the most of them",
        str(found["most_queries"]),
        f"limit {found['limit_queries']}",
        found["most_queries"] / found["limit_queries"],
    )
    figures = (
        (f"search over {found['organisations']:,} organisations, p95", "search_p95_ms", "limit_search_ms", "ms"),
        ("`hanse demo` on prepared data, to the first whole page", "first_page_s", "limit_first_page_s", "s"),
        ("cold start of the server, to the first whole page", "server_start_s", "limit_server_start_s", "s"),
        ("the heaviest page with all it loads, as sent", "heaviest_page_kb", "limit_page_kb", "kB"),
        ("an installation of the site", "installed_mb", "limit_installed_mb", "MB"),
    )
    for work, measured, against, unit in figures:
        ratio = found[measured] / found[against]
        yield _row(work, f"{found[measured]} {unit}", f"limit {found[against]} {unit}", ratio)


def _drafts(found: Figures) -> Iterator[Row]:
    pages, limit = found["pages"], found["limit_page_p95_ms"]
    slowest = max(pages, key=lambda name: float(pages[name]["p95_ms"]))
    size = f"{found['partners']} partners, {found['work_packages']} work packages, {found['cells']:,} cells"
    yield _row(
        f"the slowest of {len(pages)} pages of a full application ({size}): {slowest}, server time at p95",
        f"{pages[slowest]['p95_ms']} ms",
        f"limit {limit} ms",
        pages[slowest]["p95_ms"] / limit,
    )
    yield _row(
        "queries of the one with the most of them",
        str(found["most_queries"]),
        f"limit {found['limit_queries']}",
        found["most_queries"] / found["limit_queries"],
    )
    figures = (
        ("the verdict after a change of that application, p95", "verdict_p95_ms", "limit_verdict_ms"),
        ("saving one of its fields, p95", "save_p95_ms", "limit_save_ms"),
        (
            f"partners by gap over {found['organisations']:,} organisations, p95",
            "gap_search_p95_ms",
            "limit_gap_search_ms",
        ),
    )
    for work, measured, against in figures:
        yield _row(work, f"{found[measured]} ms", f"limit {found[against]} ms", found[measured] / found[against])
    together = found["together"]
    yield _row(
        f"{together['people']} people who write into five fields at once over HTTP, {together['words']:,} words",
        f"{together['lost']} words lost, {together['saves_a_second']} saves/s",
        "limit 0 words lost",
    )


def _partners(found: Figures) -> Iterator[Row]:
    limit, pages = found["limit_p95_ms"], found["pages"]
    lacking = max(page["p95_ms"] for name, page in pages.items() if name in LACKING)
    others = max(page["p95_ms"] for name, page in pages.items() if name not in LACKING)
    among = f"among {found['organisations']:,} organisations, p95"
    yield _row(
        f"partners that close the gap of a draft, {among}", f"{lacking} ms", f"limit {limit} ms", lacking / limit
    )
    yield _row(f"the slowest other search of partners, {among}", f"{others} ms", f"limit {limit} ms", others / limit)
    yield _row(
        "queries of the search with the most of them",
        str(found["most_queries"]),
        f"limit {found['limit_queries']}",
        found["most_queries"] / found["limit_queries"],
    )


def _submission(found: Figures) -> Iterator[Row]:
    limit, whole = (
        found["limit_p99_ms"],
        f"{found['rate']} sealed submissions a second for {_minutes(found['seconds'])}",
    )
    for name, run in found["runs"].items():
        killed = ", one of them killed half way" if run["respawned_after_s"] else ""
        yield _row(
            f"{whole} on {DATABASES[name]}, {run['workers']} processes{killed}: a receipt at p99",
            f"{run['p99_ms']} ms; {run['submissions']:,} receipts, {_faultless(run)}",
            f"limit {limit:,} ms, 0 lost",
            run["p99_ms"] / limit,
        )


def _faults(found: Figures) -> Iterator[Row]:
    for name, run in found["runs"].items():
        kinds = ", ".join(f"{kind} {number} ×" for kind, number in run["kills"].items())
        yield _row(
            f"`kill -9` and full disks at {sum(run['kills'].values())} random moments on {DATABASES[name]} ({kinds})",
            f"{run['handed_out']:,} receipts handed out, {run['letters']:,} letters, {_faultless(run)}",
            "limit 0 lost",
        )


def _faultless(run: Figures) -> str:
    return f"{run['faults']} lost, double or broken"


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} minutes" if seconds >= 120 else f"{seconds} seconds"


def _proof(part: Figures) -> str:
    return "proven optimum" if part["optimal"] else f"within {part['gap']:.4%}"


_WRITERS: dict[str, Callable[[Figures], Iterator[Row]]] = {
    "cold_start": _cold_start,
    "bulk": _bulk,
    "advise": _advise,
    "rank": _rank,
    "assign": _assign,
    "pages": _pages,
    "drafts": _drafts,
    "partners": _partners,
    "submission": _submission,
    "faults": _faults,
}
