"""Submitting an application: whether it stands, what counts, and the documents that prove it.

decide_submission(...)      `deciding`: in time, complete, and not stopped by a rule at the door
decide_withdrawal(...)      the same for taking it back
documents                   manifest of a package, claims of a receipt, and what does not hold together in them
counting                    which of several attempts counts
report                      a decision line by line, before it is asked for
changes                     what changed since an application was submitted
telling                     a receipt in words, the same on paper and at a terminal
clashes                     what rules over all submissions become at the door
deadlines                   when people are reminded of one, and the notice by which it is moved
"""

from hanse.core.submission.deciding import (
    Accepted,
    Observation,
    Reason,
    Receipt,
    Refused,
    decide_submission,
    decide_withdrawal,
    may_withdraw,
)

__all__ = [
    "Accepted",
    "Observation",
    "Reason",
    "Receipt",
    "Refused",
    "decide_submission",
    "decide_withdrawal",
    "may_withdraw",
]
