"""From evaluated proposals to a ranking that can be adopted, explained and computed again."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hanse.core.call import Call, PartialPlace, TieBreak, TieBreakKind
from hanse.core.evaluation.scores import ThresholdBasis, Yardstick, report_faults
from hanse.core.selection.funding import Pot, Purse
from hanse.core.selection.order import Entry, TieBreaker, tie_faults
from hanse.core.selection.trace import Writer, envelope_list, funding_line
from hanse.core.selection.values import Decisions, Evaluated, Line, Ranking, Standing
from hanse.core.values.digest import digest, plain
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.money import ZERO
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import in_words


def rank(
    call: Call,
    evaluated: Iterable[Evaluated],
    decisions: Decisions | None = None,
    threshold_basis: ThresholdBasis | None = None,
) -> Ranking:
    """Rank proposals and spend the envelopes.

    Each envelope has one list, by weighted total, then by the tie-breaks of the call. Strands that share an envelope
    share its list. What is below a threshold stands apart. The result does not depend on the order of the input.

    Args:
        call: its award criteria must be known.
        evaluated: proposals with their consensus, each once.
        decisions: what officers have recorded.
        threshold_basis: which total the overall threshold is held against; None takes the unweighted one, and says
            that this is assumed wherever it could matter.

    Raises:
        Faulty: with every fault of the proposals and of the decisions, or because the criteria are not known.
    """
    decisions = decisions or Decisions()
    if call.award.criteria.known is None:
        what = "are not known; without them nothing can be ranked"
        raise Faulty([Fault(call.reference, "award.criteria", what)])
    basis = threshold_basis or ThresholdBasis.UNWEIGHTED
    yardstick = Yardstick(call.award, basis)
    entries = _entries(call, sorted(evaluated, key=lambda each: each.proposal), decisions, yardstick)
    tie_breaker = TieBreaker(call.award.tie_breaks.known, yardstick, decisions.ties)
    envelope_of = {strand.id: strand.envelope for strand in call.strands}
    ranked: dict[str, list[Entry]] = {envelope.id: [] for envelope in call.envelopes}
    below: list[Entry] = []
    for entry in entries:
        (below if entry.measure.passed is False else ranked[envelope_of[entry.evaluated.strand]]).append(entry)
    pots = {
        envelope.id: Pot(
            envelope.id,
            tuple(strand.id for strand in call.strands if strand.envelope == envelope.id),
            tie_breaker.tiers(ranked[envelope.id]),
            None if envelope.amount.known is None else envelope.amount.known.cents,
        )
        for envelope in call.envelopes
    }
    purse = Purse(call, decisions, yardstick.gaps)
    purse.spend(pots)
    writer = Writer(yardstick)
    lists = tuple(envelope_list(pots[e.id], e.amount.value, e.estimated, writer) for e in call.envelopes)
    below_lines = _below_lines(below, envelope_of, pots, writer)
    terms = _terms(call, basis)
    records = [line.record for listed in lists for line in listed.lines] + [line.record for line in below_lines]
    return Ranking(
        call=call.reference,
        edition=call.edition,
        terms=terms,
        assumptions=(*call.assumptions, *_assumptions(call, threshold_basis)),
        decisions=decisions,
        envelopes=lists,
        below_threshold=below_lines,
        open_questions=tuple(question for pot in pots.values() for question in purse.questions(pot)),
        remarks=tuple(_unused(decisions, tie_breaker, purse, pots.values())),
        digest=digest_of(call.reference, call.edition, terms, plain(decisions), records),
    )


def digest_of(call: str, edition: str, terms: Mapping[str, Any], decisions: Any, records: Iterable[str]) -> str:
    """The digest of a ranking: over its terms, the decisions, and for each proposal what went in and what came out.

    It is `core.values.digest` of a table with the keys `call`, `edition`, `terms`, `decisions` and `lines`. A line is
    the text of these cells with a tab between them, and the lines are in alphabetical order: proposal, strand,
    requested amount (`550000.00`), points on each criterion in the order of the call, weighted total, envelope, place
    (`-` below a threshold), standing. Points are written without trailing zeros.
    """
    return digest({"call": call, "edition": edition, "terms": terms, "decisions": decisions, "lines": sorted(records)})


def _entries(call: Call, evaluated: Sequence[Evaluated], decisions: Decisions, yardstick: Yardstick) -> list[Entry]:
    """The proposals measured; raises every fault of proposals and decisions at once."""
    strands = frozenset(strand.id for strand in call.strands)
    faults: list[Fault] = []
    entries: list[Entry] = []
    previous = ""
    for each in evaluated:
        id, requested, measure = each.proposal, each.requested, yardstick.measure(each.points)
        sound = id and id != previous and id.isprintable() and each.strand in strands
        if sound and measure is not None and requested is not None and requested.cents > 0:
            entries.append(Entry(each, requested, measure))
        else:
            faults += _proposal_faults(call, each, id == previous)
        previous = id
    faults += decision_faults(call, decisions, frozenset(each.proposal for each in evaluated))
    if faults:
        raise Faulty(faults)
    return entries


def _proposal_faults(call: Call, each: Evaluated, twice: bool) -> list[Fault]:
    """Everything wrong with one proposal; `twice` if its identifier has been met before."""
    place = f"proposal {each.proposal!r}"
    faults: list[Fault] = []
    if not each.proposal or not each.proposal.isprintable():
        faults.append(Fault(place, "proposal", "is not an identifier; expected text without control characters"))
    elif twice:
        faults.append(Fault(place, "proposal", "is given twice"))
    if call.strand(each.strand) is None:
        known = ", ".join(strand.id for strand in call.strands)
        faults.append(Fault(place, "strand", f"{each.strand!r} is not a strand of the call; expected one of {known}"))
    if each.requested is None:
        faults.append(Fault(place, "requested", "is missing; expected the amount in euro"))
    elif each.requested <= ZERO:
        faults.append(Fault(place, "requested", f"is {each.requested.plain}; expected more than zero"))
    return faults + report_faults(call.award, place, each.points.items())


def decision_faults(call: Call, decisions: Decisions, proposals: frozenset[str]) -> list[Fault]:
    """Everything wrong with recorded decisions: unknown names, what nobody asked, two decisions on one thing."""
    faults = tie_faults(decisions.ties, call.award.tie_breaks.known or (), proposals)
    stated = call.award.partial_place.known
    seen: set[str] = set()
    for number, partial in enumerate(decisions.partial_places, 1):
        place = f"decisions, partial_place {number}"
        if stated is not None and stated is not PartialPlace.OFFICER:
            faults.append(Fault(place, "", f'is not for an officer to decide; the call itself says "{stated.value}"'))
        if partial.proposal not in proposals:
            faults.append(Fault(place, "proposal", f"there is no proposal {partial.proposal!r}"))
        if partial.proposal in seen:
            faults.append(Fault(place, "proposal", f"{partial.proposal!r} is decided twice"))
        seen.add(partial.proposal)
        if partial.then is PartialPlace.OFFICER:
            faults.append(Fault(place, "then", 'is "officer"; a decision says "stop" or "skip"'))
    open_ends = {t.source for t in call.transfers if isinstance(t.destination, Unknown)}
    moved: set[str] = set()
    for number, move in enumerate(decisions.transfers, 1):
        place = f"decisions, transfer {number}"
        if move.source not in open_ends:
            what = f"the call leaves no destination open for envelope {move.source!r}"
            faults.append(Fault(place, "from", what))
        if move.source in moved:
            faults.append(Fault(place, "from", f"{move.source!r} is decided twice"))
        moved.add(move.source)
        if call.envelope(move.destination) is None or move.destination == move.source:
            faults.append(Fault(place, "to", f"{move.destination!r} is not another envelope of the call"))
    return faults


def _below_lines(
    below: list[Entry], envelope_of: Mapping[str, str], pots: Mapping[str, Pot], writer: Writer
) -> tuple[Line, ...]:
    """What is below a threshold, best total first, each with the thresholds it misses."""
    below.sort(key=lambda entry: (-entry.measure.total, entry.proposal))
    line_at = {id: funding_line(pot) for id, pot in pots.items()}
    lines = []
    for entry in below:
        entry.standing = Standing.BELOW_THRESHOLD
        envelope = envelope_of[entry.evaluated.strand]
        distance = writer.distance(entry.measure.total, line_at[envelope])
        lines.append(writer.line(entry, envelope, None, distance, entry.measure.reasons))
    return tuple(lines)


def _assumptions(call: Call, basis: ThresholdBasis | None) -> list[str]:
    """What the ranking itself assumes where the call is silent."""
    said = []
    for envelope in call.envelopes:
        strands = [strand.id for strand in call.strands if strand.envelope == envelope.id]
        if len(strands) > 1:
            said.append(
                f"strands {' and '.join(strands)} share envelope {envelope.id}: the call does not say whether they are "
                "ranked in one list; one list by total is used"
            )
    weighted = any(criterion.weight != 1 for criterion in call.award.criteria.known or ())
    if basis is None and weighted and call.award.overall_threshold.known is not None:
        said.append(
            "overall threshold: the call does not say whether weights count for it; the points as given are used, and "
            "weights count for the order only"
        )
    if call.transfers:
        said.append(
            "transfers: the call's condition is in words; money moves only once every proposal above the thresholds "
            "that competes for it is funded"
        )
    return said


def _unused(decisions: Decisions, tie_breaker: TieBreaker, purse: Purse, pots: Iterable[Pot]) -> Iterable[str]:
    leant_on = {proposal for pot in pots for proposal in pot.leant_on}
    for number, tie in enumerate(decisions.ties):
        if number not in tie_breaker.used:
            names = ", ".join(proposal for tier in tie.order for proposal in tier)
            yield f"The recorded order of {names} settles no tie."
    for partial in decisions.partial_places:
        if partial.proposal not in leant_on:
            yield f"The recorded decision on {partial.proposal} settles no partial place."
    for move in decisions.transfers:
        if move.source not in purse.used_moves:
            yield f"The recorded destination for envelope {move.source} moves no money."


def _terms(call: Call, basis: ThresholdBasis) -> dict[str, Any]:
    """Everything of the call that decides the ranking, in JSON types."""
    award = call.award
    return {
        "criteria": [
            {
                "id": criterion.id,
                "title": criterion.title,
                "max_points": in_words(criterion.max_points),
                "threshold": _points(criterion.threshold),
                "weight": in_words(criterion.weight),
            }
            for criterion in award.criteria.known or ()
        ],
        "step": _points(award.step.value),
        "overall_threshold": _points(award.overall_threshold.value),
        "overall_threshold_counts": basis.value,
        "tie_breaks": _tie_breaks(award.tie_breaks.value),
        "partial_place": plain(award.partial_place.value),
        "strands": {strand.id: strand.envelope for strand in call.strands},
        "envelopes": {envelope.id: plain(envelope.amount.value) for envelope in call.envelopes},
        "transfers": [
            {
                "from": transfer.source,
                "to": plain(transfer.destination),
                "when": transfer.condition,
                "citation": str(transfer.citation) if transfer.citation else None,
            }
            for transfer in call.transfers
        ],
    }


def _points(value: Decimal | Unknown) -> Any:
    return plain(value) if isinstance(value, Unknown) else in_words(value)


def _tie_breaks(steps: tuple[TieBreak, ...] | Unknown) -> Any:
    if isinstance(steps, Unknown):
        return plain(steps)
    return [
        {
            "kind": step.kind.value,
            "criterion": step.criterion if step.kind is TieBreakKind.CRITERION else None,
            "text": step.text,
            "citation": str(step.citation) if step.citation else None,
        }
        for step in steps
    ]
