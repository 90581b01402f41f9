"""Whatever is done, by whomever and in whatever order: what holds of submissions holds after every act.

The machine lets people of every role do everything that touches submissions, and looks after each act at all of it.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.people import person
from tests.stages.consortia.casting import CALL, organisation_in, owner_of
from tests.stages.submission.calls_cast import extended
from tests.stages.submission.sealing_cast import CLOSING, at, ready

from hanse.core.submission.counting import what_counts
from hanse.engines.proof import check_receipt
from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.ground.audit import signing
from hanse.ground.outbox.models import Message
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.consortia.actions import forming, seats
from hanse.stages.consortia.models import Consortium, Seat
from hanse.stages.consortia.queries.members import open_seats, wording_of
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.actions import importing, papers
from hanse.stages.proposals.models import Declaration, Proposal, Text
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.queries.drafts import form_of
from hanse.stages.proposals.queries.papers import wording_digest
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import late
from hanse.stages.submission.actions.submitting import make_ready, submit, withdraw
from hanse.stages.submission.models import LateCase, Package, Receipt, Standing
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.verification import verify_all

REFS = ("blue-ways", "quiet-ways")
EXTENSION = timedelta(hours=4)
START = CLOSING - timedelta(hours=2)
APPLICANTS = {"coordinator", "beneficiary"}
refs = st.sampled_from(REFS)
leads = st.sampled_from([True, True, True, False])
"""Whether the act is tried by somebody who leads; else by anybody."""
anybody = st.integers(0, 8)
one_of_many = st.integers(0, 5)


class Submissions(RuleBasedStateMachine):
    """Two applications that share a member, from two hours before the closing on."""

    people: ClassVar[list[User]] = []

    def __init__(self) -> None:
        """Do everything inside a transaction that is undone at the end."""
        super().__init__()
        self._undone = transaction.atomic()
        # What is durable on a site may be undone in a test.
        self._undone._from_testcase = True  # type: ignore[attr-defined]
        self._undone.__enter__()
        self.now: datetime = START
        self.keys: dict[str, list[str]] = {ref: [] for ref in REFS}
        self.proven: set[int] = set()
        self.done: list[str] = []

    def teardown(self) -> None:
        """Replay everything that is here, as `hanse verify` does, and undo it."""
        try:
            assert [(what, fault) for what, _, fault in verify_all() if fault] == [], self.done
        finally:
            transaction.set_rollback(True)
            self._undone.__exit__(None, None, None)

    # --- acts ----------------------------------------------------------------------------------------------------

    def _try(self, name: str, act: Callable[[], Any]) -> Any:
        """Do an act; a refusal is as good as any other answer."""
        self.now += timedelta(seconds=3)
        before = (Receipt.objects.count(), Message.objects.count())
        try:
            made = act()
        except Refusal as refusal:
            self.done.append(f"{name}: refused {refusal.status}")
            assert (Receipt.objects.count(), Message.objects.count()) == before, "a refusal leaves nothing behind"
            return refusal
        self.done.append(name)
        return made

    def _who(self, ref: str, leads: bool, anybody: int) -> User:
        if leads:
            return owner_of(Seat.objects.get(consortium__ref=ref, role="coordinator", state="accepted").organisation)
        return self.people[anybody % len(self.people)]

    def _seat(self, ref: str, which: int) -> Seat:
        taking_part = [seat for seat in open_seats(Consortium.objects.get(ref=ref)) if seat.state == "accepted"]
        return taking_part[which % len(taking_part)]

    @initialize(ref=refs)
    def begin_with_a_submission(self, ref: str) -> None:
        """Most of what can go wrong begins with something that counts."""
        self.submit(ref, True, 0, False, timedelta())

    @rule(
        ref=refs,
        leads=leads,
        anybody=anybody,
        again=st.booleans(),
        waited=st.sampled_from([timedelta(), timedelta(seconds=40)]),
    )
    def submit(self, ref: str, leads: bool, anybody: int, again: bool, waited: timedelta) -> None:
        """Submit, with a key of before or a new one, after a wait or at once."""
        who, known = self._who(ref, leads, anybody), self.keys[ref]
        key = known[anybody % len(known)] if again and known else f"key-number-{len(self.done)}"
        earlier = Receipt.objects.filter(proposal__ref=ref, key=key).first()
        told: dict[str, Any] = {"actor": who, "ref": ref, "key": key}
        self.now += waited
        made = self._try(f"submit {ref} by {who}", lambda: submit(arrival=at(self.now - waited, waited=waited), **told))
        if isinstance(made, Receipt):
            assert made.act == "submission"
            assert earlier is None or made.pk == earlier.pk
            self.keys[ref] = sorted({*known, key})

    @rule(ref=refs, leads=leads, anybody=anybody, reason=st.sampled_from(["We wait.", "We wait.", "We part.", "  "]))
    def withdraw(self, ref: str, leads: bool, anybody: int, reason: str) -> None:
        """Take back what counts."""
        who, key = self._who(ref, leads, anybody), f"take-back-{len(self.done)}"
        stands = receipts.standing_of(Proposal.objects.get(ref=ref)) is not None
        told: dict[str, Any] = {"actor": who, "ref": ref, "key": key, "reason": reason}
        made = self._try(f"withdraw {ref} by {who}", lambda: withdraw(arrival=at(self.now), **told))
        assert isinstance(made, Refusal) or not made.accepted or stands

    @rule(ref=refs, hours=st.sampled_from([1, 30]))
    def submit_under_a_clock_that_was_set_back(self, ref: str, hours: int) -> None:
        """The host's clock is behind."""
        who, key = self._who(ref, True, 0), f"set-back-{len(self.done)}"
        came = self.now - timedelta(hours=hours)
        made = self._try(
            f"submit {ref}, {hours} hours set back", lambda: submit(actor=who, ref=ref, key=key, arrival=at(came))
        )
        if isinstance(made, Receipt):
            last = Receipt.objects.exclude(pk=made.pk).order_by("-position").first()
            assert last is None or made.sealed_at >= last.sealed_at - timedelta(seconds=3)

    @rule(ref=refs, leads=leads, anybody=anybody, text=st.sampled_from(["One.", "Two.", "Three."]))
    def save(self, ref: str, leads: bool, anybody: int, text: str) -> None:
        """Write something."""
        who = self._who(ref, leads, anybody)
        stands = Text.objects.get(proposal__ref=ref, key="summary").version
        told: dict[str, Any] = {"actor": who, "ref": ref, "key": "summary", "value": text, "based_on": stands}
        self._try(f"save {ref} by {who}", lambda: writing.save(at=self.now, **told))

    @rule(ref=refs, which=one_of_many)
    def declare_or_revoke(self, ref: str, which: int) -> None:
        """Declare on honour, or take it back."""
        seat, proposal = self._seat(ref, which), Proposal.objects.get(ref=ref)
        made = Declaration.objects.filter(proposal=proposal, seat=seat, revoked_at__isnull=True).first()
        who = owner_of(seat.organisation)
        if made is not None:
            self._try(f"revoke {made}", lambda: papers.revoke(actor=who, ref=ref, number=made.pk, at=self.now))
            return
        asked = form_of(proposal, self.now).declarations[0]
        told: dict[str, Any] = {"kind": asked.id, "seat_id": seat.pk, "digest": wording_digest(asked.text)}
        self._try(f"declare for {seat}", lambda: papers.declare(actor=who, ref=ref, at=self.now, **told))

    @rule(ref=refs, which=one_of_many)
    def mandate_or_revoke(self, ref: str, which: int) -> None:
        """Give a mandate, or revoke it."""
        seat = self._seat(ref, which)
        told: dict[str, Any] = {"actor": owner_of(seat.organisation), "seat_id": seat.pk}
        if seat.mandates.filter(revoked_at__isnull=True).exists():
            self._try(f"no mandate of {seat}", lambda: seats.revoke_mandate(reason="", at=self.now, **told))
        else:
            words = wording_of(seat)
            self._try(f"mandate of {seat}", lambda: seats.give_mandate(wording=words, at=self.now, **told))

    @rule(ref=refs, which=one_of_many)
    def leave(self, ref: str, which: int) -> None:
        """A member leaves."""
        seat = self._seat(ref, which)
        who = owner_of(seat.organisation)
        self._try(f"{seat} leaves", lambda: seats.leave(actor=who, seat_id=seat.pk, reason="", at=self.now))

    @rule(ref=refs, which=one_of_many)
    def hand_over(self, ref: str, which: int) -> None:
        """The coordination is handed over."""
        seat, who = self._seat(ref, which), self._who(ref, True, 0)
        self._try(f"{seat} coordinates", lambda: seats.hand_over(actor=who, ref=ref, seat_id=seat.pk, at=self.now))

    @rule(ref=refs, strand=st.sampled_from(["A", "B", ""]))
    def change_strand(self, ref: str, strand: str) -> None:
        """Another strand, or none."""
        consortium, who = Consortium.objects.get(ref=ref), self._who(ref, True, 0)
        told: dict[str, Any] = {"name": consortium.name, "idea": "", "targets": consortium.targets, "sectors": []}
        self._try(
            f"{ref} in strand {strand or 'none'}",
            lambda: forming.change_aim(
                actor=who, ref=ref, based_on=consortium.version, strand=strand, at=self.now, **told
            ),
        )

    @rule(ref=refs)
    @precondition(lambda self: len(self.done) > 8)
    def dissolve(self, ref: str) -> None:
        """A consortium ends."""
        who = self._who(ref, True, 0)
        self._try(f"dissolve {ref}", lambda: forming.dissolve(actor=who, ref=ref, reason="We part.", at=self.now))

    @rule(ref=refs, leads=leads, anybody=anybody)
    def import_a_file(self, ref: str, leads: bool, anybody: int) -> None:
        """A draft file is taken over."""
        proposal, who = Proposal.objects.select_related("consortium").get(ref=ref), self._who(ref, leads, anybody)
        stands = dossier_of(proposal, open_seats(proposal.consortium), at=self.now)
        file = replace(stands, sections={**stands.sections, "summary": f"From a file, {len(self.done)}."})
        self._try(
            f"import into {ref} by {who}",
            lambda: importing.apply(actor=who, ref=ref, file=file, seen_at=self.now, at=self.now),
        )

    @rule(ref=refs)
    def look(self, ref: str) -> None:
        """Somebody opens the page, which keeps a fair copy."""
        proposal = Proposal.objects.select_related("consortium").get(ref=ref)
        self._try(f"look at {ref}", lambda: make_ready(proposal=proposal, arrival=at(self.now)))

    @rule(minutes=st.sampled_from([1, 45, 150]))
    def wait(self, minutes: int) -> None:
        """Time goes by."""
        self.now += timedelta(minutes=minutes)
        self.done.append(f"{minutes} minutes later")

    def _may_extend(self) -> bool:
        """Twice is enough: it takes its time."""
        return sum(each.startswith("the deadline") for each in self.done) < 2

    @rule()
    @precondition(lambda self: self._may_extend())
    def extend(self) -> None:
        """Two officers move the deadline."""
        edition = edition_in_force(CALL, self.now)
        assert edition is not None and edition.closing is not None
        # Few different deadlines, since each has to be read once.
        passed = (max(self.now, edition.closing) - CLOSING) // EXTENSION
        later = CLOSING + (passed + 1) * EXTENSION
        extended(later, at=self.now)
        self.done.append(f"the deadline is {later}")

    @rule(which=one_of_many, officer=st.booleans(), anybody=anybody)
    def propose_late(self, which: int, officer: bool, anybody: int) -> None:
        """Somebody proposes to admit an attempt."""
        every = list(Receipt.objects.order_by("-position"))
        receipt = every[which % len(every)]
        who = person("odile") if officer else self.people[anybody % len(self.people)]
        told: dict[str, Any] = {"grounds": "It was down.", "evidence": "The log."}
        self._try(
            f"propose {receipt} by {who}",
            lambda: late.propose(actor=who, number=receipt.number, arrival=at(self.now), **told),
        )

    @rule(which=one_of_many, officer=st.booleans(), anybody=anybody, admit=st.booleans())
    def decide_late(self, which: int, officer: bool, anybody: int, admit: bool) -> None:
        """Somebody decides a case."""
        every = list(LateCase.objects.order_by("-pk"))
        if not every:
            return
        case = every[which % len(every)]
        who = person("piet") if officer else self.people[anybody % len(self.people)]
        told: dict[str, Any] = {"actor": who, "case_id": case.pk, "decision": "Seen."}
        made = self._try(f"decide {case} by {who}", lambda: late.decide(admit=admit, arrival=at(self.now), **told))
        if isinstance(made, LateCase):
            assert made.decided_by != made.proposed_by
            assert {str(made.decided_by), str(made.proposed_by)} == {str(person("odile")), str(person("piet"))}

    @rule(ref=refs, changed=st.sampled_from(["member", "strand", "text", "submission", "nothing"]))
    def late_and_decided_after_it_was_open_again(self, ref: str, changed: str) -> None:
        """The whole of it, which chance alone rarely finds: late, open again, changed, closed, proposed, decided."""
        self.wait(150)
        self.submit(ref, True, 0, False, timedelta())
        if changed != "nothing" and self._may_extend():
            self.extend()
            self.leave(ref, 2) if changed == "member" else None
            self.change_strand(ref, "B") if changed == "strand" else None
            self.save(ref, True, 0, "Four.") if changed == "text" else None
            self.submit(ref, True, 0, False, timedelta()) if changed == "submission" else None
            self.wait(480)
        self.propose_late(0 if changed != "submission" else 1, True, 0)
        self.decide_late(0, True, 0, True)

    # --- what holds ----------------------------------------------------------------------------------------------

    @invariant()
    def receipts_are_numbered_without_gaps_and_count_as_the_core_says(self) -> None:
        """One standing at most, and it is what the receipts come to."""
        for proposal in Proposal.objects.all():
            made = Receipt.objects.filter(proposal=proposal).order_by("position")
            every = list(made.values_list("place", "number"))
            assert every == [(n, f"{proposal.ref}/{n}") for n in range(1, len(every) + 1)], self.done
            counting = what_counts(receipts.acts_of(proposal.pk))
            due = [(counting.act.number, counting.sealed.number)] if counting.act and counting.sealed else []
            standing = Standing.objects.filter(proposal=proposal)
            assert list(standing.values_list("receipt__place", "package_of__place")) == due, self.done

    @invariant()
    def the_record_holds(self) -> None:
        """No entry is changed, missing or out of place."""
        assert audit.verify() is None, self.done

    @invariant()
    def every_receipt_proves_itself(self) -> None:
        """Whole, signed by the site's key, and the entry that it names is in the record."""
        key = signing.public_key().pem.encode()
        for receipt in Receipt.objects.exclude(pk__in=self.proven):
            proof = check_receipt(receipt.document, key=key)
            assert proof.holds, (self.done, proof.faults)
            [event] = audit.history(("proposal", receipt.proposal.ref)).filter(number=receipt.position)
            assert audit.entry_of(event) == receipt.document["chain"]["entry"]
            self.proven.add(receipt.pk)

    @invariant()
    def every_package_has_one_receipt(self) -> None:
        """And every submission has a package."""
        held = list(Receipt.objects.filter(package__isnull=False).values_list("package", flat=True))
        assert sorted(held) == sorted(Package.objects.values_list("pk", flat=True)), self.done
        assert not Receipt.objects.filter(act="submission", package__isnull=True).exists()

    @invariant()
    def who_counts_is_who_was_sealed(self) -> None:
        """Whatever became of the members since."""
        for standing in Standing.objects.select_related("package_of__package__content"):
            sealed = json.loads(receipts.content_of(standing.package_of))["member"]
            due = {each["organisation"]: each["role"] == "coordinator" for each in sealed if each["role"] in APPLICANTS}
            assert dict(standing.members.values_list("organisation", "coordinator")) == due, self.done

    @invariant()
    def nothing_is_accepted_after_the_closing_but_what_two_officers_admit(self) -> None:
        """By the deadline that the receipt itself names."""
        for receipt in Receipt.objects.filter(outcome="accepted").exclude(act="admission"):
            closing = datetime.fromisoformat(receipt.document["claims"]["closing"])
            assert receipt.received_at <= closing, self.done
        admitted = Receipt.objects.filter(act="admission").count()
        assert LateCase.objects.filter(state="admitted", receipt__isnull=False).count() == admitted, self.done


@pytest.mark.django_db
def test_whatever_is_done_all_of_it_holds() -> None:
    ready("giulia", "jonas", "mila")
    ready("FR", "jonas", "PL", ref="quiet-ways", name="Quiet ways")
    Submissions.people = [
        *(person(id) for id in ("giulia", "jonas", "mila", "odile", "piet", "ines", "halvard", "charlie")),
        owner_of(organisation_in("FR")),
    ]
    run_state_machine_as_test(
        Submissions,
        settings=settings(
            max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
