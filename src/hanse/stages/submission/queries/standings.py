"""How several applications stand before their door at once: submitted, behind, not submitted.

    stands_of(proposals, at)                     for a list of them, in as many queries for twenty as for one
    stands_of(proposals, at, in_full=True)       and what would stop those that are not submitted

What is told of one here is what its own page tells of it (`queries.report`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Max, prefetch_related_objects

from hanse.callbook.dossier_writing import as_json
from hanse.callbook.setting import day_of_countries
from hanse.core.form import PaperGate
from hanse.core.submission import Reason, Refused, decide_submission
from hanse.core.submission.changes import ApplicationChange, changes_between, changes_in_words
from hanse.core.submission.clashes import observations_now
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.announcement.queries.folders import read
from hanse.stages.consortia.models import Mandate, Seat, SeatState
from hanse.stages.consortia.queries.members import SeatMandate
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries import papers
from hanse.stages.proposals.queries.dossiers import Drawn, dossiers_of
from hanse.stages.submission.models import Content, Receipt, Standing
from hanse.stages.submission.queries.preparing import examiner_of, missing_mandates
from hanse.stages.submission.queries.receipts import body_of

SUBMITTED, BEHIND, NOT_SUBMITTED = "submitted", "behind", "not submitted"


@dataclass(frozen=True, slots=True)
class Stand:
    """How one application stands.

    Attributes:
        standing: the submission that counts; None if none does.
        withdrawn: whether one counted and was taken back.
        changes: what changed since that was sealed.
        reasons: why the draft would be refused now; told only where it was asked for and nothing is submitted.
    """

    proposal: Proposal
    standing: Standing | None
    withdrawn: bool = False
    changes: tuple[ApplicationChange, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def word(self) -> str:
        """`SUBMITTED`, `BEHIND` or `NOT_SUBMITTED`."""
        if self.standing is None:
            return NOT_SUBMITTED
        return BEHIND if self.changes else SUBMITTED

    @property
    def in_words(self) -> str:
        """The same for a list: `behind: 2 changes: 1 text, 1 annex`, `not submitted, since it was withdrawn`."""
        if self.word == BEHIND:
            return f"{BEHIND}: {changes_in_words(self.changes)}"
        return f"{self.word}, since it was withdrawn" if self.withdrawn else self.word


def stands_of(proposals: Iterable[Proposal], at: datetime, *, in_full: bool = False) -> dict[int, Stand]:
    """How each application stands, by its number.

    An application is read as a whole only where anything of it may have changed since it was sealed, or where what
    would stop it is asked for. For each call among those its edition is asked once more.

    Args:
        in_full: whether to tell what would stop those that are not submitted.
    """
    asked = list(proposals)
    if not asked:
        return {}
    prefetch_related_objects(asked, "consortium")
    standings = _standings(asked)
    taken_back = Receipt.objects.filter(
        proposal__in=asked, act=Receipt.Act.WITHDRAWAL, outcome=Receipt.Outcome.ACCEPTED
    )
    withdrawn = set(taken_back.values_list("proposal", flat=True)) - standings.keys()
    editions = {call: edition_in_force(call, at) for call in {one.consortium.call for one in asked}}
    sealed = [one for one in asked if one.pk in standings]
    touched = _touched(sealed, standings, editions)
    open_ones = [one for one in asked if in_full and one.pk not in standings]
    to_read = [one for one in asked if one.pk in touched or one in open_ones]
    drawn = dossiers_of(to_read, at=at) if to_read else {}
    changes = _changes({pk: drawn[pk] for pk in touched}, standings)
    reasons = _reasons([drawn[one.pk] for one in open_ones], editions, at) if open_ones else {}
    return {
        one.pk: Stand(one, standings.get(one.pk), one.pk in withdrawn, changes.get(one.pk, ()), reasons.get(one.pk, ()))
        for one in asked
    }


def _standings(proposals: Sequence[Proposal]) -> dict[int, Standing]:
    """What counts, without the documents, which are long."""
    rows = Standing.objects.filter(proposal__in=proposals).select_related(
        "receipt", "package_of__package", "package_of__edition"
    )
    rows = rows.defer("receipt__document", "package_of__document", "package_of__package__manifest")
    return {row.proposal_id: row for row in rows}


def _touched(
    proposals: Sequence[Proposal], standings: Mapping[int, Standing], editions: Mapping[str, CallEdition | None]
) -> set[int]:
    """Those of which anything may have changed since they were sealed: the draft, the aims, a member, the call.

    A profile counts with all profiles that stand on the same legal entity, since each of them may correct it.
    """
    if not proposals:
        return set()
    members = Seat.objects.filter(consortium__in=[one.consortium_id for one in proposals], state=SeatState.ACCEPTED)
    of_member = Max("organisation__changed_at")
    of_entity = Max("organisation__legal_entity__organisations__changed_at")
    # Where a member has no legal entity there is only its own change.
    latest = {
        consortium: max(own, shared or own)
        for consortium, own, shared in members.values("consortium")
        .annotate(own=of_member, shared=of_entity)
        .order_by()
        .values_list("consortium", "own", "shared")
    }
    found = set()
    for one in proposals:
        receipt = standings[one.pk].package_of
        since = max(one.consortium.changed_at, latest.get(one.consortium_id, one.created_at))
        same_form = _form_file(editions[one.consortium.call]) == _form_file(receipt.edition)
        if one.version != receipt.draft_version or since >= receipt.received_at or not same_form:
            found.add(one.pk)
    return found


def _form_file(edition: CallEdition | None) -> str | None:
    """By which text an edition says what an application consists of; a deadline that moves leaves it as it is."""
    return None if edition is None else edition.manifest.get("application.toml")


def _changes(drawn: Mapping[int, Drawn], standings: Mapping[int, Standing]) -> dict[int, tuple[ApplicationChange, ...]]:
    now = {pk: as_json(one.dossier).encode() for pk, one in drawn.items()}
    sealed = {pk: _content_of(standings[pk]) for pk in drawn}
    differing = [pk for pk, content in now.items() if sha256(content).hexdigest() != sealed[pk]]
    kept = Content.objects.in_bulk([sealed[pk] for pk in differing]) if differing else {}
    return {pk: changes_between(json.loads(body_of(kept[sealed[pk]])), json.loads(now[pk])) for pk in differing}


def _content_of(standing: Standing) -> str:
    """The digest of the application that counts."""
    package = standing.package_of.package
    assert package is not None  # noqa: S101 -- what counts was sealed
    return str(package.content_id)


def _reasons(
    drawn: Sequence[Drawn], editions: Mapping[str, CallEdition | None], at: datetime
) -> dict[int, tuple[Reason, ...]]:
    """Why each would be refused now. Other applications are not asked."""
    seats = [seat.pk for one in drawn for seat in one.seats]
    mandates = {row.seat_id: row for row in Mandate.objects.filter(seat__in=seats, revoked_at__isnull=True)}
    found: dict[int, tuple[Reason, ...]] = {}
    for one in drawn:
        edition = editions[one.proposal.consortium.call]
        if edition is None:
            continue
        call = read(edition)
        day = day_of_countries(call) or at.astimezone(BRUSSELS).date()
        form = one.form.with_papers_of(PaperGate.SUBMISSION)
        decision = decide_submission(
            call,
            one.proposal.consortium.strand,
            at,
            proposal=one.proposal.ref,
            content_digest="",
            missing_parts=(
                *missing_mandates([SeatMandate(seat, mandates.get(seat.pk)) for seat in one.seats]),
                *papers.told_of_places(papers.places_of(form, one.seats, one.held), one.seats),
                *papers.told_of_words(papers.words_of(form, one.seats, one.made)),
            ),
            observations=observations_now(examiner_of(edition, call, day).check(one.dossier)),
        )
        found[one.proposal.pk] = decision.reasons if isinstance(decision, Refused) else ()
    return found
