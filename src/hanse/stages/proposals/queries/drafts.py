"""What is written in an application now, and how its form reads for its strand."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from hanse.callbook.application_forms import standard_form
from hanse.callbook.reference import geography, regions
from hanse.core.form import Draft, Form
from hanse.core.values.unknown import NOT_STATED
from hanse.stages.announcement.queries import form_of as form_of_call
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.queries.members import consortia_of
from hanse.stages.proposals.models import Proposal, Text, TextVersion

DURATION = "duration_months"


def by_ref(ref: str) -> Proposal | None:
    """The application with an id, with its consortium. It is private: ask `standing_in` before it is shown."""
    return Proposal.objects.select_related("consortium").filter(ref=ref).first()


def form_of(proposal: Proposal, at: datetime) -> Form:
    """What the call asks of the strand applied for, as the edition in force states it.

    Where the call is not known here any more, the standard form stands in.
    """
    consortium = proposal.consortium
    form = form_of_call(consortium.call, at) or standard_form()
    return form.for_strand(consortium.strand)


def texts_of(proposal: Proposal) -> dict[str, Text]:
    """Every field that was ever written, by key, with who changed it last."""
    rows = Text.objects.filter(proposal=proposal).select_related("changed_by")
    return {text.key: text for text in rows}


def written_in(proposal: Proposal) -> dict[str, str]:
    """What every field reads, by key, for those who only read: in a fraction of the time that rows take."""
    return dict(Text.objects.filter(proposal=proposal).values_list("key", "value"))


def draft_of(proposal: Proposal, seats: Iterable[Seat], texts: Mapping[str, Text]) -> Draft:
    """A draft as the core judges it; see `draft_reading`."""
    return draft_reading(proposal, seats, {key: text.value for key, text in texts.items()})


def draft_reading(proposal: Proposal, seats: Iterable[Seat], written: Mapping[str, str]) -> Draft:
    """A draft as the core judges it: what is written, its targets, members and length."""
    taking_part = [seat for seat in seats if seat.state == SeatState.ACCEPTED]
    months = written.get(DURATION, "").strip()
    names = {seat.organisation.ref: seat.organisation.name for seat in taking_part}
    return Draft(
        written,
        tuple(proposal.consortium.targets) or NOT_STATED,
        tuple(seat.organisation.ref for seat in taking_part),
        int(months) if months.isascii() and months.isdecimal() and len(months) < 4 else None,
        {**place_names(), **names},
    )


@cache
def place_names() -> Mapping[str, str]:
    """Countries and world regions by code or id."""
    return {**regions(), **geography().names}


def proposals_of(user: Any) -> list[Proposal]:
    """The applications of consortia in which a person takes part, the latest change first."""
    inside = [seat.consortium_id for seat in consortia_of(user) if seat.state == SeatState.ACCEPTED]
    found = Proposal.objects.filter(consortium__in=inside).select_related("consortium")
    return list(found.order_by("-changed_at", "-pk"))


def text_at(proposal: Proposal, key: str) -> Text | None:
    """One field."""
    return Text.objects.filter(proposal=proposal, key=key).select_related("changed_by").first()


def changed_in(proposal: Proposal, section: str, since: datetime) -> list[Text]:
    """The fields of a section that were changed after an instant."""
    rows = Text.objects.filter(proposal=proposal, changed_at__gt=since).select_related("changed_by")
    return [text for text in rows.order_by("changed_at", "pk") if text.key.partition("/")[0] == section]


def aside_of(proposal: Proposal) -> QuerySet[TextVersion]:
    """Texts that were set aside and that nobody has settled yet, the oldest first."""
    waiting = TextVersion.objects.filter(proposal=proposal, nature=TextVersion.Nature.ASIDE, settled_at__isnull=True)
    return waiting.select_related("written_by").order_by("written_at", "pk")
