"""Do the figures of a call agree: envelopes with the total, caps with envelopes, months with months."""

from collections.abc import Iterator

from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.core.budget import total
from hanse.core.call import Call, Strand
from hanse.core.values.money import ZERO, Money
from hanse.core.values.words import euro, per_cent

FILE = "call.toml"


def figure_remarks(call: Call) -> Iterator[Remark]:
    """Contradictions and warnings about money, rates and months."""
    yield from _total(call)
    for envelope in call.envelopes:
        yield from _envelope(call, envelope.id, envelope.amount.known)
    for strand in call.strands:
        yield from _strand(call, strand)


def _total(call: Call) -> Iterator[Remark]:
    whole = call.total.known
    amounts = [envelope.amount.known for envelope in call.envelopes]
    if whole is None:
        return
    known = [amount for amount in amounts if amount is not None]
    summed = total(known)
    if len(known) == len(amounts) and summed != whole:
        what = f"the envelopes add up to {euro(summed)}, but the total is {euro(whole)}"
        yield contradiction(FILE, "total", what, "Correct an envelope or the total.")
    elif summed > whole:
        what = f"the envelopes that are stated already come to {euro(summed)}, above the total of {euro(whole)}"
        yield contradiction(FILE, "total", what, "Correct an envelope or the total.")


def _envelope(call: Call, id: str, amount: Money | None) -> Iterator[Remark]:
    strands = [strand for strand in call.strands if strand.envelope == id]
    if not strands:
        yield warning(FILE, f"envelope.{id}", "no strand draws on this envelope", "Name it in a strand or take it out.")
    if amount is None:
        return
    needs = [
        (strand, cap, projects)
        for strand in strands
        if (cap := strand.max_grant.known) is not None and (projects := strand.expected_projects.known) is not None
    ]
    needed = total(Money(cap.cents * projects) for _, cap, projects in needs)
    if needed > amount:
        sums = " + ".join(f"{projects} x {euro(cap)}" for _, cap, projects in needs)
        what = (
            f"the expected projects at their cap need {sums} = {euro(needed)}, above the {euro(amount)} of the envelope"
        )
        remedy = "Check the cap and the number of projects expected; both may be right if projects ask for less."
        yield warning(FILE, f"envelope.{id}.amount", what, remedy)


def _strand(call: Call, strand: Strand) -> Iterator[Remark]:
    key = f"strand.{strand.id}"
    envelope = call.envelope(strand.envelope)
    pot = None if envelope is None else envelope.amount.known
    cap = strand.max_grant.known
    if cap is not None and pot is not None and cap > pot:
        what = f"the cap of {euro(cap)} for one project is above the {euro(pot)} of its envelope {strand.envelope}"
        yield contradiction(FILE, f"{key}.max_grant", what, "Correct the cap or the envelope.")
    if cap == ZERO:
        yield contradiction(
            FILE, f"{key}.max_grant", "the cap is zero, so nothing can be granted", "Correct the cap, or leave it out."
        )
    if strand.max_rate.known == 0:
        what = f"the maximum rate is {per_cent(strand.max_rate.known)}, so nothing can be granted"
        yield contradiction(FILE, f"{key}.max_rate", what, "Correct the rate, or leave it out.")
    least, most = strand.min_months.known, strand.max_months.known
    if least is not None and most is not None and least > most:
        what = f"the shortest duration of {least} months is longer than the longest of {most}"
        yield contradiction(FILE, f"{key}.min_months", what, "Exchange or correct the two.")
    if most == 0:
        yield contradiction(FILE, f"{key}.max_months", "the longest duration is zero months", "Correct the duration.")
