"""Spending the envelopes: from the top of each list as far as the money goes, and not one step in silence.

Funding goes down a list tier by tier. It stops where the money is used up, where the money runs out among tied
proposals, and where the rest covers a proposal only in part and the call does not say "skip". Below such a stop a
proposal is undecided if the money that may still come down to it would cover it, and on the reserve list otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hanse.core.call import Call, PartialPlace, Transfer
from hanse.core.selection.order import Entry, Tier
from hanse.core.selection.values import Decisions, OpenQuestion, PartialPlaceDecision, Standing, TransferDecision
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import euro


@dataclass(slots=True)
class Pot:
    """An envelope while it is being spent. Amounts in cents; `money` is None where the amount is unknown.

    Attributes:
        money: the amount with what came in and without what went out.
        left: of `money`, what is not funded.
        exhausted: every proposal of the list is funded, so that what is left is free to move.
        line_at: the tier at which funding stopped for a reason that needs a decision, if any.
        unplaced: what is left has to move, and the call does not say where.
        leant_on: proposals whose recorded decision on a partial place this spending leans on.
        notes: sentences about transfers.
    """

    id: str
    strands: tuple[str, ...]
    tiers: list[Tier]
    money: int | None
    received: int = 0
    passed_on: int = 0
    left: int = 0
    funded: int = 0
    exhausted: bool = False
    line_at: Tier | None = None
    question: OpenQuestion | None = None
    unplaced: bool = False
    leant_on: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


class Purse:
    """Spends the envelopes of a call by its rule for the partial place and by recorded decisions.

    Args:
        call: for the rule on the partial place and for the transfers.
        decisions: recorded decisions; a transfer that moves nothing is not in `used_moves`.
        gaps: thresholds that are not stated, as sentences; if there are any, nothing can be funded.
    """

    def __init__(self, call: Call, decisions: Decisions, gaps: tuple[str, ...]):
        self._policy = call.award.partial_place.known or PartialPlace.OFFICER
        self._silent = isinstance(call.award.partial_place.value, Unknown)
        self._transfers = call.transfers
        self._gaps = gaps
        self._partial = {decision.proposal: decision for decision in decisions.partial_places}
        self._moves = {decision.source: decision for decision in decisions.transfers}
        self.used_moves: set[str] = set()

    def spend(self, pots: Mapping[str, Pot]) -> None:
        """Fund every list, then move what is left as the call says, in its order."""
        for pot in pots.values():
            self._fund(pot)
        for transfer in self._transfers:
            self._transfer(transfer, pots)

    def questions(self, pot: Pot) -> list[OpenQuestion]:
        """What is open in an envelope once everything is spent."""
        found = [pot.question] if pot.question else []
        if pot.unplaced and pot.left:
            text = f"{euro(Money(pot.left))} is left, and the call does not say where it goes. An officer decides."
            found.append(OpenQuestion(pot.id, "transfer", (), text))
        return found

    # --- one envelope ---------------------------------------------------------------------------------------------

    def _fund(self, pot: Pot) -> None:
        """Go down the list once, from the top, with all the money there is now."""
        pot.question = pot.line_at = None
        pot.leant_on.clear()
        pot.exhausted, pot.funded = False, 0
        if pot.money is None or self._gaps:
            self._leave_open(pot)
            return
        pot.left = pot.money
        passed_over: list[str] = []
        for place, tier in enumerate(pot.tiers):
            members = tier.members
            need = sum(entry.cents for entry in members)
            if need <= pot.left:
                self._pay(pot, members, passed_over)
                continue
            least = min(entry.cents for entry in members)
            policies = {self._policy_for(entry) for entry in members}
            if least > pot.left > 0 and policies == {PartialPlace.SKIP}:
                for entry in members:
                    _set(entry, Standing.RESERVE, pot.left, self._skipped(pot, entry))
                passed_over += [entry.proposal for entry in members]
                continue
            self._stop(pot, place, least, policies)
            return
        pot.exhausted = not passed_over

    def _pay(self, pot: Pot, members: list[Entry], passed_over: list[str]) -> None:
        why = ""
        if passed_over:
            names = few(passed_over)
            why = f" It is funded although {names} above asked for more than was left, because such a place is skipped."
        for entry in members:
            entry.standing, entry.before, entry.after = Standing.FUNDED, pot.left, pot.left - entry.cents
            entry.why = why
            pot.left -= entry.cents
            pot.funded += entry.cents

    def _stop(self, pot: Pot, place: int, least: int, policies: set[PartialPlace]) -> None:
        """Close the list at a tier that the money left does not cover, and settle what stands below.

        `ceiling` is the most money that may still reach a proposal below, whatever is decided.
        """
        tier, left = pot.tiers[place], pot.left
        names = few([entry.proposal for entry in tier.members])
        below = pot.tiers[place + 1 :]
        if left == 0:
            _close([tier, *below], 0, 0, "The envelope is used up by those above.")
        elif least <= left and len(tier.members) > 1:
            ceiling = 0 if policies == {PartialPlace.STOP} else left - least
            pot.line_at = tier
            text = f"{euro(Money(left))} is left for {names}, which are tied: {tier.why_tied}. An officer orders them."
            pot.question = OpenQuestion(pot.id, "tie", tuple(entry.proposal for entry in tier.members), text)
            for entry in tier.members:
                _set(
                    entry, Standing.UNDECIDED, left, "The money runs out among tied proposals; an officer orders them."
                )
            _close(below, left, ceiling, f"Funding stopped above, among the tied {names}.")
        elif PartialPlace.OFFICER in policies:
            said = "the call does not say what happens then" if self._silent else "the call leaves that to an officer"
            part = f"{euro(Money(left))} is left, which covers {names} only in part; {said}"
            pot.question = OpenQuestion(
                pot.id, "partial_place", tuple(entry.proposal for entry in tier.members), f"{part}. An officer decides."
            )
            pot.line_at = tier
            for entry in tier.members:
                _set(entry, Standing.UNDECIDED, left, f"{part}.")
            _close(below, left, left, f"Funding stopped above at {names}, whose partial place an officer decides.")
        else:
            for entry in tier.members:
                _set(entry, Standing.RESERVE, left, self._stopped(pot, entry))
            _close(below, left, 0, f"Funding ended above at {names}, which the money left covered only in part.")

    def _leave_open(self, pot: Pot) -> None:
        """The order stands, the money does not: an amount or a threshold is not stated."""
        if self._gaps:
            about, text = "threshold", f"{' '.join(self._gaps)} Nobody can be funded before it is known who passes."
        else:
            about, text = "amount", "The amount of the envelope is not stated, so the order is given and no funding."
        pot.left = pot.money or 0
        for tier in pot.tiers:
            for entry in tier.members:
                _set(entry, Standing.UNDECIDED, pot.money, text)
        if pot.tiers:
            pot.question = OpenQuestion(pot.id, about, (), text)

    # --- the partial place ----------------------------------------------------------------------------------------

    def _policy_for(self, entry: Entry) -> PartialPlace:
        decision = self._partial.get(entry.proposal)
        return decision.then if decision else self._policy

    def _skipped(self, pot: Pot, entry: Entry) -> str:
        return f"{self._in_part(pot, entry)}, so this place is skipped{self._recorded(pot, entry)}."

    def _stopped(self, pot: Pot, entry: Entry) -> str:
        return f"{self._in_part(pot, entry)}, and funding ends here{self._recorded(pot, entry)}."

    def _in_part(self, pot: Pot, entry: Entry) -> str:
        return f"{euro(Money(pot.left))} is left, less than the {euro(Money(entry.cents))} asked for"

    def _recorded(self, pot: Pot, entry: Entry) -> str:
        decision: PartialPlaceDecision | None = self._partial.get(entry.proposal)
        if decision is None:
            return ", as the call says"
        pot.leant_on.add(entry.proposal)
        return f", by decision of {decision.by}, {decision.on.isoformat()}: {decision.reason.rstrip('.')}"

    # --- between envelopes ----------------------------------------------------------------------------------------

    def _transfer(self, transfer: Transfer, pots: Mapping[str, Pot]) -> None:
        source = pots[transfer.source]
        rule = (
            f"transfer rule ({transfer.condition.rstrip('.')}{f'; {transfer.citation}' if transfer.citation else ''})"
        )
        if source.money is None or self._gaps:
            source.notes.append(f"The {rule} cannot be applied while funding is undecided.")
            return
        if not source.left:
            source.notes.append(f"Nothing is left for the {rule}.")
            return
        amount = euro(Money(source.left))
        if not source.exhausted:
            source.notes.append(
                f"{amount} stays here: the {rule} is taken to apply only once every proposal above the thresholds is "
                "funded, and not all are (assumed)."
            )
            return
        target, said = self._destination(transfer)
        if target is None:
            source.unplaced = True
            source.notes.append(
                f"{amount} is left for the {rule}, and the call does not say where it goes; it stays here, and an "
                "officer decides."
            )
            return
        receiver = pots[target]
        if receiver.money is None:
            source.notes.append(f"{amount} stays here: the amount of {target}, where it should go, is not stated.")
            return
        source.notes.append(f"{amount} goes to {target}: {rule}{said}.")
        receiver.notes.append(f"{amount} comes from {source.id}: {rule}{said}.")
        moved, source.left = source.left, 0
        source.money, source.passed_on = source.money - moved, source.passed_on + moved
        source.unplaced = False
        receiver.money, receiver.received = receiver.money + moved, receiver.received + moved
        self._fund(receiver)

    def _destination(self, transfer: Transfer) -> tuple[str | None, str]:
        if not isinstance(transfer.destination, Unknown):
            return transfer.destination, ""
        decision: TransferDecision | None = self._moves.get(transfer.source)
        if decision is None:
            return None, ""
        self.used_moves.add(transfer.source)
        return decision.destination, f", by decision of {decision.by}, {decision.on.isoformat()}: {decision.reason}"


def _close(tiers: list[Tier], left: int, ceiling: int, why: str) -> None:
    """Settle everything below a stop: undecided if the money that may still come down would cover it."""
    for tier in tiers:
        for entry in tier.members:
            _set(entry, Standing.UNDECIDED if entry.cents <= ceiling else Standing.RESERVE, left, why)


def _set(entry: Entry, standing: Standing, left: int | None, why: str) -> None:
    entry.standing, entry.before, entry.after, entry.why = standing, left, left, why


def few(names: list[str], most: int = 3) -> str:
    """Names for a sentence: at most three, then how many more."""
    if len(names) <= most:
        return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]
    return f"{', '.join(names[:most])} and {len(names) - most} more"
