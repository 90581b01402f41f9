"""Reading the outbox."""

from django.db.models import Count, QuerySet

from hanse.ground.outbox.models import Message

DEAD = Message.State.DEAD.value


def messages() -> QuerySet[Message]:
    """All messages, newest first."""
    return Message.objects.order_by("-id")


def dead() -> QuerySet[Message]:
    """The messages that were given up, newest first."""
    return messages().filter(state=Message.State.DEAD)


def to(address: str) -> QuerySet[Message]:
    """The messages to one address, newest first."""
    return Message.objects.filter(to__iexact=address).order_by("-id")


def counts() -> dict[str, int]:
    """How many messages are in each state, in the words of the states."""
    found = dict(Message.objects.values_list("state").annotate(n=Count("id")).order_by())
    return {str(state.label): found.get(state.value, 0) for state in Message.State}
