"""Calls: the texts of their editions, and the notices by which deadlines were moved."""

from typing import Any

from hanse.core.values.digest import digest
from hanse.core.values.faults import Faulty
from hanse.core.values.unknown import Unknown
from hanse.engines.proof import check_notice
from hanse.ground.audit import signing
from hanse.ground.audit.models import Event
from hanse.stages.announcement.models import SHOWN, CallEdition, FolderText, State
from hanse.stages.announcement.queries.folders import digest_of, digest_of_text, read
from hanse.stages.submission.models import DeadlineNotice
from hanse.stages.submission.queries.verification.rows import AT_ONCE, Held, each, entries_with

LOADED, PUBLISHED = "load call", "publish edition"
"""Acts that bring an edition to the public."""


def editions() -> Held:
    """Every edition that was public is as the record says, from then on, and says what its texts say."""
    told: dict[tuple[str, int], Event] = {}
    for entry in Event.objects.filter(subject_kind="call", act__in=(LOADED, PUBLISHED)).iterator(chunk_size=AT_ONCE):
        told[entry.subject_ref, entry.facts["edition"]] = entry
    kept = {
        text.digest
        for text in FolderText.objects.iterator(chunk_size=AT_ONCE)
        if digest_of_text(text.content) == text.digest
    }
    seen: set[tuple[str, int]] = set()

    def fault_of(edition: CallEdition) -> str:
        if digest_of(edition.manifest) != edition.digest:
            return "its list of texts was changed."
        for path, text in edition.manifest.items():
            if text not in kept:
                return f"{path} is not the text that was published."
        place = (edition.reference, edition.number)
        seen.add(place)
        fault = _published_otherwise(edition, told.get(place), told.get((edition.reference, edition.number + 1)))
        return fault or _unlike_its_texts(edition)

    rows = CallEdition.objects.filter(state__in=SHOWN).order_by("reference", "number").select_related("base")
    held, fault = each(rows.iterator(chunk_size=AT_ONCE), str, fault_of)
    if not fault and (missing := sorted(set(told) - seen)):
        reference, number = missing[0]
        fault = f"{reference}, edition {number}: the record tells that it was published, and it is missing."
    return held, fault


def _published_otherwise(edition: CallEdition, entry: Event | None, following: Event | None) -> str:
    """Where an edition differs from the entry of its publication, and of that by which it was superseded."""
    if entry is None or entry.facts["digest"] != edition.digest:
        return "the record does not tell that these texts were published."
    if (edition.published_by_id, edition.published_at) != (entry.actor_id, entry.at):
        return "it was published by another person or at another instant than the record tells."
    base = None if edition.base is None else (edition.base.reference, edition.base.number)
    if base != ((edition.reference, edition.number - 1) if edition.number > 1 else None):
        return "it is not the one that follows the edition before it."
    begins = None if entry.act == LOADED and edition.base_id is None else entry.at
    ends, state = (following.at, State.SUPERSEDED) if following else (None, State.PUBLISHED)
    if (edition.in_force_from, edition.superseded_at, edition.state) != (begins, ends, state):
        return "it is in force at other times than the record tells."
    return ""


def _unlike_its_texts(edition: CallEdition) -> str:
    """Where its row says something else than its texts, which are proved by now."""
    try:
        call = read(edition)
    except Faulty as wrong:
        return f"this version cannot read its texts ({wrong.faults[0]})."
    window = call.window
    said = (
        call.reference,
        call.edition[:200],
        call.title,
        call.programme,
        *map(_known, (window.opens_on, window.closes_on, window.closes_at, window.zone)),
        *map(_known, (window.closing_instant_counts, window.closing, call.edition_date)),
    )
    stands = said == (
        edition.reference,
        edition.label,
        edition.title,
        edition.programme,
        *(edition.opens_on, edition.closes_on, edition.closes_at, edition.zone),
        *(edition.closing_instant_counts, edition.closing, edition.edition_date),
    )
    return "" if stands else "deadline, title or name are not those of its texts."


def _known(value: Any) -> Any:
    return None if isinstance(value, Unknown) else value


def notices() -> Held:
    """Every deadline that two officers moved has its notice, and every notice is of such an edition."""
    places: dict[str, int] = {}
    key = signing.public_key().pem.encode()
    entries = {position: entry for position, (entry, _) in entries_with("notice").items()}

    def fault_of(notice: DeadlineNotice) -> str:
        place = places.get(notice.call, 0) + 1
        places[notice.call] = place
        return _of_notice(notice, place, entries, key)

    rows = DeadlineNotice.objects.order_by("position").select_related("edition__base").iterator(chunk_size=AT_ONCE)
    held, fault = each(rows, lambda notice: f"Notice {notice.number}", fault_of)
    if fault:
        return held, fault
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
        return f"{proof.faults[0]}."
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
