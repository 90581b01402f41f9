"""Texts of folders into the database, and the facts of a call onto its edition."""

from collections.abc import Mapping

from hanse.core.call import Call
from hanse.core.values.unknown import Unknown
from hanse.stages.announcement.models import CallEdition, FolderText
from hanse.stages.announcement.queries.folders import digest_of, digest_of_text, manifest_of


def put_texts(edition: CallEdition, texts: Mapping[str, str]) -> None:
    """Keep the texts and let the edition consist of them. The edition itself is not saved."""
    kept = [FolderText(digest=digest_of_text(content), content=content) for content in texts.values()]
    FolderText.objects.bulk_create(kept, ignore_conflicts=True)
    edition.manifest = manifest_of(texts)
    edition.digest = digest_of(edition.manifest)


def put_facts(edition: CallEdition, call: Call) -> None:
    """Repeat on the edition what lists show of a call. The edition itself is not saved."""
    window = call.window
    edition.label = call.edition[:200]
    edition.title = call.title
    edition.programme = call.programme
    edition.total_cents = None if call.total.known is None else call.total.known.cents
    edition.opens_on = None if isinstance(window.opens_on, Unknown) else window.opens_on
    edition.closes_on = None if isinstance(window.closes_on, Unknown) else window.closes_on
    edition.closes_at = None if isinstance(window.closes_at, Unknown) else window.closes_at
    edition.zone = window.zone
    counts = window.closing_instant_counts
    edition.closing_instant_counts = None if isinstance(counts, Unknown) else counts
    edition.closing = None if isinstance(window.closing, Unknown) else window.closing
    edition.edition_date = None if isinstance(call.edition_date, Unknown) else call.edition_date
