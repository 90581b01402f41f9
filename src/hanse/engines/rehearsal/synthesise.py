"""Synthetic proposals for a rehearsal: valid ones, near-valid ones, and nasty ones.

Countries and sectors are drawn as the registry has them, target markets as partnerships have chosen them. Every
organisation made here is fictional and its name says so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from hanse.core.budget import Budget, CostLine, total
from hanse.core.call import Call, Strand
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.eligibility.boundaries import Change, Step, steps
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment, ProposalVerdict
from hanse.core.proposal import Dossier
from hanse.core.values.money import Money, share_out
from hanse.core.values.unknown import NOT_STATED, Unknown

MARKETS = {"US": 8, "CA": 7, "JP": 7, "CN": 5, "IL": 4, "ZA": 4, "IN": 3, "KR": 3}
"""How often 19 partnerships of the 2018 generation chose a market (call facts, section 1.4)."""

SIZES = (3, 4, 4, 5, 5, 5, 6, 6, 7, 8)
"""Sizes of consortia, spread like the complete member lists among the known partnerships."""

SHARES = (("valid", 70), ("near-valid", 20), ("nasty", 10))
"""How many proposals in a hundred are of each sort."""


TRIES = 8
"""How many small changes are looked at to find one that matters; some near-valid proposals stay eligible."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A proposal made for a rehearsal.

    Attributes:
        sort: `valid`, `near-valid` or `nasty`.
        twist: what was changed in a valid proposal, in words; empty for a valid one.
        complete: whether every part of the application is there.
        quality: hidden merit in points of a hundred, which the rehearsal's experts judge with some noise.
    """

    dossier: Dossier
    sort: str
    twist: str
    received_at: datetime
    complete: bool
    quality: int


class Synthesiser:
    """Makes proposals for one call.

    Args:
        examiner: the rules, without the other submissions; a valid proposal is one it finds eligible.
        registry: organisations whose countries and sectors are drawn from.
        random: the only source of chance.
    """

    def __init__(self, examiner: Examiner, registry: Sequence[Organisation], random: Random):
        self.examiner, self.random = examiner, random
        self.call: Call = examiner.context.call
        self._models = [organisation for organisation in registry if not isinstance(organisation.country, Unknown)]
        self._made = 0
        self._strands = _weighted_strands(self.call)
        self._earlier: list[Dossier] = []
        self._closing = _closing(self.call)

    def proposals(self, count: int) -> Iterator[Synthetic]:
        """Make so many proposals, numbered from 1."""
        sorts = [sort for sort, share in SHARES for _ in range(share)]
        for number in range(1, count + 1):
            yield self._proposal(f"R{number:05d}", sorts[self.random.randrange(len(sorts))])

    def _proposal(self, id: str, sort: str) -> Synthetic:
        dossier = self._valid(id)
        twist = ""
        if sort == "near-valid":
            dossier, twist = self._one_step(dossier)
        elif sort == "nasty":
            dossier, twist = self._nasty(dossier)
        received_at = self._received_at(sort)
        dossier = replace(dossier, submitted_at=received_at)
        self._earlier.append(dossier)
        complete = not (sort == "nasty" and self.random.randrange(5) == 0)
        quality = min(100, max(0, round(self.random.gauss(68, 14))))
        return Synthetic(dossier, sort, twist, received_at, complete, quality)

    def _valid(self, id: str) -> Dossier:
        """A proposal that the rules find eligible; members are drawn anew until they do."""
        strand = self._strands[self.random.randrange(len(self._strands))]
        assessment: Assessment | None = None
        for _ in range(400):
            size = SIZES[self.random.randrange(len(SIZES))]
            dossier = self._drawn(id, strand, size)
            assessment = self.examiner.check(dossier)
            if assessment.verdict is ProposalVerdict.ELIGIBLE or self._undecided_anyway(assessment):
                return dossier
        raise ValueError(f"no eligible consortium for strand {strand.id} in 400 draws; `hanse call lint` may say why")

    def _undecided_anyway(self, assessment: Assessment) -> bool:
        """A call that leaves a figure open can have no better proposal than an undecided one."""
        return assessment.verdict is ProposalVerdict.UNDECIDED and not any(
            finding.facts.get("not_known") or finding.facts.get("doubtful") for finding in assessment.findings
        )

    def _drawn(self, id: str, strand: Strand, size: int) -> Dossier:
        members = [self._organisation() for _ in range(size)]
        seats = [
            Participant(member, Role.COORDINATOR if n == 0 else Role.BENEFICIARY) for n, member in enumerate(members)
        ]
        return Dossier(
            proposal=id,
            call=self.call.reference,
            strand=strand.id,
            title=f"Synthetic proposal {id}",
            consortium=Consortium(tuple(seats)),
            targets=self._targets(),
            duration_months=self._months(strand),
            budget=self._budget(strand),
        )

    def _organisation(self) -> Organisation:
        model = self._models[self.random.randrange(len(self._models))]
        self._made += 1
        number = f"{self._made:06d}"
        sector = min(model.sectors, default="no sector")
        return Organisation(
            id=f"synthetic-{number}",
            legal_name=f"Synthetic organisation {number} ({model.country}, {sector})",
            country=model.country,
            legal_entity=f"synthetic-entity-{number}",
            kind=OrganisationKind.CLUSTER_ORGANISATION
            if self.random.randrange(4)
            else OrganisationKind.BUSINESS_NETWORK,
            own_legal_personality=True,
            registered_on=(self._closing - timedelta(days=self._from_the_edge(1500))).date(),
            registration_requested_on=Registration.NEVER,
            properties={"independent": True, "defence_related": self.random.randrange(3) == 0},
            sectors=model.sectors,
            markets=frozenset(self._targets()[:2]),
        )

    def _targets(self) -> tuple[str, ...]:
        urn = [market for market, weight in MARKETS.items() for _ in range(weight)]
        wanted = 2 + self._from_the_edge(4)
        chosen: dict[str, None] = {}
        while len(chosen) < wanted:
            chosen[urn[self.random.randrange(len(urn))]] = None
        return tuple(chosen)

    def _months(self, strand: Strand) -> int:
        least, most = strand.min_months.known, strand.max_months.known
        low = least or min(12, most or 12)
        high = most if most is not None else max(24, low)
        distance = self._from_the_edge(high - low + 1)
        return low + distance if self.random.randrange(2) else high - distance

    def _budget(self, strand: Strand) -> Budget:
        """A request of seven to ten tenths of the cap, and costs that just allow it or more."""
        cap = strand.max_grant.known or Money(400_000_00)
        requested = Money(cap.cents * (1000 - self._from_the_edge(301)) // 1000)
        rates = [strand.max_rate.known or Fraction(1)]
        by_category = {c.category: c for c in self.call.cost_rates if not c.strands or strand.id in c.strands}
        rates += [figure.max_rate.known or Fraction(1) for figure in by_category.values()]
        lowest = min(rates)
        costs = Money(-(-requested.cents * lowest.denominator // lowest.numerator) + self._from_the_edge(50_000) * 100)
        shares = share_out(costs, [1] * len(by_category)) if by_category else ()
        lines = tuple(
            # A cent more in each category than its share makes up for rates that are rounded down one by one.
            CostLine("all partners", "WP1", category, amount + Money(1))
            for category, amount in zip(by_category, shares, strict=True)
        )
        return Budget(total(line.amount for line in lines) if lines else costs, requested, lines)

    def _from_the_edge(self, width: int) -> int:
        """A distance from a limit: none at all one time in three, since that is where rules turn."""
        return self.random.randrange(width) if self.random.randrange(3) else 0

    def _one_step(self, dossier: Dossier) -> tuple[Dossier, str]:
        """One small change, as an applicant might make it the evening before; rather one that costs eligibility."""
        by_change: dict[Change, list[Step]] = {}
        for step in steps(dossier, self.examiner.context, self._spare()):
            by_change.setdefault(step.change, []).append(step)
        sorts = list(by_change.values())
        for _ in range(TRIES):  # the sort of change first, or the many steps of many members would crowd out the rest
            alike = sorts[self.random.randrange(len(sorts))]
            step = alike[self.random.randrange(len(alike))]
            if self.examiner.check(step.dossier).verdict is not ProposalVerdict.ELIGIBLE:
                break
        return step.dossier, step.sentence

    def _spare(self) -> tuple[Organisation, ...]:
        return tuple(self._organisation() for _ in range(2))

    def _nasty(self, dossier: Dossier) -> tuple[Dossier, str]:
        twists: tuple[Callable[[Dossier], tuple[Dossier, str]], ...] = (
            self._several_steps,
            self._shared_member,
            self._same_consortium_elsewhere,
            self._crowd,
            self._nobody,
            self._silent,
            self._strange_strand,
        )
        return twists[self.random.randrange(len(twists))](dossier)

    def _several_steps(self, dossier: Dossier) -> tuple[Dossier, str]:
        sentences = []
        for _ in range(2 + self.random.randrange(3)):
            dossier, sentence = self._one_step(dossier)
            sentences.append(sentence)
        return dossier, "; ".join(sentence for sentence in sentences if sentence)

    def _shared_member(self, dossier: Dossier) -> tuple[Dossier, str]:
        """A member that already stands in an earlier proposal."""
        if not self._earlier:
            return self._nobody(dossier)
        other = self._earlier[self.random.randrange(len(self._earlier))]
        present = {participant.organisation.id for participant in dossier.consortium.participants}
        borrowed = [p.organisation for p in other.consortium.participants if p.organisation.id not in present]
        consortium = dossier.consortium.with_added(tuple(borrowed[:1]))
        return replace(dossier, consortium=consortium), f"shares a member with {other.proposal}"

    def _same_consortium_elsewhere(self, dossier: Dossier) -> tuple[Dossier, str]:
        """The members of an earlier proposal, in another strand if the call has one."""
        if not self._earlier:
            return self._nobody(dossier)
        other = self._earlier[self.random.randrange(len(self._earlier))]
        strands = [strand.id for strand in self.call.strands if strand.id != other.strand]
        strand = strands[0] if strands else other.strand
        return replace(dossier, consortium=other.consortium, strand=strand), f"has the members of {other.proposal}"

    def _crowd(self, dossier: Dossier) -> tuple[Dossier, str]:
        crowd = tuple(self._organisation() for _ in range(200 - len(dossier.consortium.participants)))
        return replace(dossier, consortium=dossier.consortium.with_added(crowd)), "two hundred members"

    def _nobody(self, dossier: Dossier) -> tuple[Dossier, str]:
        return replace(dossier, consortium=Consortium(())), "no member at all"

    def _silent(self, dossier: Dossier) -> tuple[Dossier, str]:
        """Facts left out: the verdict must be undecided or rest on what is stated, never on a guess."""
        first, *rest = dossier.consortium.participants
        quiet = replace(first.organisation, registered_on=NOT_STATED, kind=NOT_STATED, country=NOT_STATED)
        consortium = Consortium((Participant(quiet, first.role), *rest))
        return replace(dossier, consortium=consortium, duration_months=NOT_STATED), "facts left out"

    def _strange_strand(self, dossier: Dossier) -> tuple[Dossier, str]:
        return replace(dossier, strand="no such strand"), "a strand that the call does not have"

    def _received_at(self, sort: str) -> datetime:
        """Arrival: most in the last day, many in the last hour; nasty ones at the very second or after it."""
        if sort == "nasty" and self.random.randrange(3) == 0:
            return self._closing + timedelta(seconds=(-1, 0, 1, 60)[self.random.randrange(4)])
        hours = self.random.expovariate(1 / 30)
        return self._closing - timedelta(seconds=1 + int(hours * 3600))


def _weighted_strands(call: Call) -> list[Strand]:
    """Strands, each as often as its expected number of projects (once where that is unknown)."""
    return [strand for strand in call.strands for _ in range(max(strand.expected_projects.known or 1, 1))]


def _closing(call: Call) -> datetime:
    closing = call.window.closing
    if isinstance(closing, Unknown):
        raise ValueError(f"{call.reference} has no closing instant; a rehearsal needs one to submit against")
    return closing
