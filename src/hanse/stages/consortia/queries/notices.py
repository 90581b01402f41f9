"""Partner offers and requests of a call, and who answered them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from hanse.stages.consortia.models import Consortium, Interest, Notice, Seat, SeatState
from hanse.stages.consortia.queries.members import has_closed
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import organisations_of, published

SUBJECT = "notice"


def notices_of(call: str) -> QuerySet[Notice]:
    """What was published for a call and not taken back, the latest first, with organisations."""
    standing = Notice.objects.filter(call=call, withdrawn_at__isnull=True, organisation__in=published())
    return standing.select_related("organisation").order_by("-published_at", "-pk")


def notice(ref: str) -> Notice | None:
    """One notice, also one that was taken back."""
    return Notice.objects.select_related("organisation", "consortium").filter(ref=ref).first()


def is_open(notice: Notice, at: datetime) -> bool:
    """Whether a notice can be answered: it expires with its call, and an extension of the call prolongs it."""
    return notice.withdrawn_at is None and not has_closed(notice.call, at)


@dataclass(frozen=True, slots=True)
class Post:
    """Letters of the organisations for which a person acts.

    Attributes:
        received, sent: expressions of interest, those that wait first, then the latest.
    """

    received: tuple[Interest, ...]
    sent: tuple[Interest, ...]

    @property
    def waiting(self) -> int:
        """How many wait for an answer of the person."""
        return sum(one.state == Interest.State.SENT for one in self.received)


def post_of(user: Any, most: int = 100) -> Post:
    """What the organisations of a person have received and sent."""
    own = [organisation.pk for organisation, _ in organisations_of(user)]
    rows = Interest.objects.filter(Q(receiver__in=own) | Q(sender__in=own))
    rows = rows.select_related("sender", "receiver", "notice", "sent_by", "answered_by", "seat")
    found = sorted(rows.order_by("-sent_at", "-pk")[:most], key=lambda one: one.state != Interest.State.SENT)
    return Post(_of(found, "receiver_id", own), _of(found, "sender_id", own))


def _of(found: Iterable[Interest], side: str, own: list[int]) -> tuple[Interest, ...]:
    return tuple(one for one in found if getattr(one, side) in own)


def interest(number: int) -> Interest | None:
    """One expression of interest."""
    rows = Interest.objects.select_related("sender", "receiver", "notice", "sent_by", "answered_by", "seat")
    return rows.filter(pk=number).first()


def waiting_between(sender: Organisation, receiver: Organisation, call: str) -> bool:
    """Whether one waits for the answer of the other already."""
    return Interest.objects.filter(sender=sender, receiver=receiver, call=call, state=Interest.State.SENT).exists()


def declined_between(sender: Organisation, receiver: Organisation, call: str) -> bool:
    """Whether one has declined to talk with the other about a call, and has not written to it itself since."""
    between = Interest.objects.filter(call=call).order_by("-sent_at", "-pk")
    last = between.filter(sender=sender, receiver=receiver).exclude(state=Interest.State.WITHDRAWN).first()
    if last is None or last.state != Interest.State.DECLINED:
        return False
    return not between.filter(sender=receiver, receiver=sender, sent_at__gte=last.sent_at).exists()


def sent_today(sender: Organisation, since: datetime) -> int:
    """How many an organisation has sent since an instant."""
    return Interest.objects.filter(sender=sender, sent_at__gte=since).count()


def led_for(user: Any, call: str) -> list[Consortium]:
    """The consortia of a call that a person coordinates, to which somebody could be invited."""
    own = [organisation.pk for organisation, _ in organisations_of(user)]
    led = Seat.objects.filter(
        organisation__in=own,
        role=Seat.Role.COORDINATOR,
        state=SeatState.ACCEPTED,
        consortium__call=call,
        consortium__state=Consortium.State.FORMING,
    )
    return [seat.consortium for seat in led.select_related("consortium").order_by("consortium__name")]
