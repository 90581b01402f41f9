"""Which edition of a call is in force at an instant, what came before it, and what is being prepared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse

from hanse.core.call import Call
from hanse.core.form import Form
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import left_in_words
from hanse.stages.announcement.models import IN_PREPARATION, SHOWN, CallEdition, Follower
from hanse.stages.announcement.queries.folders import form_of_edition, read


class Standing(Enum):
    """Whether a call can be applied for."""

    OPEN = "open"
    NOT_YET = "not open yet"
    UNSURE = "not stated whether open"
    CLOSED = "closed"


ORDER = tuple(Standing)
TONES = {Standing.OPEN: "good", Standing.NOT_YET: "busy", Standing.UNSURE: "doubt", Standing.CLOSED: "quiet"}


def standing_of(edition: CallEdition, now: datetime) -> Standing:
    """Whether a call can be applied for, as an edition of it states.

    Where no day of opening is stated, it opened at the latest on the day of its text, or when officers published it.
    """
    window = edition.window
    today = now.astimezone(ZoneInfo(window.zone)).date()
    if not isinstance(window.opens_on, Unknown) and today < window.opens_on:
        return Standing.NOT_YET
    if edition.edition_date is not None and today < edition.edition_date and edition.by_the_system:
        return Standing.NOT_YET
    in_time = window.in_time(now)
    if isinstance(in_time, Unknown):
        return Standing.UNSURE
    if not in_time:
        return Standing.CLOSED
    told = edition.opens_on or edition.edition_date or edition.published_by_id
    return Standing.OPEN if told else Standing.UNSURE


def _in_force(at: datetime) -> QuerySet[CallEdition]:
    begun = Q(in_force_from__isnull=True) | Q(in_force_from__lte=at)
    going_on = Q(superseded_at__isnull=True) | Q(superseded_at__gt=at)
    return CallEdition.objects.filter(begun, going_on, state__in=SHOWN)


def editions_in_force(at: datetime) -> list[CallEdition]:
    """The edition of every call that is in force at an instant: open calls first, then by deadline, latest first."""
    last = datetime.max.replace(tzinfo=at.tzinfo)

    def place(edition: CallEdition) -> tuple[int, float, str]:
        standing = standing_of(edition, at)
        closing = (edition.closing or last).timestamp()
        return ORDER.index(standing), closing if standing is Standing.OPEN else -closing, edition.reference

    return sorted(_in_force(at), key=place)


def edition_in_force(reference: str, at: datetime) -> CallEdition | None:
    """The edition of one call that is in force at an instant."""
    return _in_force(at).filter(reference=reference).order_by("-number").first()


def call_of(reference: str, at: datetime) -> Call | None:
    """The call as the edition in force at an instant states it; None if there is no such call."""
    edition = edition_in_force(reference, at)
    return None if edition is None else read(edition)


def form_of(reference: str, at: datetime) -> Form | None:
    """The application form of a call as the edition in force at an instant states it; None if there is no such call."""
    edition = edition_in_force(reference, at)
    return None if edition is None else form_of_edition(edition)


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that can be applied for.

    Attributes:
        closes: the closing instant; None if its hour is not stated.
        left: time left in words; empty if it cannot be told.
        url: its page.
        check_url: the page that answers "can we apply?".
    """

    title: str
    reference: str
    closes: datetime | None
    left: str
    url: str
    check_url: str


def open_calls(now: datetime) -> list[OpenCall]:
    """The calls that can be applied for, the next deadline first."""
    return [
        OpenCall(
            edition.title,
            edition.reference,
            edition.closing,
            "" if edition.closing is None else left_in_words(edition.closing - now),
            reverse("announcement:call", args=[edition.reference]),
            reverse("announcement:check", args=[edition.reference]),
        )
        for edition in editions_in_force(now)
        if standing_of(edition, now) is Standing.OPEN
    ]


def history(reference: str, at: datetime) -> list[CallEdition]:
    """The editions of a call that have come into force by an instant, the latest first, with who published them."""
    begun = Q(in_force_from__isnull=True) | Q(in_force_from__lte=at)
    editions = CallEdition.objects.filter(begun, reference=reference, state__in=SHOWN)
    return list(editions.select_related("published_by", "proposed_by", "base").order_by("-number"))


def editions_in_preparation() -> QuerySet[CallEdition]:
    """The editions that officers work on, the latest first."""
    found = CallEdition.objects.filter(state__in=IN_PREPARATION)
    return found.select_related("drafted_by", "proposed_by", "base").order_by("-drafted_at", "-id")


def edition(id: int) -> CallEdition | None:
    """An edition in any state, with the one it is to replace."""
    return CallEdition.objects.select_related("base", "drafted_by", "proposed_by", "published_by").filter(pk=id).first()


def is_follower(reference: str, user_id: int | None) -> bool:
    """Whether a person is written to when a call changes."""
    return user_id is not None and Follower.objects.filter(reference=reference, user=user_id).exists()


def followers(reference: str) -> int:
    """How many people are written to when a call changes."""
    return Follower.objects.filter(reference=reference, user__is_active=True).count()


def addresses_of_followers(reference: str) -> Sequence[str]:
    """Where the followers of a call are written to."""
    following = Follower.objects.filter(reference=reference, user__is_active=True)
    return list(following.order_by("id").values_list("user__email", flat=True))
