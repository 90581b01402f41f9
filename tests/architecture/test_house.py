"""What import contracts cannot say: who writes, what points where, what is documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, OneToOneField

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "hanse"
STAGES = ("registry", "announcement", "consortia", "proposals", "submission")

WRITERS = {
    "save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "acreate", "asave",
}  # fmt: skip


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    """Each module below a folder: its path in the package, and its syntax."""
    for file in sorted(folder.rglob("*.py")):
        if "migrations" not in file.parts:
            yield str(file.relative_to(SOURCE)), ast.parse(file.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Every call of an attribute: what it is called on (its last name), the attribute, the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = node.func.value
            name = on.attr if isinstance(on, ast.Attribute) else on.id if isinstance(on, ast.Name) else ""
            yield name, node.func.attr, node.lineno


@pytest.mark.parametrize("stage", STAGES)
def test_only_actions_write(stage: str) -> None:
    found = [
        f"{path}:{line}: .{what}()"
        for path, tree in modules(SOURCE / "stages" / stage)
        if "actions" not in Path(path).parts and Path(path).stem != "actions"
        for on, what, line in calls(tree)
        if what in WRITERS and on != "actions"  # a door that calls an act of its stage
    ]
    assert not found, "rows are written in actions alone:\n" + "\n".join(found)


def test_a_stage_points_to_earlier_ones_only_and_leaves_no_name_there() -> None:
    found = []
    for position, stage in enumerate(STAGES):
        for model in apps.get_app_config(stage).get_models():
            for field in model._meta.get_fields():
                if not isinstance(field, ForeignKey | OneToOneField | ManyToManyField):
                    continue
                other = field.related_model._meta.app_label
                if other == stage:
                    continue
                if other in STAGES and STAGES.index(other) > position:
                    found.append(f"{field} points to a later stage")
                if not str(field.remote_field.related_name or "").endswith("+"):
                    found.append(f"{field} leaves its name in {other}; related_name='+'")
    assert not found, "\n".join(found)


def test_every_setting_is_documented() -> None:
    read = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        read |= set(re.findall(r"\"(HANSE_[A-Z0-9_]+)\"", text))
        read |= {f"HANSE_{name}" for name in re.findall(r"_told\(\"([A-Z0-9_]+)\"", text)}
    told = set(re.findall(r"HANSE_[A-Z0-9_]+", (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")))
    assert read, "the settings are read somewhere"
    assert read - told == set(), "not in docs/reference/settings.md"
    assert told - read == set(), "in docs/reference/settings.md, but nothing reads it"


def test_templates_carry_no_script_style_or_handler() -> None:
    """The content security policy would stop them in the reader's browser, silently."""
    inline = re.compile(
        r"<script(?![^>]*\b(src=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=\"", re.IGNORECASE
    )
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in SOURCE.rglob("templates/**/*.html")
        for match in inline.finditer(file.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_the_tutorials_show_the_pictures_that_are_made() -> None:
    from tools.screenshots import STEPS

    folder = ROOT / "docs" / "tutorial"
    pages = "".join(page.read_text(encoding="utf-8") for page in folder.glob("*.md"))
    named = set(re.findall(r"\]\(images/([\w-]+)\.png\)", pages))
    assert named == {*STEPS, "phone"}
    assert {file.stem for file in (folder / "images").glob("*.png")} == named


@pytest.mark.parametrize("stage", STAGES)
def test_doors_ask_queries_and_never_the_tables(stage: str) -> None:
    """Pages and forms may name a model, to say what they are handed; what to ask of its table is said in queries."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules(SOURCE / "stages" / stage)
        if {"pages", "forms", "pages.py", "forms.py"} & set(Path(path).parts)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert not found, "ask the stage's queries:\n" + "\n".join(found)
