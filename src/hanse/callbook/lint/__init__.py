"""Finds contradictions in a call folder before an applicant does: money, dates, citations, awards, rules, cases."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from hanse.callbook.application_forms import read_form_of_folder
from hanse.callbook.calls import read_call_folder
from hanse.callbook.cases import read_cases
from hanse.callbook.files import read_toml
from hanse.callbook.lint.awards import award_remarks
from hanse.callbook.lint.carriers import sentence_remarks
from hanse.callbook.lint.citations import citation_remarks
from hanse.callbook.lint.dates import date_remarks
from hanse.callbook.lint.exercise import case_remarks
from hanse.callbook.lint.figures import figure_remarks
from hanse.callbook.lint.forms import form_remarks
from hanse.callbook.lint.remarks import Remark, Weight
from hanse.callbook.lint.rules import rule_remarks
from hanse.callbook.lint.satisfiable import satisfiable_remarks
from hanse.callbook.reference import geography
from hanse.core.call import Call
from hanse.core.values.countries import Geography
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.unknown import Unknown

__all__ = ["Remark", "Weight", "lint"]

_OF_THE_CALL: tuple[Callable[[Call], Iterable[Remark]], ...] = (
    figure_remarks,
    date_remarks,
    award_remarks,
    citation_remarks,
)
_WITH_COUNTRIES: tuple[Callable[[Call, Geography, date | None], Iterable[Remark]], ...] = (
    rule_remarks,
    satisfiable_remarks,
)


def lint(folder: Path) -> tuple[Remark, ...]:
    """Every contradiction and warning of a call folder, contradictions first.

    The call is looked at as stated, and again with its `assumptions.toml` filled in; a remark that both give is
    given once.

    Raises:
        Faulty: with every fault, if the folder cannot be read.
    """
    faults: list[Fault] = []
    call = read_call_folder(folder, faults)
    cases = read_cases(folder, faults)
    form = read_form_of_folder(folder, faults)
    if call is None or faults:
        raise Faulty(faults)
    places = geography()
    days = [call.countries.asked_on, call.window.closes_on, *sorted((c.as_of for c in cases if c.as_of), reverse=True)]
    day = next((day for day in days if not isinstance(day, Unknown)), None)
    wrong: list[Fault] = []
    assumed = read_call_folder(folder, wrong, assume=True)
    remarks = [
        Remark(Weight.CONTRADICTION, fault.place, fault.key, fault.what, "Take the assumption out, or correct it.")
        for fault in wrong
    ]
    for edition in [call] if assumed is None or wrong else [call, assumed]:
        remarks += [remark.at(folder.name) for ask in _OF_THE_CALL for remark in ask(edition)]
        remarks += [remark.at(folder.name) for ask in _WITH_COUNTRIES for remark in ask(edition, places, day)]
    remarks += [remark.at(folder.name) for remark in form_remarks(call, form)]
    tables = read_toml(folder / "call.toml", faults) or {}
    remarks += [remark.at(folder.name) for remark in sentence_remarks(call, tables)]
    remarks += [remark.at(folder.name) for remark in case_remarks(call, cases, places)]
    return tuple(sorted(dict.fromkeys(remarks), key=lambda remark: remark.weight is Weight.WARNING))
