"""What a submission meets among those that count already, for the rules that look at all of a call."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from hanse.core.consortium import APPLICANTS, COORDINATOR
from hanse.core.eligibility.context import Appearance, Context, Submissions
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import Finding
from hanse.core.proposal import Dossier
from hanse.core.submission.deciding import refuses_at_the_door
from hanse.core.values.unknown import NOT_STATED
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries.folders import read
from hanse.stages.submission.models import StandingMember
from hanse.stages.submission.queries.preparing import Ground, day_of, examiner_of

AN_INSTANT = timedelta(microseconds=1)


def looks_at_others(edition: CallEdition, strand: str, at: datetime) -> bool:
    """Whether a call lets other submissions refuse one at the door."""
    call = read(edition)
    return bool(_at_the_door(examiner_of(edition, call, day_of(edition, at)), strand))


def _at_the_door(examiner: Examiner, strand: str) -> list[BoundRule]:
    return [bound for bound in examiner.rules_for(strand) if bound.over_call and refuses_at_the_door(bound.rule)]


def findings_among_all(ground: Ground, received_at: datetime, *, strand: str) -> tuple[Finding, ...]:
    """What rules that refuse at the door say of an application, as of what counts now; in one query, if there are any.

    Asked under the lock of the record, so that of two that clash the second sees the first. The record alone says who
    was first: what counts came before, also where it arrived later and waited less.
    """
    examiner = examiner_of(ground.edition, ground.call, ground.day)
    asked = _at_the_door(examiner, strand)
    if not asked:
        return ()
    dossier = Dossier(
        ground.proposal.ref,
        strand=strand or NOT_STATED,
        consortium=ground.consortium,
        call=ground.call.reference,
        submitted_at=received_at,
    )
    others = examiner.context
    context = Context(others.call, others.geography, others.on, _met_by(ground, dossier, received_at))
    found = []
    for bound in asked:
        outcome = bound.kind.check(dossier, context)
        found.append(Finding(bound.rule, outcome.verdict, outcome.reason, outcome.facts, outcome.repair))
    return tuple(found)


def _met_by(ground: Ground, dossier: Dossier, received_at: datetime) -> Submissions:
    """The submissions that count and share a body with this one, each submitted before it."""
    bodies = dossier.consortium.bodies(APPLICANTS) | dossier.consortium.bodies(COORDINATOR)
    organisations = [each.organisation.id for each in dossier.consortium.participants]
    shared = Q(body__in=[*bodies, *organisations]) | Q(organisation__in=organisations)
    touched = StandingMember.objects.filter(shared, call=ground.call.reference).values("standing")
    rows = StandingMember.objects.filter(standing__in=touched).exclude(standing__proposal=ground.proposal)
    by_standing: dict[Appearance, list[StandingMember]] = defaultdict(list)
    for row in rows.select_related("standing__proposal").order_by("standing", "id"):
        told = row.standing
        submitted_at = min(told.submitted_at, received_at - AN_INSTANT)
        by_standing[Appearance(told.proposal.ref, told.strand, submitted_at)].append(row)
    index = Submissions(entity_of=_entities(ground, [row for rows in by_standing.values() for row in rows]))
    for appearance, members in by_standing.items():
        stand = frozenset(index.entity_of.get(row.organisation, row.body) for row in members)
        for body in stand:
            index.by_entity[body].append(appearance)
        index.by_members[stand].append(appearance)
        for row in members:
            if row.coordinator:
                index.by_coordinator[index.entity_of.get(row.organisation, row.body)].append(appearance)
    return index


def _entities(ground: Ground, rows: Iterable[StandingMember]) -> dict[str, str]:
    """Legal entities of organisations as far as all who name them agree; as `Submissions.of` tells them."""
    told = dict(Submissions.of([Dossier("", consortium=ground.consortium)]).entity_of)
    doubtful = set()
    for row in rows:
        if row.body != row.organisation and told.setdefault(row.organisation, row.body) != row.body:
            doubtful.add(row.organisation)
    return {id: entity for id, entity in told.items() if id not in doubtful}
