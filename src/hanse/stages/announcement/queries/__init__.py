"""What is known of calls: editions and their texts, who follows, questions, and what a check says.

Other stages and the site ask here:

    editions_in_force(at)            one for each call, by deadline
    call_of(reference, at)           the call as the edition in force states it, or None
    form_of(reference, at)           its application form, or None
    open_calls(now)                  the calls that can be applied for, the next deadline first
    editions_in_preparation()        those that officers work on
    unanswered()                     questions that wait
"""

from hanse.stages.announcement.queries.editions import (
    OpenCall,
    call_of,
    edition_in_force,
    editions_in_force,
    editions_in_preparation,
    form_of,
    open_calls,
)
from hanse.stages.announcement.queries.questions import unanswered

__all__ = [
    "OpenCall",
    "call_of",
    "edition_in_force",
    "editions_in_force",
    "editions_in_preparation",
    "form_of",
    "open_calls",
    "unanswered",
]
