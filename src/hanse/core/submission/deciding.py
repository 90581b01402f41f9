"""Submitting a proposal: in time or not, complete or not, and the few rules that may stop it.

Three things can refuse a submission: the window of the call, parts that are missing, and rules that refuse at the
door. Everything else that a check finds wrong is a remark on the receipt: whether a proposal is eligible is decided
later, by the granting authority, and never by the door.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hanse.core.call import Call, Decider, Force, Gate, Rule
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import day_in_words


@dataclass(frozen=True, slots=True)
class Observation:
    """A rule that a check did not find met.

    Attributes:
        rule: id of the rule in the call.
        reason: why, in plain words.
        undecided: a fact was missing, so that the rule is neither met nor broken.
    """

    rule: str
    reason: str
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal. `about` is `window`, `strand`, `parts`, or the id of a rule."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is proven to an applicant: which content was received, when, and what was remarked.

    Attributes:
        content_digest: digest of the application as received, as `core.values.digest` computes it.
        received_at: in UTC; the instant of arrival, not of the decision.
        remarks: sentences that do not stop the submission: what was assumed, which rules seem not to be met.
    """

    call: str
    edition: str
    strand: str
    proposal: str
    content_digest: str
    received_at: datetime
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The submission stands."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Refused:
    """The submission does not stand, for every reason listed; it is receipted all the same, as evidence."""

    receipt: Receipt
    reasons: tuple[Reason, ...]


def decide_submission(
    call: Call,
    strand: str,
    received_at: datetime,
    *,
    proposal: str,
    content_digest: str,
    missing_parts: Sequence[str] = (),
    parts_for_later: Sequence[str] = (),
    observations: Iterable[Observation] = (),
) -> Accepted | Refused:
    """Decide whether a submission stands.

    Args:
        call: the edition in force when it arrived.
        strand: id of the strand applied for.
        received_at: instant of arrival, taken before anything made the request wait.
        proposal: identifier of the proposal.
        content_digest: digest of the application as received.
        missing_parts: names of the parts that the application must have and has not.
        parts_for_later: the same of parts whose absence an officer judges later (`core.form.PaperGate`).
        observations: rules that a check did not find met, of any gate.

    Raises:
        ValueError: if `received_at` has no zone, or an observation names a rule that the call does not have.
    """
    in_time, time_remarks = _judge_time(call, received_at)
    reasons = [*in_time, *_judge_strand(call, strand), *_judge_parts(missing_parts)]
    remarks = [*time_remarks, *map(told_for_later, parts_for_later)]
    rules = {rule.id: rule for rule in call.rules}
    for observation in observations:
        rule = rules.get(observation.rule)
        if rule is None:
            raise ValueError(f"the call {call.reference} has no rule {observation.rule!r}")
        if _blocks(rule, observation):
            reasons.append(Reason(rule.id, observation.reason))
        else:
            remarks.append(_remark(rule, observation))
    receipt = Receipt(
        call.reference, call.edition, strand, proposal, content_digest, received_at.astimezone(UTC), tuple(remarks)
    )
    return Refused(receipt, tuple(reasons)) if reasons else Accepted(receipt)


def decide_withdrawal(
    call: Call, strand: str, received_at: datetime, *, proposal: str, content_digest: str, reason: str, stands: bool
) -> Accepted | Refused:
    """Decide whether a withdrawal stands: something counts, a reason is given, and the call has not closed.

    The Funding & Tenders Portal asks for a reason and lets a withdrawal be reversed by submitting again before the
    deadline (IT How To, "Submit a proposal", on withdrawing). That none is taken here after it is our choice: what was
    submitted is before the granting authority by then, and taking it back, for good, is a matter of letters.

    Args:
        call: the edition in force when it arrived.
        content_digest: of the application that counts; empty where none does.
        stands: whether a submission counts now.

    Raises:
        ValueError: if `received_at` has no zone.
    """
    reasons, remarks = _judge_time(call, received_at)
    if not stands:
        reasons.append(Reason("standing", "No submission counts now, so there is nothing to withdraw."))
    if not reason.strip():
        reasons.append(Reason("reason", "A withdrawal needs a reason."))
    receipt = Receipt(
        call.reference, call.edition, strand, proposal, content_digest, received_at.astimezone(UTC), tuple(remarks)
    )
    return Refused(receipt, tuple(reasons)) if reasons else Accepted(receipt)


def may_withdraw(call: Call, at: datetime, *, stands: bool) -> bool:
    """Whether a withdrawal with a reason would stand at an instant; for a page that offers it.

    Raises:
        ValueError: if `at` has no zone.
    """
    reasons, _ = _judge_time(call, at)
    return stands and not reasons


def refuses_at_the_door(rule: Rule) -> bool:
    """Whether breaking a rule refuses a submission: required, of the gate `submission`, and left to no officer."""
    return rule.gate is Gate.SUBMISSION and rule.force is Force.REQUIRED and rule.decider is Decider.MACHINE


def _blocks(rule: Rule, observation: Observation) -> bool:
    return refuses_at_the_door(rule) and not observation.undecided


def _remark(rule: Rule, observation: Observation) -> str:
    if observation.undecided:
        return f"Rule {rule.id} could not be decided: {observation.reason}"
    if rule.force is Force.ADVISED:
        return f"Advice {rule.id} is not followed: {observation.reason}"
    return f"Rule {rule.id} does not seem to be met, which does not stop a submission: {observation.reason}"


def _judge_strand(call: Call, strand: str) -> list[Reason]:
    if call.strand(strand) is not None:
        return []
    known = ", ".join(each.id for each in call.strands)
    named = f"The call has no strand {strand!r}" if strand else "No strand is named"
    return [Reason("strand", f"{named}; it has {known}.")]


def _judge_parts(missing: Sequence[str]) -> list[Reason]:
    if not missing:
        return []
    verb = "part is" if len(missing) == 1 else "parts are"
    told = "; ".join(part.rstrip(".") for part in missing)
    return [Reason("parts", f"{len(missing)} {verb} missing: {told}.")]


def told_for_later(part: str) -> str:
    """What is said of a missing part that an officer judges later."""
    return f"{part.rstrip('.')}. This does not stop a submission; an officer judges it later."


def _judge_time(call: Call, received_at: datetime) -> tuple[list[Reason], list[str]]:
    """Reasons and remarks of the window. A naive instant is refused by `Window.in_time`."""
    window = call.window
    in_time = window.in_time(received_at)
    local = received_at.astimezone(ZoneInfo(window.zone))
    if not isinstance(window.opens_on, Unknown) and local.date() < window.opens_on:
        text = f"Received {_moment(local)}; the call opens on {day_in_words(window.opens_on)}."
        return [Reason("window", text)], []
    if isinstance(in_time, Unknown):
        return [Reason("window", _undecidable(call, local, in_time))], []
    closing = window.closing
    if isinstance(closing, Unknown):
        if in_time:
            return [], []
        assert not isinstance(window.closes_on, Unknown)  # noqa: S101 - else the answer above would be unknown
        text = f"Received {_moment(local)}; the call closed on {day_in_words(window.closes_on)} (hour not stated)."
        return [Reason("window", text)], []
    deadline = _moment(closing.astimezone(ZoneInfo(window.zone)))
    if not in_time:
        late = f"{_span(received_at - closing)} after the deadline" if received_at > closing else "at the deadline"
        rule = "" if received_at > closing else ", and the call says that the closing instant itself is too late"
        return [Reason("window", f"Received {_moment(local)}, {late} {deadline}{rule}.")], []
    if received_at == closing and window.closing_instant_assumed:
        assumed = (
            f"Received exactly at the deadline {deadline}. The call does not say whether this instant is in time; "
            "it is assumed to be."
        )
        return [], [assumed]
    return [], []


def _undecidable(call: Call, local: datetime, gap: Unknown) -> str:
    """Why the window cannot be judged, and what would settle it."""
    note = "" if gap.note in ("", "not stated") else f" ({gap.note.rstrip('.')})"
    if isinstance(call.window.closes_on, Unknown):
        return f"The call does not state its closing day{note}, so it cannot be said whether this is in time."
    day = day_in_words(call.window.closes_on)
    return (
        f"Received {_moment(local)}, on the closing day {day}, whose hour the call does not state{note}; it cannot be "
        "said whether this is in time. An officer decides; the instant of arrival is kept."
    )


def _moment(local: datetime) -> str:
    """A local instant with its zone: `on 2 December 2020 at 17:00:01 CET`; finer parts only where there are any."""
    fine = f".{local.microsecond:06d}".rstrip("0") if local.microsecond else ""
    return f"on {day_in_words(local.date())} at {local:%H:%M:%S}{fine} {local:%Z}"


def _span(apart: timedelta) -> str:
    """A length of time in days, hours, minutes and seconds, leaving out what is zero."""
    seconds = apart.seconds
    parts = [
        (apart.days, "day"),
        (seconds // 3600, "hour"),
        (seconds // 60 % 60, "minute"),
        (seconds % 60, "second"),
    ]
    shown = [f"{count} {name}{'s' if count != 1 else ''}" for count, name in parts if count]
    return ", ".join(shown) or "less than a second"
