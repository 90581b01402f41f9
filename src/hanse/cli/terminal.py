"""Writing for a reader at a terminal: how wide, wrapped how, and safe for names of every script."""

import os
import sys
import textwrap
import unicodedata
from typing import Any

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the order of letters around them."""


def terminal_width(most: int = 110) -> int:
    """Columns to write in: those of `COLUMNS`, else the terminal's, else 100; from 40 to `most`."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit():
        columns = int(stated)
    else:
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
        except (OSError, ValueError):
            columns = 100
    return max(40, min(columns, most))


def wrapped(text: str, width: int, indent: str = "", further: str | None = None) -> str:
    """Text broken into lines of at most `width`, without a line end after the last.

    Args:
        indent: what the first line starts with.
        further: what the other lines start with; the same if left out.
    """
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def wrapped_line(line: str, width: int) -> str:
    """A line with its own indentation, broken where it is too long; further lines are indented two more."""
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return wrapped(line.strip(), width, indent, f"{indent}  ")


def isolated(text: str) -> str:
    """Text whose right-to-left letters cannot reorder what stands around it."""
    return f"\u2068{text}\u2069" if not text.isascii() and any(map(_is_right_to_left, text)) else text


def shown(value: Any) -> Any:
    """A value whose texts a terminal may show: no letter moves, hides or colours what stands around it."""
    if isinstance(value, str):
        return isolated(clean(value))
    if isinstance(value, list):
        return [shown(each) for each in value]
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    return value


def clean(text: str) -> str:
    """Text without letters that command a terminal, end a line, or turn the order of others."""
    kept = (" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    return "".join(letter for letter in kept if letter not in _TURNING)


def _is_right_to_left(letter: str) -> bool:
    return "\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufdff" or "\ufe70" <= letter <= "\ufefc"
