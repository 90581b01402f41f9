"""The README shows what the commands really print, and figures that a benchmark really measured."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()

specification = importlib.util.spec_from_file_location("readme", ROOT / "tools" / "readme.py")
assert specification is not None
assert specification.loader is not None
readme = importlib.util.module_from_spec(specification)
specification.loader.exec_module(readme)


@pytest.mark.parametrize("command", [found[1] for found in readme.OUTPUT.findall(README)])
def test_a_command_prints_what_the_readme_shows(command: str) -> None:
    assert readme.shown(command) in README, "run: make readme"


def test_the_figures_are_those_of_the_last_benchmark() -> None:
    (block,) = re.findall(r"<!-- figures -->\n(.*?)<!-- end figures -->", README, re.DOTALL)
    assert block == readme.figures(), "run: make readme"


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
