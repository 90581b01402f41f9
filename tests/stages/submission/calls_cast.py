"""Editions of the 2020 call with other rules, for tests of submission.

call_with(rules=[RATE_AT_THE_DOOR])            what two officers have published, with passages of its files replaced
clash_at_the_door("later")                     the passage of the rule of one consortium a strand
extended(CLOSING + timedelta(hours=1), at=...) another deadline, by two officers
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import CALL, the_calls

from hanse.stages.announcement import actions, queries
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries.folders import texts_of

Passage = tuple[str, str]
"""As it reads, and as it is to read."""

RATE_AT_THE_DOOR = ('kind = "reimbursement_rate"', 'kind = "reimbursement_rate"\ngate = "submission"')
"""Who asks for more than the rate is refused at the door."""
STRATEGY_NEEDED = ('required = false\nstrands = ["B"]', "required = true")
"""The annex "existing strategy" has to be there, in every strand."""
OPENS_ON_MONDAY = (
    'opens_on = { unknown = "the first day on which proposals could be submitted; the text is dated 30 September 2020" }',
    "opens_on = 2020-11-30",
)
"""The call opens the day after `NOW`, two days before it closes."""
ONE_CONSORTIUM = 'kind = "one_consortium_per_organisation"'
UNKNOWN = 'consequence = { unknown = "whether all proposals fall when the limit is broken, or only the later ones" }'


def clash_at_the_door(consequence: str) -> list[Passage]:
    """An organisation in two consortia of a strand is refused at the door, with this consequence: all, later, unknown."""
    told = UNKNOWN if consequence == "unknown" else f'consequence = "{consequence}"'
    return [(ONE_CONSORTIUM, f'{ONE_CONSORTIUM}\ngate = "submission"'), (UNKNOWN, told)]


def call_with(*, at: datetime = NOW, **replaced: list[Passage]) -> CallEdition:
    """The 2020 call with passages of its files replaced, published by two officers; by file without `.toml`."""
    the_calls()
    base = queries.edition_in_force(CALL, at)
    assert base is not None
    # Its worked cases may turn on what is replaced.
    texts = {path: text for path, text in texts_of(base).items() if not path.startswith("cases/")}
    for file, passages in replaced.items():
        for old, new in passages:
            assert old in texts[f"{file}.toml"], old
            texts[f"{file}.toml"] = texts[f"{file}.toml"].replace(old, new)
    draft = actions.draft_edition(actor=person("odile"), reference=CALL, texts=texts, reason="Other rules.", at=at)
    assert isinstance(draft, CallEdition), draft
    proposed = actions.propose(actor=person("odile"), edition_id=draft.pk, based_on=draft.digest, at=at)
    assert isinstance(proposed, CallEdition), proposed
    return _published(proposed, at)


def extended(closing: datetime, *, at: datetime, decided: timedelta = timedelta()) -> CallEdition:
    """The deadline of the call in force moved by two officers: the second decides so long after the first."""
    local = closing.astimezone(ZoneInfo("Europe/Brussels"))
    proposed = actions.extend(
        actor=person("odile"),
        reference=CALL,
        day=local.date(),
        hour=local.time(),
        reason="The platform was down.",
        decided_on=at.date(),
        at=at,
    )
    assert isinstance(proposed, CallEdition), proposed
    return _published(proposed, at + decided)


def _published(edition: CallEdition, at: datetime) -> CallEdition:
    done = actions.publish(actor=person("piet"), edition_id=edition.pk, based_on=edition.digest, at=at)
    assert isinstance(done, CallEdition), done
    return done
