"""Replays everything on a live site: record, roots, receipts, packages, files, what counts, notices, ledgers, texts.

    for what, count, fault in verify_all(): ...

Every check goes through the rows in their order and stops at the first that does not hold, which it names. It reads
the tables alone, so that a row that was changed behind the site's back is found, whoever did it.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count

from hanse.core.consortium import APPLICANTS
from hanse.core.submission.counting import Act, ActKind, Counting, what_counts
from hanse.core.submission.documents import APPLICATION, File, faults_in_package
from hanse.core.values.digest import digest
from hanse.engines.proof import check_notice, check_receipt
from hanse.ground import audit, files
from hanse.ground.audit import signing
from hanse.ground.audit.models import Event, Root
from hanse.ground.files.models import StoredFile
from hanse.stages.announcement.models import SHOWN, CallEdition
from hanse.stages.proposals.models import Cost, MoneyChange, Part, Source, Text, TextVersion
from hanse.stages.proposals.queries.money import holds
from hanse.stages.submission.models import Content, DeadlineNotice, Package, Receipt, Standing, StandingMember

AT_ONCE = 500
NOTHING = what_counts(())
PIECE = 1 << 20

Place = tuple[int, int, str]
"""An application, a seat in it, and what of the ledger."""
Found = tuple[str, int, str]
"""What was checked, how many rows held, and what is wrong with the first that does not; empty where all hold."""


def verify_all() -> Iterator[Found]:
    """Every check in turn, each as soon as it is done."""
    checks: tuple[tuple[str, Callable[[], tuple[int, str]]], ...] = (
        ("entries of the record", _record),
        ("nightly roots", _roots),
        ("sealed applications", _contents),
        ("files", _files),
        ("packages", _packages),
        ("receipts", _receipts),
        ("submissions that count", _standings),
        ("notices of moved deadlines", _notices),
        ("texts of drafts", _texts),
        ("cells of budgets", _ledgers),
    )
    for what, check in checks:
        count, fault = check()
        yield what, count, fault


def _record() -> tuple[int, str]:
    broken = audit.verify()
    if broken is None:
        return Event.objects.count(), ""
    return broken - 1, f"Entry {broken} of the record, or the one before it, was changed or is missing."


def _roots() -> tuple[int, str]:
    return Root.objects.count(), audit.verify_roots() or ""


def _contents() -> tuple[int, str]:
    held = 0
    for content in Content.objects.order_by("digest").iterator(chunk_size=AT_ONCE):
        try:
            body = zlib.decompress(bytes(content.body))
        except zlib.error:
            return held, f"Sealed application {content.digest}: its bytes were changed."
        if sha256(body).hexdigest() != content.digest or len(body) != content.size:
            return held, f"Sealed application {content.digest}: its content is not the one with this digest."
        held += 1
    return held, ""


def _files() -> tuple[int, str]:
    held = 0
    for stored in StoredFile.objects.order_by("digest").iterator(chunk_size=AT_ONCE):
        try:
            told = sha256()
            with files.opened(stored) as content:
                while piece := content.read(PIECE):
                    told.update(piece)
        except FileNotFoundError:
            return held, f"File {stored.digest}: the storage has lost it."
        if told.hexdigest() != stored.digest:
            return held, f"File {stored.digest}: its content was changed."
        held += 1
    return held, ""


def _packages() -> tuple[int, str]:
    held = 0
    sealed = dict(Receipt.objects.filter(package__isnull=False).values_list("package").annotate(n=Count("pk")))
    sizes = dict(StoredFile.objects.values_list("digest", "size"))
    for package in Package.objects.order_by("digest").select_related("content").iterator(chunk_size=AT_ONCE):
        if digest(package.manifest) != package.digest:
            return held, f"Package {package.digest}: its manifest was changed."
        if sealed.get(package.digest, 0) != 1:
            return held, f"Package {package.digest} has {sealed.get(package.digest, 0)} receipts instead of one."
        body = zlib.decompress(bytes(package.content.body))
        there = {APPLICATION: File(package.content_id, len(body))}
        for annex in package.manifest["annexes"]:
            if annex["sha256"] in sizes:
                there[annex["path"]] = File(annex["sha256"], sizes[annex["sha256"]])
        faults = faults_in_package(package.manifest, there, body)
        if faults:
            return held, f"Package {package.digest}: {faults[0]}."
        held += 1
    return held, ""


def _receipts() -> tuple[int, str]:
    held = 0
    places: dict[int, int] = {}
    key = signing.public_key().pem.encode()
    entries = dict(Event.objects.values_list("number", "digest"))
    for receipt in Receipt.objects.order_by("position").select_related("proposal").iterator(chunk_size=AT_ONCE):
        fault = _of_receipt(receipt, places.get(receipt.proposal_id, 0) + 1, entries, key)
        if fault:
            return held, f"Receipt {receipt.number}: {fault}"
        places[receipt.proposal_id] = receipt.place
        held += 1
    acts = Event.objects.filter(facts__has_key="receipt").count()
    if acts != held:
        return held, f"The record tells of {acts} receipts; {held} are here."
    return held, ""


def _of_receipt(receipt: Receipt, place: int, entries: dict[int, str], key: bytes) -> str:
    """What is wrong with a receipt; empty where nothing is."""
    proof = check_receipt(receipt.document, key=key)
    if not proof.holds:
        return str(proof.faults[0])
    claims, chain = receipt.document["claims"], receipt.document["chain"]
    if entries.get(chain["position"]) != chain["digest"]:
        return "the record holds another entry at its position."
    told: dict[str, Any] = {
        "number": receipt.number,
        "act": receipt.act,
        "outcome": receipt.outcome,
        "proposal": receipt.proposal.ref,
        "strand": receipt.strand,
        "package": receipt.package_id,
        "draft_version": receipt.draft_version,
        "reason": receipt.reason,
        "received_at": receipt.received_at.isoformat(),
        "sealed_at": receipt.sealed_at.isoformat(),
    }
    for column, held in told.items():
        if claims[column] != held:
            return f"its row says {column} {held!r}, the receipt {claims[column]!r}."
    if claims["call"]["reference"] != receipt.call or receipt.position != chain["position"]:
        return "its row names another call or position than the receipt."
    if receipt.digest != digest(claims):
        return "its row holds another digest than that of its claims."
    if receipt.place != place or receipt.number != f"{receipt.proposal.ref}/{place}":
        return f"it should have place {place}: one before it is missing, or it was moved."
    return ""


def _standings() -> tuple[int, str]:
    """What counts is what the receipts come to, member by member."""
    due: dict[str, Counting] = {}
    told = Receipt.objects.order_by("proposal", "place").values_list(
        "proposal__ref", "place", "act", "outcome", "admits__place"
    )
    for ref, rows in groupby(told.iterator(chunk_size=AT_ONCE), key=itemgetter(0)):
        acts = [Act(place, ActKind(act), said == Receipt.Outcome.ACCEPTED, at or 0) for _, place, act, said, at in rows]
        try:
            due[ref] = what_counts(acts)
        except ValueError as wrong:
            return 0, f"Application {ref}: {wrong}."
    held = 0
    counted = Standing.objects.select_related("proposal", "receipt", "package_of__package__content")
    for standing in counted.order_by("pk"):
        ref = standing.proposal.ref
        counting = due.pop(ref, NOTHING)
        if counting.act is None or standing.receipt.number != f"{ref}/{counting.act.number}":
            return held, f"Application {ref}: what counts is not what its receipts come to. {counting.reason}"
        if counting.sealed is None or standing.package_of.number != f"{ref}/{counting.sealed.number}":
            return held, f"Application {ref}: another package counts than the one that was sealed."
        if _members(standing) != _sealed_members(standing):
            return held, f"Application {ref}: the members that count are not those that were sealed."
        held += 1
    missing = next((ref for ref, counting in due.items() if counting.act is not None), None)
    if missing is not None:
        return held, f"Application {missing}: its submission should count, and does not."
    return held, ""


def _notices() -> tuple[int, str]:
    """Every deadline that two officers moved has its notice, and every notice is of such an edition."""
    held = 0
    places: dict[str, int] = {}
    key = signing.public_key().pem.encode()
    entries = dict(Event.objects.filter(facts__has_key="notice").values_list("number", "digest"))
    for notice in DeadlineNotice.objects.order_by("position").select_related("edition__base"):
        place = places.get(notice.call, 0) + 1
        fault = _of_notice(notice, place, entries, key)
        if fault:
            return held, f"Notice {notice.number}: {fault}"
        places[notice.call] = place
        held += 1
    if len(entries) != held:
        return held, f"The record tells of {len(entries)} notices; {held} are here."
    told = set(DeadlineNotice.objects.values_list("edition", flat=True))
    by_officers = CallEdition.objects.filter(state__in=SHOWN, base__isnull=False, published_by__isnull=False)
    for edition in by_officers.select_related("base").order_by("pk"):
        if edition.closing != edition.base.closing and edition.pk not in told:  # type: ignore[union-attr]
            return held, f"{edition} moved the deadline, and there is no notice of it."
    return held, ""


def _of_notice(notice: DeadlineNotice, place: int, entries: dict[int, str], key: bytes) -> str:
    """What is wrong with a notice; empty where nothing is."""
    proof = check_notice(notice.document, key=key)
    if not proof.holds:
        return str(proof.faults[0])
    claims, chain, edition = notice.document["claims"], notice.document["chain"], notice.edition
    if notice.position != chain["position"] or entries.get(chain["position"]) != chain["digest"]:
        return "the record holds another entry at its position."
    told: dict[str, Any] = {
        "number": notice.number,
        "call": notice.call,
        "closing_before": notice.closing_before and notice.closing_before.isoformat(),
        "closing_after": notice.closing_after and notice.closing_after.isoformat(),
        "published_at": notice.published_at.isoformat(),
    }
    for column, held in told.items():
        if claims[column] != held:
            return f"its row says {column} {held!r}, the notice {claims[column]!r}."
    if notice.digest != digest(claims) or notice.place != place or notice.number != f"{notice.call}/{place}":
        return f"it should have place {place} and the digest of its claims: one before it is missing, or it was moved."
    if (edition.digest, edition.closing) != (claims["edition_after"]["digest"], notice.closing_after):
        return "the edition that it tells of was changed."
    return ""


def _members(standing: Standing) -> set[tuple[str, str]]:
    rows = StandingMember.objects.filter(standing=standing)
    return set(rows.values_list("organisation", "body"))


def _sealed_members(standing: Standing) -> set[tuple[str, str]]:
    package = standing.package_of.package
    assert package is not None  # noqa: S101 -- what counts was sealed
    table = json.loads(zlib.decompress(bytes(package.content.body)))
    roles = {role.value for role in APPLICANTS}
    return {
        (row["organisation"], entity if isinstance(entity := row.get("legal_entity"), str) else row["organisation"])
        for row in table.get("member", ())
        if row["role"] in roles
    }


def _texts() -> tuple[int, str]:
    """Every text reads as the latest version of it."""
    latest = TextVersion.objects.filter(number__isnull=False).order_by("proposal", "key", "number")
    kept = {
        (proposal, key): (number, value)
        for proposal, key, number, value in latest.values_list("proposal", "key", "number", "value").iterator()
    }
    held = 0
    for text in Text.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE):
        if kept.get((text.proposal_id, text.key)) != (text.version, text.value):
            return held, f"Application {text.proposal.ref}, {text.key}: the text is not its latest version."
        held += 1
    return held, ""


def _ledgers() -> tuple[int, str]:
    """Every cell, part and source stands as its changes left it, and products are products."""
    left = _replayed()
    held = 0
    for place, row, ref in _money_rows():
        figures = left.pop(place, None)
        if figures is None:
            if isinstance(row, Cost) and not holds(row):
                continue  # a cell that was emptied
            return held, f"Application {ref}, {place[2]}: no change of the ledger made it."
        if any(getattr(row, name) != said for name, said in figures.items()):
            return held, f"Application {ref}, {place[2]}: it is not as its latest change left it."
        if isinstance(row, Cost) and row.months is not None and row.rate is not None:
            exact = row.months * row.rate
            if row.cents != (exact + 50) // 100:
                return held, f"Application {ref}, {place[2]}: months times rate is another amount."
        held += 1
    for _, _, key in left:
        return held, f"{key}: the history has it, the ledger has not."
    return held, ""


def _replayed() -> dict[Place, dict[str, Any]]:
    """What the changes of all ledgers come to, one after the other."""
    left: dict[Place, dict[str, Any]] = {}
    changes = MoneyChange.objects.order_by("id").values_list("proposal", "seat", "key", "after")
    for proposal, seat, key, after in changes.iterator(chunk_size=AT_ONCE):
        left.pop((proposal, seat, key), None)
        if after is not None:
            # A source that was renamed is changed under its old name.
            now = f"source/{after['name']}" if key.startswith("source/") else key
            left[proposal, seat, now] = after
    return left


def _money_rows() -> Iterator[tuple[Place, Any, str]]:
    for cost in Cost.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE):
        yield (cost.proposal_id, cost.seat_id, f"cost/{cost.work_package}/{cost.category}"), cost, cost.proposal.ref
    for part in Part.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE):
        yield (part.proposal_id, part.seat_id, "part"), part, part.proposal.ref
    for source in Source.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE):
        yield (source.proposal_id, source.seat_id, f"source/{source.name}"), source, source.proposal.ref
