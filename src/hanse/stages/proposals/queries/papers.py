"""The annexes and declarations of an application: what is asked of whom, what is there, what is missing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from hanse.core.form import Annex as AskedAnnex
from hanse.core.form import Declaration as AskedDeclaration
from hanse.core.form import Form
from hanse.core.values.digest import digest
from hanse.ground import files
from hanse.ground.files.models import StoredFile
from hanse.ground.files.types import PDF, in_words
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.registry.models import FormerRef, Membership

APPLICANTS = (Seat.Role.COORDINATOR, Seat.Role.BENEFICIARY, Seat.Role.AFFILIATED_ENTITY)
"""The roles that bring papers of their own and declare on their honour."""
LOCKED = "is protected by a password: nobody could read it. Save it without one, then choose it again."
BROKEN = "cannot be read as a PDF: it is broken or incomplete. Save it anew as PDF, then choose it again."


MOST_NODES = 20_000
"""Of the tree in which a PDF holds its pages."""


def types_for(asked: AskedAnnex) -> frozenset[str]:
    """What a file may be: a PDF where pages are counted, else any document or sheet."""
    return frozenset({PDF}) if asked.most_pages else files.DOCUMENTS | files.SHEETS


def applicants(seats: Iterable[Seat]) -> list[Seat]:
    """The seats that bring papers of their own: accepted, in a role that applies."""
    return [seat for seat in seats if seat.state == SeatState.ACCEPTED and seat.role in APPLICANTS]


def owned_by(user: Any, seats: Iterable[Seat]) -> frozenset[int]:
    """The seats whose organisation, or the one into which it was merged, a person owns; by number."""
    asked = list(seats)
    merged = FormerRef.objects.filter(ref__in=[seat.organisation.ref for seat in asked])
    staying = dict(merged.values_list("ref", "organisation"))
    speaking = {seat.pk: staying.get(seat.organisation.ref, seat.organisation_id) for seat in asked}
    held = Membership.objects.filter(
        user=user, organisation__in=list(speaking.values()), until__isnull=True, right=Membership.Right.OWNER
    )
    own = set(held.values_list("organisation", flat=True))
    return frozenset(number for number, organisation in speaking.items() if organisation in own)


# --- annexes -----------------------------------------------------------------------------------------------------


def _annexes(proposal: Proposal) -> QuerySet[Annex]:
    rows = Annex.objects.filter(proposal=proposal)
    return rows.select_related("file", "seat__organisation", "added_by", "removed_by")


def annexes_of_all(proposals: Iterable[Proposal]) -> dict[int, list[Annex]]:
    """The files that belong to each of several applications, as `annexes_now` gives them; in one query."""
    found: dict[int, list[Annex]] = defaultdict(list)
    rows = Annex.objects.filter(proposal__in=list(proposals), removed_at__isnull=True).select_related("file")
    for row in rows.order_by("added_at", "id"):
        found[row.proposal_id].append(row)
    return found


def annexes_now(proposal: Proposal) -> list[Annex]:
    """The files that belong to an application, in the order in which they came."""
    return list(_annexes(proposal).filter(removed_at__isnull=True).order_by("added_at", "id"))


def annex(proposal: Proposal, number: int) -> Annex | None:
    """A file that belongs to an application or once did."""
    return _annexes(proposal).filter(pk=number).first()


def annex_at(proposal: Proposal, kind: str, seat_id: int | None) -> Annex | None:
    """The file that stands in one place now."""
    return _annexes(proposal).filter(kind=kind, seat=seat_id, removed_at__isnull=True).order_by("-id").first()


def annexes_before(proposal: Proposal, kind: str, seat_id: int | None) -> list[Annex]:
    """The files that stood in one place before, the latest first."""
    rows = _annexes(proposal).filter(kind=kind, seat=seat_id, removed_at__isnull=False)
    return list(rows.order_by("-removed_at", "-id"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file belongs: an annex, of one partner where each brings one.

    Attributes:
        seat: None for an annex of the whole application, which the coordinator adds.
        held: the file that is there.
        fault: why that file does not fit what the form asks now; empty where it does.
    """

    asked: AskedAnnex
    seat: Seat | None
    held: Annex | None
    fault: str = ""

    @property
    def missing(self) -> bool:
        """Whether a file is asked for and not there."""
        return self.asked.required and self.held is None


def places_of(form: Form, seats: Iterable[Seat], held: Iterable[Annex]) -> list[Place]:
    """Every place for a file, in the order of the form, then of the members."""
    there = {(row.kind, row.seat_id): row for row in held}
    partners = applicants(seats)
    return [
        Place(asked, seat, row, unfit(asked, row) if row else "")
        for asked in form.annexes
        for seat in (partners if asked.of_each_partner else (None,))
        for row in (there.get((asked.id, seat.pk if seat else None)),)
    ]


def strays(places: Iterable[Place], held: Iterable[Annex]) -> list[Annex]:
    """Files that no place asks for any more: the form has changed, or their partner has left."""
    placed = {place.held.pk for place in places if place.held}
    return [row for row in held if row.pk not in placed]


def unfit(asked: AskedAnnex, row: Annex) -> str:
    """Why a file that was added once does not fit what the form asks now, as a sentence; empty where it does."""
    return misfit(asked, row.name, row.file, row.pages)


def misfit(asked: AskedAnnex, name: str, stored: StoredFile, pages: int | None) -> str:
    """Why a file does not fit what is asked, as a sentence; empty where it does."""
    return (
        type_fault(asked, name, stored.media_type)
        or size_fault(asked, name, stored.size)
        or pages_fault(asked, name, pages)
    )


def type_fault(asked: AskedAnnex, name: str, media_type: str) -> str:
    """What is wrong with the type of a file, as a sentence; empty where nothing is."""
    if media_type in types_for(asked):
        return ""
    return f"{name} is {in_words(media_type)}. Choose {' or '.join(sorted(map(in_words, types_for(asked))))}."


def size_fault(asked: AskedAnnex, name: str, size: int) -> str:
    """What is wrong with the size of a file, as a sentence; empty where nothing is."""
    if size <= asked.most_megabytes << 20:
        return ""
    return f"{name} has {size / (1 << 20):.1f} MB; at most {asked.most_megabytes} MB are allowed. Make it smaller."


def pages_fault(asked: AskedAnnex, name: str, pages: int | None) -> str:
    """What is wrong with the number of pages, as a sentence; empty where nothing is, or no number is asked."""
    if not asked.most_pages:
        return ""
    if pages is None or pages <= asked.most_pages:
        return ""
    return f"{name} has {pages} pages; at most {asked.most_pages} are allowed. Take {pages - asked.most_pages} out."


def pages_in(stored: StoredFile) -> tuple[int | None, str]:
    """How many pages a file has, None where that cannot be told; and why it cannot be read, empty where it can."""
    if stored.media_type != PDF:
        return None, ""
    from pypdf import PdfReader  # slow to load, and most requests read no PDF

    with files.opened(stored) as content:
        try:
            reader = PdfReader(content)
            if reader.is_encrypted and not reader.decrypt(""):
                return None, LOCKED
            pages = _leaves(reader.root_object["/Pages"])
        except Exception:  # a damaged file breaks its reader in any way there is
            return None, BROKEN
    return (pages, "") if pages else (None, BROKEN)


def _leaves(root: Any) -> int:
    """The pages at the tips of a tree. What the tree itself says of their number may be wrong, so it is walked.

    Raises:
        ValueError: if it is no tree, or larger than any file of a few megabytes has use for.
    """
    from pypdf.generic import IndirectObject

    waiting, met, pages = [root], set(), 0
    for _ in range(MOST_NODES):
        if not waiting:
            return pages
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            node = node.get_object()
        if id(node) in met:
            raise ValueError("the tree of pages has a knot")
        if "/Kids" in node:
            met.add(id(node))
            waiting.extend(node["/Kids"])
        else:
            pages += 1
    raise ValueError("the tree of pages does not end")


def missing_annexes(form: Form, seats: Sequence[Seat], held: Iterable[Annex]) -> tuple[str, ...]:
    """What is still to be attached, or attached and not as asked, and by whom."""
    return told_of_places(places_of(form, seats, held), seats)


def told_of_places(places: Iterable[Place], seats: Iterable[Seat]) -> tuple[str, ...]:
    """What is missing or wrong in these places, as sentences that name who is to act."""
    lead = next((seat.organisation.name for seat in applicants(seats) if seat.role == Seat.Role.COORDINATOR), "")
    told = []
    for place in places:
        who = place.seat.organisation.name if place.seat else lead or "the coordinator"
        if place.missing:
            told.append(f"“{place.asked.title}” is missing: {who} adds it.")
        elif place.fault:
            told.append(f"“{place.asked.title}” of {who}: {place.fault}")
    return tuple(told)


# --- declarations ------------------------------------------------------------------------------------------------


def wording_digest(text: str) -> str:
    """By what a wording is known: another text has another one."""
    return digest(text)


def declarations_now(proposal: Proposal) -> list[Declaration]:
    """What members have declared and not revoked."""
    rows = Declaration.objects.filter(proposal=proposal, revoked_at__isnull=True)
    return list(rows.select_related("made_by", "seat__organisation").order_by("made_at", "id"))


def declarations_of_all(proposals: Iterable[Proposal]) -> dict[int, list[Declaration]]:
    """What members of each of several applications have declared and not revoked; in one query."""
    found: dict[int, list[Declaration]] = defaultdict(list)
    rows = Declaration.objects.filter(proposal__in=list(proposals), revoked_at__isnull=True)
    for row in rows.order_by("made_at", "id"):
        found[row.proposal_id].append(row)
    return found


def declaration(proposal: Proposal, number: int) -> Declaration | None:
    """A declaration, revoked or not."""
    rows = Declaration.objects.filter(proposal=proposal, pk=number)
    return rows.select_related("seat__organisation", "made_by").first()


def declarations_before(proposal: Proposal, kind: str, seat_id: int) -> list[Declaration]:
    """What a member has declared and revoked, or declared anew since; the latest first."""
    rows = Declaration.objects.filter(
        Q(proposal=proposal, kind=kind, seat=seat_id), revoked_at__isnull=False
    ).select_related("made_by", "revoked_by")
    return list(rows.order_by("-revoked_at", "-id"))


@dataclass(frozen=True, slots=True)
class Word:
    """A declaration that a member is to make.

    Attributes:
        made: what it has declared.
        stale: it did so on an earlier wording: that does not count.
    """

    asked: AskedDeclaration
    seat: Seat
    made: Declaration | None

    @property
    def stale(self) -> bool:
        """Whether it was made on an earlier wording."""
        return self.made is not None and self.made.digest != wording_digest(self.asked.text)

    @property
    def counts(self) -> bool:
        """Whether it was made on the wording that holds now."""
        return self.made is not None and not self.stale


def words_of(form: Form, seats: Iterable[Seat], made: Iterable[Declaration]) -> list[Word]:
    """Every declaration that every applicant is to make, in the order of the form, then of the members."""
    there = {(row.kind, row.seat_id): row for row in made}
    partners = applicants(seats)
    return [Word(asked, seat, there.get((asked.id, seat.pk))) for asked in form.declarations for seat in partners]


def missing_declarations(form: Form, seats: Sequence[Seat], made: Iterable[Declaration]) -> tuple[str, ...]:
    """Who has still to declare what."""
    return told_of_words(words_of(form, seats, made))


def told_of_words(words: Iterable[Word]) -> tuple[str, ...]:
    """Who has still to declare what, as sentences."""
    return tuple(
        f"{word.seat.organisation.name} made “{word.asked.title}” on an earlier wording: an owner declares it again."
        if word.stale
        else f"{word.seat.organisation.name} has not made “{word.asked.title}”: an owner declares it."
        for word in words
        if not word.counts
    )
