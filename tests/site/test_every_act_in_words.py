"""Every act that the code can put on record is told in words; a new one is added here with its words."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import hanse
from hanse.site.wording import KINDS, past

SOURCE = Path(hanse.__file__).parent
PAST = {
    "accept": "accepted", "add": "added", "admit": "admitted", "answer": "answered", "appoint": "appointed",
    "ask": "asked", "begin": "began", "call": "called", "change": "changed", "close": "closed", "create": "created",
    "declare": "declared", "decline": "declined", "dismiss": "dismissed", "dissolve": "dissolved", "draft": "drafted",
    "drop": "dropped", "edit": "edited", "enter": "entered", "express": "expressed", "finish": "finished",
    "follow": "followed", "give": "gave", "grant": "granted", "hand": "handed", "import": "imported",
    "invite": "invited", "keep": "kept", "lay": "laid", "leave": "left", "list": "listed", "load": "loaded",
    "look": "looked", "make": "made", "merge": "merged", "open": "opened", "propose": "proposed",
    "publish": "published", "recall": "recalled", "refuse": "refused", "remove": "removed", "reopen": "reopened",
    "replace": "replaced", "request": "requested", "reset": "reset", "return": "returned", "revoke": "revoked",
    "save": "saved", "set": "set", "share": "shared", "split": "split", "state": "stated", "submit": "submitted",
    "take": "took", "tell": "told", "thin": "thinned", "try": "tried", "unfollow": "unfollowed", "upload": "uploaded",
    "withdraw": "withdrew", "write": "wrote",
}  # fmt: skip
"""Each verb, and what a reader of the record is told was done."""
NEVER_TOLD = {"interest", "submission"}
"""Kinds of subjects that the record keeps to itself, or that are told by another name."""


@cache
def calls() -> list[tuple[ast.Call, ast.FunctionDef, ast.Module]]:
    """Every call that puts something on record, the function around it, and its module."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "audit.record(" in text:
            module = ast.parse(text)
            found += [(call, _around(call, module), module) for call in ast.walk(module) if _records(call)]
    return found


def _records(call: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record"


def acts_in(node: ast.AST | None, function: ast.FunctionDef, module: ast.Module) -> Iterator[str]:
    """What an argument may be: written there, in what its name was given, or in what callers hand on."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        choice, rest = node.values
        yield from (f"{act}{ast.literal_eval(rest)}" for act in acts_in(choice, function, module))
    elif isinstance(node, ast.IfExp):
        yield from acts_in(node.body, function, module)
        yield from acts_in(node.orelse, function, module)
    elif isinstance(node, ast.FormattedValue | ast.Subscript):
        yield from acts_in(node.value, function, module)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from acts_in(value, function, module)
    elif isinstance(node, ast.Name):
        names = [one.arg for one in function.args.args]
        if node.id in names:
            for call in ast.walk(module):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == function.name:
                    yield from acts_in(call.args[names.index(node.id)], _around(call, module), module)
        else:
            for given in ast.walk(module):
                if isinstance(given, ast.Assign) and ast.unparse(given.targets[0]) == node.id:
                    yield from acts_in(given.value, function, module)


def _around(call: ast.Call, module: ast.Module) -> ast.FunctionDef:
    return next(
        function for function in module.body if isinstance(function, ast.FunctionDef) and call in ast.walk(function)
    )


@cache
def recorded() -> frozenset[str]:
    """Every act that the code can put on record."""
    return frozenset(act for call, function, module in calls() for act in acts_in(call.args[0], function, module))


def test_every_place_that_records_says_what() -> None:
    assert len(calls()) > 60
    silent = [call for call, function, module in calls() if not list(acts_in(call.args[0], function, module))]
    assert [ast.unparse(call)[:80] for call in silent] == []


def test_every_act_is_told_in_the_past() -> None:
    acts = recorded()
    assert {"submit application", "refuse withdrawal", "admit late case", "tell of moved deadline"} <= acts
    assert {act.split(" ")[0] for act in acts} == set(PAST)
    wrong = {act: past(act) for act in acts if past(act).split(" ")[0] != PAST[act.split(" ")[0]]}
    assert wrong == {}


def test_every_kind_of_subject_has_a_name() -> None:
    kinds = set()
    for call, function, module in calls():
        subject = next((word.value for word in call.keywords if word.arg == "subject"), None)
        if isinstance(subject, ast.Tuple):
            kinds |= set(acts_in(subject.elts[0], function, module))
    assert {"call", "person", "late case"} <= kinds
    assert kinds <= set(KINDS) | NEVER_TOLD
