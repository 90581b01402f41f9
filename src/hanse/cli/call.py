"""`hanse call`: list, show, lint, test, write and compare calls."""

import argparse
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanse.callbook.calls import call_folder, call_names, read_call
from hanse.core.values.faults import Fault, Faulty

if TYPE_CHECKING:
    from hanse.callbook.cases import CaseResult
    from hanse.callbook.lint import Remark
    from hanse.core.call import Call

GOOD, CONTRADICTED = 0, 1

_CALL_HELP = "a call that comes with Hanse, or the path of a call folder"


def add_parser(subparsers: Any) -> None:
    """Add `call` with its commands to the parser of `hanse`."""
    parser = subparsers.add_parser(
        "call",
        help="list, show, lint, test, write and compare calls",
        description="Works with call folders: a call is data with citations.",
        epilog="example: hanse call show COS-CLUSINT-2020-3-01",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_add_list, _add_show, _add_lint, _add_test, _add_new, _add_diff):
        add(commands)


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen command; returns its exit status."""
    command: Callable[[argparse.Namespace], int] = arguments.run_call
    return command(arguments)


def _command(
    commands: Any, name: str, run_call: Callable[[argparse.Namespace], int], help: str, description: str, example: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help,
        description=description,
        epilog=f"example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run_call=run_call)
    return parser


def _elsewhere(module: str) -> Callable[[argparse.Namespace], int]:
    """A command that stands in a module of its own, loaded only when it is asked for."""

    def run_there(arguments: argparse.Namespace) -> int:
        status: int = import_module(module).run(arguments)
        return status

    return run_there


def _add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")


def _print_json(content: Any) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))


# --- list ---------------------------------------------------------------------------------------------------------


def _add_list(commands: Any) -> None:
    parser = _command(
        commands,
        "list",
        _list,
        "list the calls that come with Hanse",
        "Lists the calls that come with Hanse: reference, deadline, total, title.",
        "hanse call list --format json",
    )
    _add_format(parser, "text", "json")


def _list(arguments: argparse.Namespace) -> int:
    calls = [read_call(name) for name in call_names()]
    if arguments.format == "json":
        _print_json({"calls": [_summary(call) for call in calls]})
        return GOOD
    width = max((len(call.reference) for call in calls), default=0)
    for call in calls:
        closes = _or_not_stated(_summary(call)["closes_on"])
        print(f"{call.reference:{width}}  {closes:12}  {_total(call):>14}  {call.title}")
    return GOOD


def _summary(call: "Call") -> dict[str, Any]:
    from hanse.core.values.unknown import Unknown

    def known(value: Any) -> str | None:
        return None if isinstance(value, Unknown) else value.isoformat()

    total = call.total.known
    return {
        "call": call.reference,
        "edition": call.edition,
        "title": call.title,
        "programme": call.programme,
        "opens_on": known(call.window.opens_on),
        "closes_on": known(call.window.closes_on),
        "closes_at_utc": known(call.window.closing),
        "zone": call.window.zone,
        "total": None if total is None else total.plain,
        "strands": [strand.id for strand in call.strands],
        "rules": len(call.rules),
    }


def _or_not_stated(value: str | None) -> str:
    return "not stated" if value is None else value


def _total(call: "Call") -> str:
    from hanse.core.values.words import euro

    return "not stated" if call.total.known is None else euro(call.total.known)


# --- show ---------------------------------------------------------------------------------------------------------


def _add_show(commands: Any) -> None:
    parser = _command(
        commands,
        "show",
        _elsewhere("hanse.cli.call_show"),
        "show a call as a readable page",
        "Shows a call as a page: what, who, how much, until when, how it is judged, how to apply, and every rule\n"
        "with its source. Made from the call folder alone.",
        "hanse call show COS-CLUSINT-2020-3-01 --zone Europe/Athens --format html --output page.html",
    )
    parser.add_argument("call", metavar="REF|FOLDER", help=_CALL_HELP)
    _add_format(parser, "text", "html", "json")
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="write to a file; it is replaced whole or not at all"
    )
    parser.add_argument("--zone", metavar="ZONE", help="your time zone (default: this machine's)")
    parser.add_argument(
        "--now",
        metavar="INSTANT",
        help="show the status at this instant (default for text: now; other formats leave it out)",
    )
    parser.add_argument(
        "--width", metavar="COLUMNS", type=int, help="width of the text (default: the terminal's, to 100)"
    )
    parser.add_argument("--assume", action="store_true", help="fill gaps from assumptions.toml, marked as assumed")


# --- lint ---------------------------------------------------------------------------------------------------------


def _add_lint(commands: Any) -> None:
    parser = _command(
        commands,
        "lint",
        _lint,
        "find contradictions in calls",
        "Finds contradictions in call folders: money that does not add up, rules that nothing can meet, deadlines in\n"
        "a clock change, citations without a source. Exit 0 without contradictions (warnings are allowed), 1 with\n"
        "some, 64 if a folder cannot be read.",
        "hanse call lint my-call/",
    )
    parser.add_argument(
        "calls", metavar="REF|FOLDER", nargs="*", help=f"{_CALL_HELP} (default: all that come with Hanse)"
    )
    _add_format(parser, "text", "json")


def _folders(arguments: argparse.Namespace) -> list[tuple[str, Path]]:
    """The folders of the calls named on the command line, or of all that come with Hanse."""
    faults: list[Fault] = []
    found = []
    for name in arguments.calls or call_names():
        try:
            found.append((name, call_folder(name)))
        except Faulty as wrong:
            faults += wrong.faults
    if faults:
        raise Faulty(faults)
    return found


def _lint(arguments: argparse.Namespace) -> int:
    from hanse.callbook.lint import Weight, lint

    faults: list[Fault] = []
    found: list[tuple[str, tuple[Remark, ...]]] = []
    for name, folder in _folders(arguments):
        try:
            found.append((name, lint(folder)))
        except Faulty as wrong:
            faults += wrong.faults
    if faults:
        raise Faulty(faults)
    count = sum(remark.weight is Weight.CONTRADICTION for _, remarks in found for remark in remarks)
    if arguments.format == "json":
        _print_json({"calls": [_lint_result(name, remarks) for name, remarks in found]})
        return CONTRADICTED if count else GOOD
    for _, remarks in found:
        for remark in remarks:
            print(remark)
    warnings = sum(len(remarks) for _, remarks in found) - count
    print(f"{_counted(len(found), 'call')}: {_counted(count, 'contradiction')}, {_counted(warnings, 'warning')}")
    return CONTRADICTED if count else GOOD


def _lint_result(name: str, remarks: "tuple[Remark, ...]") -> dict[str, Any]:
    from hanse.callbook.lint import Weight

    def listed(weight: Weight) -> list[dict[str, str]]:
        return [
            {"place": r.place, "key": r.key, "what": r.what, "remedy": r.remedy} for r in remarks if r.weight is weight
        ]

    return {"call": name, "contradictions": listed(Weight.CONTRADICTION), "warnings": listed(Weight.WARNING)}


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


# --- test ---------------------------------------------------------------------------------------------------------


def _add_test(commands: Any) -> None:
    parser = _command(
        commands,
        "test",
        _test,
        "run the worked cases of calls",
        "Runs the worked cases of call folders and prints each that fails with the difference. Exit 0 if all pass, 1\n"
        "if one fails, 64 if a folder cannot be read.",
        "hanse call test COS-CLUSINT-2020-3-01",
    )
    parser.add_argument(
        "calls", metavar="REF|FOLDER", nargs="*", help=f"{_CALL_HELP} (default: all that come with Hanse)"
    )
    _add_format(parser, "text", "json")


def _test(arguments: argparse.Namespace) -> int:
    from hanse.callbook.calls import read_call_folder
    from hanse.callbook.cases import read_cases, run_case
    from hanse.callbook.reference import geography

    faults: list[Fault] = []
    read = []
    for name, folder in _folders(arguments):
        call, cases = read_call_folder(folder, faults), read_cases(folder, faults)
        if not faults and not cases:
            faults.append(Fault(f"{folder}/cases", "", "holds no case; expected *.toml with [[case]]"))
        read.append((name, call, cases))
    if faults:
        raise Faulty(faults)
    places = geography()
    results = [(name, [run_case(case, call, places) for case in cases]) for name, call, cases in read if call]
    total = sum(len(done) for _, done in results)
    failed = sum(not result.passed for _, done in results for result in done)
    if arguments.format == "json":
        summary = {"cases": total, "passed": total - failed, "failed": failed}
        calls = [{"call": name, "cases": [_case_result(result) for result in done]} for name, done in results]
        _print_json({"summary": summary, "calls": calls})
    else:
        for name, done in results:
            _print_failed(name, done)
        print(f"{_counted(len(results), 'call')}, {_counted(total, 'case')}: {total - failed} passed, {failed} failed")
    return CONTRADICTED if failed else GOOD


def _print_failed(name: str, results: "list[CaseResult]") -> None:
    for result in results:
        if not result.passed:
            print(f"failed: {name}: {result.case.name} ({result.case.file})")
            print(f"    why: {result.case.why}")
            for difference in result.differences:
                print(f"    {difference}")


def _case_result(result: "CaseResult") -> dict[str, Any]:
    return {
        "case": result.case.name,
        "file": result.case.file,
        "passed": result.passed,
        "expected": result.case.expect.value,
        "found": None if result.assessment is None else result.assessment.verdict.value,
        "differences": list(result.differences),
        "why": result.case.why,
    }


# --- new ----------------------------------------------------------------------------------------------------------


def _add_new(commands: Any) -> None:
    parser = _command(
        commands,
        "new",
        _new,
        "write a new call folder to fill in",
        "Writes a complete, commented call folder: it lints cleanly and passes its cases, and every fact in it is\n"
        "yours to replace. The folder's name becomes the reference. Nothing that exists is touched.",
        "hanse call new my-call",
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a folder that does not exist yet")


def _new(arguments: argparse.Namespace) -> int:
    from hanse.callbook.new_call import write_new_call

    for path in write_new_call(arguments.folder):
        print(arguments.folder / path)
    print(f"Fill it in, then: hanse call lint {arguments.folder} and hanse call test {arguments.folder}")
    return GOOD


# --- diff ---------------------------------------------------------------------------------------------------------


def _add_diff(commands: Any) -> None:
    parser = _command(
        commands,
        "diff",
        _elsewhere("hanse.cli.call_diff"),
        "list what a corrigendum changes, and whose verdict",
        "Lists every difference between two editions of a call with both citations, and which of the given dossiers\n"
        "or participants tables get another answer. Rules over all submissions are not asked. Exit 0 once compared.",
        "hanse call diff my-call-1.0/ my-call-1.1/ drafts/",
    )
    parser.add_argument("old", metavar="OLD", help=f"the earlier edition: {_CALL_HELP}")
    parser.add_argument("new", metavar="NEW", help="the later edition")
    parser.add_argument(
        "dossiers", metavar="DOSSIER", nargs="*", type=Path, help="dossiers, folders of them, or tables"
    )
    parser.add_argument(
        "--as-of", metavar="INSTANT", help="day on which countries are asked for both (default: each edition's own)"
    )
    _add_format(parser, "text", "json")
