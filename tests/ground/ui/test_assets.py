"""Files that pages are served with: as recorded, as few and small as promised; templates that hold nothing inline."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

import hanse
from hanse.ground.ui.templatetags.ui import icons

ROOT = Path(hanse.__file__).parent
REPOSITORY = ROOT.parents[1]
UI = ROOT / "ground" / "ui"
TEMPLATES = sorted(path for path in ROOT.rglob("*.html") if "templates" in path.parts)
SHEETS = ("vendor/ecl/ecl-eu.css", "vendor/ecl/ecl-eu-utilities.css", "ui/hanse.css")
SCRIPTS = ("django_htmx/htmx-2.min.js", "ui/hanse.js")


def vendor_assets() -> ModuleType:
    """The tool, as a module."""
    path = REPOSITORY / "tools" / "vendor_assets.py"
    spec = importlib.util.spec_from_file_location("vendor_assets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sheets() -> Iterator[str]:
    for name in SHEETS:
        found = finders.find(name)
        assert found is not None, name
        yield Path(found).read_text(encoding="utf-8")


def test_every_vendored_file_is_as_recorded() -> None:
    assert list(vendor_assets().faults_found()) == []


def test_no_vendored_file_is_a_mark_of_an_institution() -> None:
    names = [path.name.lower() for path in (UI / "static").rglob("*") if path.is_file()]
    assert not [name for name in names if "logo" in name or "emblem" in name or "flag" in name]
    assert not [name for name in icons() if "logo" in name or "flag" in name]


def test_sheets_and_scripts_of_a_page_are_light_before_any_compression() -> None:
    sizes = {}
    for name in (*SHEETS, *SCRIPTS, "vendor/ecl/icons.svg"):
        found = finders.find(name)
        assert found is not None, name
        sizes[name] = Path(found).stat().st_size
    assert sum(sizes.values()) < 230_000, sizes


def test_sheets_fetch_nothing_from_elsewhere() -> None:
    for text in sheets():
        assert "@import" not in text
        assert not [found for found in re.findall(r"url\(([^)]*)\)", text) if "data:" not in found]


def test_sheets_are_whole() -> None:
    for text in sheets():
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        bare = re.sub(r'"[^"]*"', "", bare)
        assert bare.count("{") == bare.count("}")


def test_every_page_names_the_files_that_are_there() -> None:
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"{% static \"([^\"]+)\" %}", path.read_text(encoding="utf-8"))
    }
    ours = {name for name in named if name.startswith(("ui/", "vendor/"))}
    assert [name for name in sorted(ours) if finders.find(name) is None] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert "<style" not in text
    assert "javascript:" not in text
    data = r"type=\"application/json\""  # is read, never run
    assert not re.search(rf"<script(?![^>]*\s(?:src=|{data}))[^>]*>", text)
    assert not re.search(r"\shx-on|hx-vals='js:|hx-vars", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_names_only_icons_that_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"{% icon \"([^\"]+)\"", text)) | set(re.findall(r"icon=\"([^\"]+)\"", text))
    assert named <= icons()


@pytest.mark.parametrize("path", sorted((UI / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_a_template_of_ours_can_be_read(path: Path) -> None:
    get_template(str(path.relative_to(UI / "templates")))


def test_a_sheet_is_cut_to_the_classes_on_the_list() -> None:
    sheet = (
        '@charset "UTF-8";/*! notice */:root{--a:1}body{margin:0}.ecl-button{color:red}.ecl-button,.ecl-card{top:0}'
        ".ecl-button--primary:not(.ecl-card *):hover{left:0}.ecl-card__x .ecl-button{left:1px}.ecl-buttonish{left:2px}"
        '.ecl-button[title="}{"]{content:"a;b}"}@media (min-width:1px){.ecl-card{top:1px}}'
        "@media (min-width:2px){.ecl-button{top:2px}.ecl-card{top:3px}}.ecl-button--wide{top:4px}"
    )
    cut = "".join(vendor_assets()._cut(sheet, ["button"], ["*--wide"]))
    assert cut.splitlines() == [
        '@charset "UTF-8";',
        "/*! notice */",
        ":root{--a:1}",
        "body{margin:0}",
        ".ecl-button{color:red}",
        ".ecl-button{top:0}",
        ".ecl-button--primary:not(.ecl-card *):hover{left:0}",
        '.ecl-button[title="}{"]{content:"a;b}"}',
        "@media (min-width:2px){",
        ".ecl-button{top:2px}",
        "}",
    ]
