"""The worked cases of every call that comes with Hanse, each a test of its own."""

from functools import cache
from pathlib import Path

import pytest

from hanse.callbook.calls import CALLS, call_names, read_call
from hanse.callbook.cases import Case, read_cases, run_case
from hanse.callbook.reference import geography
from hanse.core.call import Call
from hanse.core.values.faults import Fault


@cache
def read_once(name: str) -> Call:
    return read_call(name)


def every_case() -> list[tuple[str, Case]]:
    faults: list[Fault] = []
    found = [(name, case) for name in call_names() for case in read_cases(CALLS / name, faults)]
    assert not faults, faults
    return found


@pytest.mark.parametrize(("name", "case"), [pytest.param(n, c, id=f"{n}: {c.name}") for n, c in every_case()])
def test_a_call_gives_the_verdict_that_its_case_expects(name: str, case: Case) -> None:
    result = run_case(case, read_once(name), geography())
    assert result.differences == (), f"{case.file}: {case.why}"


@pytest.mark.parametrize("name", call_names())
def test_every_call_has_cases_of_both_verdicts(name: str) -> None:
    faults: list[Fault] = []
    expected = {case.expect.value for case in read_cases(CALLS / name, faults)}
    assert {"eligible", "not_eligible"} <= expected
    assert not faults


def test_the_calls_of_the_founding_years_are_all_there() -> None:
    assert Path(CALLS).is_dir()
    assert set(call_names()) >= {
        "COS-CLUSTER-2014-3-03",
        "COS-CLUSINT-2016-03-01",
        "COS-CLUSINT-2017-03-6",
        "COS-CLUSINT-2020-3-01",
        "SMP-COSME-2021-CLUSTER-01",
        "HORIZON-EUROPE-STANDARD",
    }
