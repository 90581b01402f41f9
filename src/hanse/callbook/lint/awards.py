"""Can the award criteria be passed, and does each of them matter."""

from collections.abc import Iterator
from decimal import Decimal

from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.core.call import AwardCriterion, Call, TieBreakKind
from hanse.core.values.words import in_words

FILE = "call.toml"
NONE = Decimal(0)


def award_remarks(call: Call) -> Iterator[Remark]:
    """Contradictions and warnings about criteria, thresholds and tie-breaks."""
    criteria = call.award.criteria.known or ()
    step = call.award.step.known
    ids = [criterion.id for criterion in criteria]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield contradiction(FILE, f"award.criteria.{id}", "two criteria have this id", "Give each its own id.")
    for criterion in criteria:
        yield from _criterion(criterion, step)
    if criteria:
        yield from _overall(call, criteria)
    if step == NONE:
        yield contradiction(
            FILE, "award.step", "the step of points is zero", "State a step above zero, or leave it out."
        )
    if call.award.evaluators.known == 0:
        yield contradiction(FILE, "award.evaluators", "nobody judges a proposal", "State at least one expert.")
    steps = call.award.tie_breaks.known or ()
    for number, tie_break in enumerate(steps, 1):
        if any(
            (earlier.kind, earlier.criterion) == (tie_break.kind, tie_break.criterion)
            for earlier in steps[: number - 1]
        ):
            yield warning(
                FILE, f"award.tie_breaks[{number}]", "an earlier step asks the same", "Take the later one out."
            )
        elif number > 1 and steps[number - 2].kind is TieBreakKind.OFFICER:
            what = "stands after the decision of an officer, which settles every tie"
            yield warning(FILE, f"award.tie_breaks[{number}]", what, "Move it before the officer's decision.")


def _criterion(criterion: AwardCriterion, step: Decimal | None) -> Iterator[Remark]:
    key = f"award.criteria.{criterion.id}"
    most, threshold = criterion.max_points, criterion.threshold
    if most == NONE:
        yield contradiction(FILE, f"{key}.max_points", "the criterion gives no points", "State points, or take it out.")
    if criterion.weight == NONE:
        yield contradiction(FILE, f"{key}.weight", "the criterion has no weight", "State a weight, or take it out.")
    if isinstance(threshold, Decimal) and threshold > most:
        what = f"the threshold of {in_words(threshold)} is above the {in_words(most)} points that can be given"
        yield contradiction(FILE, f"{key}.threshold", what, "Correct the threshold or the points.")
    if step and most % step:
        what = f"{in_words(most)} points cannot be given in steps of {in_words(step)}"
        yield warning(FILE, f"{key}.max_points", what, "Check the step.")


def _overall(call: Call, criteria: tuple[AwardCriterion, ...]) -> Iterator[Remark]:
    overall = call.award.overall_threshold.known
    if overall is None:
        return
    key = "award.overall_threshold"
    # Whether weights count for the threshold differs between calls: only what is wrong either way is said.
    readings = [[(c, Decimal(1)) for c in criteria], [(c, c.weight) for c in criteria]]
    most = max(sum((c.max_points * weight for c, weight in reading), NONE) for reading in readings)
    if overall > most:
        what = f"the overall threshold of {in_words(overall)} is above the {in_words(most)} points that can be reached"
        yield contradiction(FILE, key, what, "Correct the threshold or the points.")
    sums = [
        sum((c.threshold * weight for c, weight in reading if isinstance(c.threshold, Decimal)), NONE)
        for reading in readings
    ]
    if min(sums) > overall:
        what = (
            f"the thresholds of the criteria add up to {in_words(min(sums))}, above the overall threshold of "
            f"{in_words(overall)}, which therefore decides nothing"
        )
        yield contradiction(FILE, key, what, "Raise the overall threshold, or correct a criterion's.")
