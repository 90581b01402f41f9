"""What import contracts cannot say: pages are what the code says, public names are explained, nobody reads the clock."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.reference_docs import PAGES

from hanse.core.eligibility.kinds import KINDS

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "hanse"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_generated_page_is_what_the_code_says_today(page: str) -> None:
    committed = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert committed == PAGES[page](), "run `make docs` and commit the page"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_rule_kind_is_documented_with_an_example_and_where_it_turns(kind: str) -> None:
    page = (ROOT / "docs" / "reference" / "rule-kinds.md").read_text(encoding="utf-8")
    _, _, after = page.partition(f"\n## {kind}\n")
    section = after.split("\n## ")[0]
    assert f'kind = "{kind}"' in section
    assert ("| just in |" in section and "| just out |" in section) or kind == "officer_decides"


def test_every_kind_file_is_registered() -> None:
    files = {path.stem for path in (SOURCE / "core" / "eligibility" / "kinds").glob("*.py")} - {"__init__"}
    assert files == set(KINDS)


# --- docstrings ------------------------------------------------------------------------------------------------


def unexplained(path: Path) -> Iterator[str]:
    """Public names of a module without a docstring; names inside functions and double-underscore names are private."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    if ast.get_docstring(module) is None and module.body:
        yield f"{name_of(path)}: the module"
    holders: list[tuple[str, ast.Module | ast.ClassDef]] = [("", module)]
    while holders:
        prefix, holder = holders.pop()
        for node in holder.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if node.name == "Meta":  # Django's place for options; the class around it is explained
                continue
            if ast.get_docstring(node) is None:
                yield f"{name_of(path)}:{node.lineno}: {prefix}{node.name}"
            if isinstance(node, ast.ClassDef):
                holders.append((f"{prefix}{node.name}.", node))


def test_every_public_name_has_a_docstring() -> None:
    assert [name for path in MODULES for name in unexplained(path)] == []


# --- the clock -------------------------------------------------------------------------------------------------

CLOCK = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
}  # fmt: skip


def clock_readings(path: Path) -> Iterator[str]:
    """Places where a module asks what time it is. Stop watches (`perf_counter`, `monotonic`) tell no time of day."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in CLOCK:
                yield f"{name_of(path)}:{node.lineno}: {owner}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            names = {alias.name for alias in node.names}
            if names & {member for owner, member in CLOCK if owner == "time"}:
                yield f"{name_of(path)}:{node.lineno}: from time import {', '.join(sorted(names))}"


READERS = {
    SOURCE / "ground" / "clock",
    SOURCE / "cli" / "call_show",  # says on a person's own screen how long is left; --now replaces it
}


def test_nobody_but_the_clock_reads_the_clock() -> None:
    elsewhere = [path for path in MODULES if not READERS & {*path.parents, path.with_suffix("")}]
    assert [reading for path in elsewhere for reading in clock_readings(path)] == []


@pytest.mark.parametrize(
    "line", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()", "from time import time"]
)
def test_a_reading_of_the_clock_is_noticed(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.architecture.test_docs.ROOT", tmp_path, raising=False)
    module = tmp_path / "module.py"
    module.write_text(line)
    assert len(list(clock_readings(module))) == 1


# --- places that belong to one machine ---------------------------------------------------------------------------

SUFFIXES = {".py", ".md", ".toml", ".txt", ".csv", ".json", ".sh", ".cfg", ".yml", ".yaml", ".html", ".svg", ""}
FOLDERS = ("src", "tests", "tools", "bench", "docs", "examples", ".ci")
MACHINE = re.compile(r"(?<![\w./~-])(?:/(?:home|root|Users|work)/\w|[A-Z]:\\Users\\)")
REGISTRY = re.compile("|".join(("py" r"pi\.org", "python" r"hosted\.org", "npm" r"js\.(?:org|com)", "crates" r"\.io")))


def written() -> Iterator[tuple[Path, str]]:
    """Every text file of the project."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and path.suffix in SUFFIXES and path.name not in {".coverage", ".git"}:
            yield path, path.read_text(encoding="utf-8")
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts:
                yield path, path.read_text(encoding="utf-8")


def test_no_file_holds_a_path_of_a_machine_or_the_address_of_a_package_registry() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path, text in written()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE.search(line) or REGISTRY.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("line", ["see " + "/" + "home/ada/hanse", '"' + "/" + "root/x"])
def test_a_path_of_a_machine_is_noticed(line: str) -> None:
    assert MACHINE.search(line)
    assert not MACHINE.search("https://host.example" + "/" + "home/page")
