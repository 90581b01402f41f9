"""`hanse call diff`: what a corrigendum changes, and whose verdict."""

import argparse
import json
from datetime import date
from typing import Any

from hanse.callbook.application_forms import read_form
from hanse.callbook.calls import call_folder, read_call
from hanse.callbook.setting import vocabulary
from hanse.cli.check import read_dossiers
from hanse.cli.setting import as_of_argument, context_for
from hanse.core.call import Call
from hanse.core.corrigendum import Change, VerdictChange, compare, verdict_changes
from hanse.core.values.citation import Citation
from hanse.core.values.faults import Fault, Faulty


def run(arguments: argparse.Namespace) -> int:
    """Compare two editions; returns 0. Raises Faulty with every fault of the calls and the dossiers."""
    faults: list[Fault] = []
    calls, forms = [], []
    for name in (arguments.old, arguments.new):
        try:
            calls.append(read_call(name))
            forms.append(read_form(call_folder(name)))
        except Faulty as wrong:
            faults += wrong.faults
    day = _day(arguments.as_of, faults)
    dossiers = read_dossiers(arguments.dossiers, {}, vocabulary(), faults)
    if faults:
        raise Faulty(faults)
    old, new = calls
    changes = compare(old, new, (forms[0], forms[1]))
    touched = verdict_changes(dossiers, context_for(old, day), context_for(new, day)) if dossiers else ()
    if arguments.format == "json":
        print(json.dumps(_result(old, new, changes, touched, len(dossiers)), ensure_ascii=False, indent=2))
    else:
        _print_diff(old, new, changes, touched, len(dossiers))
    return 0


def _day(written: str | None, faults: list[Fault]) -> date | None:
    try:
        return None if written is None else as_of_argument(written)
    except argparse.ArgumentTypeError as wrong:
        faults.append(Fault("--as-of", "", str(wrong)))
        return None


def _print_diff(
    old: Call, new: Call, changes: tuple[Change, ...], touched: tuple[VerdictChange, ...], given: int
) -> None:
    what = "1 change" if len(changes) == 1 else f"{len(changes)} changes"
    print(f"{old.reference}, edition {old.edition} to {new.edition}: {what}")
    for change in changes:
        print(f"* {change.sentence}")
    if not given:
        return
    turned = sum(change.changes_verdict for change in touched)
    proposals = "1 proposal" if given == 1 else f"{given} proposals"
    print(f"\n{proposals} checked against both: {turned} with another verdict")
    for proposal in touched:
        print(f"* {proposal.sentence}")
        for rule in proposal.rules:
            before, after = (_words(v.value) if v else "no rule" for v in (rule.before, rule.after))
            print(f"    rule {rule.rule}: {before} -> {after}. {rule.reason}")


def _words(value: str) -> str:
    return value.replace("_", " ")


def _result(
    old: Call, new: Call, changes: tuple[Change, ...], touched: tuple[VerdictChange, ...], given: int
) -> dict[str, Any]:
    def cited(citation: Citation | None) -> str | None:
        return None if citation is None else str(citation)

    return {
        "old": {"call": old.reference, "edition": old.edition},
        "new": {"call": new.reference, "edition": new.edition},
        "changes": [
            {
                "kind": change.kind.value,
                "item": change.item,
                "fact": change.fact,
                "before": change.before,
                "after": change.after,
                "before_citation": cited(change.before_citation),
                "after_citation": cited(change.after_citation),
            }
            for change in changes
        ],
        "proposals_checked": given,
        "proposals": [
            {
                "proposal": proposal.proposal,
                "before": proposal.before.value,
                "after": proposal.after.value,
                "changes_verdict": proposal.changes_verdict,
                "rules": [
                    {
                        "rule": rule.rule,
                        "before": rule.before.value if rule.before else None,
                        "after": rule.after.value if rule.after else None,
                        "reason": rule.reason,
                    }
                    for rule in proposal.rules
                ],
            }
            for proposal in touched
        ],
    }
