"""Of which applications those outside the consortium may know: tried to submit, to a call that has closed."""

from datetime import datetime

from django.db.models import QuerySet

from hanse.stages.submission.models import Receipt
from hanse.stages.submission.queries.officers import closed_editions


def disclosed(at: datetime) -> QuerySet[Receipt, str]:
    """The ids of the applications, and so of their consortia, of which officers and auditors may know at an instant.

    Until it submits, an application is its members' alone; until the call has closed, so is that it was submitted.
    """
    closed = [edition.reference for edition in closed_editions(at)]
    receipts = Receipt.objects.filter(call__in=closed, proposal__consortium__call__in=closed)
    return receipts.values_list("proposal__ref", flat=True)
